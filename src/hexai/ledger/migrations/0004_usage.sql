-- The parts of the input that an upstream read from its cache and wrote to it; NULL:
-- it did not say, or it was recorded before. And the part of the reasoning that was
-- generated before anything came.
ALTER TABLE contender ADD COLUMN cached_input INTEGER;
ALTER TABLE contender ADD COLUMN written_input INTEGER;
ALTER TABLE contender ADD COLUMN hidden_reasoning INTEGER NOT NULL DEFAULT 0;

-- How many keys in the text were masked before it was stored.
ALTER TABLE answer ADD COLUMN masked INTEGER NOT NULL DEFAULT 0;

-- The same as before, with what statistics of speed read now.
DROP INDEX contender_figures;
CREATE INDEX contender_figures ON contender (
    cached, cell, started_at, status, late, ttft, total, generating, output,
    hidden_reasoning, estimated, cost, taken, retained
);
