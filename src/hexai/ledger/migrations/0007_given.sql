-- What a contender was given of the prompt: tokens by our estimate, and those that its
-- upstream holds of that model, prompt and answer together. NULL: not known, or
-- recorded before.
ALTER TABLE contender ADD COLUMN given INTEGER;
ALTER TABLE contender ADD COLUMN held INTEGER;
-- The upstream has cut the prompt: the answer is one to another question, and compares
-- with no other.
ALTER TABLE contender ADD COLUMN cut INTEGER NOT NULL DEFAULT 0;

-- The same as before, with that.
DROP INDEX contender_figures;
CREATE INDEX contender_figures ON contender (
    cached, status, cell, sitting, started_at, late, ttft, total, generating, output,
    hidden_reasoning, estimated, cost, position, taken, sharing,
    input, cached_input, written_input, cut
);
DROP INDEX contender_taken;
CREATE INDEX contender_taken ON contender (
    cached, cell, sitting, started_at, taken, retained,
    kept_30, kept_120, kept_300, kept_600, cut
) WHERE taken IS NOT NULL AND cached = 0 AND cut = 0;
