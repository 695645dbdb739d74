-- What a contender of the command line was asked with, as an entry says it in JSON, so
-- that a follow-up asks with the same. It is kept with the texts, and goes with them.
ALTER TABLE answer ADD COLUMN asked_with TEXT NOT NULL DEFAULT '';
