-- Why an answer was not offered: `empty`, `chatter`, `prose`, `echo`, `broken`; NULL:
-- nobody objected, or it was recorded before.
ALTER TABLE contender ADD COLUMN refused TEXT;
CREATE INDEX contender_refused ON contender (cell, started_at, refused)
WHERE refused IS NOT NULL;
