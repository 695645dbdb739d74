-- What statistics ask of a contender in a list. `position` holds for votes as well:
-- where an answer stood among those that could win.
--
-- The sitting in which it was asked; NULL as with the run.
ALTER TABLE contender ADD COLUMN sitting INTEGER REFERENCES sitting (id);
-- How many are credited with what was taken, this one among them.
ALTER TABLE contender ADD COLUMN sharing INTEGER;
-- What share of it was there after so many seconds; NULL: not known.
ALTER TABLE contender ADD COLUMN kept_30 REAL;
ALTER TABLE contender ADD COLUMN kept_120 REAL;
ALTER TABLE contender ADD COLUMN kept_300 REAL;
ALTER TABLE contender ADD COLUMN kept_600 REAL;

DROP INDEX contender_figures;

UPDATE contender SET sitting = (SELECT sitting FROM run WHERE number = contender.run)
WHERE run IN (SELECT number FROM run WHERE sitting IS NOT NULL);

UPDATE contender SET
    sharing = (
        SELECT count(*) FROM contender AS other
        WHERE other.run = contender.run AND other.taken IS NOT NULL
    ),
    kept_30 = (SELECT share FROM survival WHERE run = contender.run AND after = 30),
    kept_120 = (SELECT share FROM survival WHERE run = contender.run AND after = 120),
    kept_300 = (SELECT share FROM survival WHERE run = contender.run AND after = 300),
    kept_600 = (SELECT share FROM survival WHERE run = contender.run AND after = 600)
WHERE taken IS NOT NULL;

UPDATE contender SET position = (
    SELECT count(*) FROM contender AS other WHERE other.run = contender.run
        AND other.status = 'answered' AND other.late = 0 AND other.cached = 0
        AND other.ordinal < contender.ordinal
)
WHERE status = 'answered' AND late = 0 AND cached = 0
    AND run IN (SELECT number FROM run WHERE method = 'vote' AND shown_at IS NULL);

-- In the order in which statistics read it: by what became of it, then by whom.
CREATE INDEX contender_figures ON contender (
    cached, status, cell, sitting, started_at, late, ttft, total, generating, output,
    hidden_reasoning, estimated, cost, position, taken, sharing
);
CREATE INDEX contender_taken ON contender (
    cached, cell, sitting, started_at, taken, retained,
    kept_30, kept_120, kept_300, kept_600
) WHERE taken IS NOT NULL AND cached = 0;
