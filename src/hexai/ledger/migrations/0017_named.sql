-- Since when it is known who is who in a blind run, and in all of its thread: a vote
-- after that is not blind. NULL: nobody was told, or it is not blind.
ALTER TABLE run ADD COLUMN named_at INTEGER;

-- Of what was recorded before, it is known of what was decided. And a question without a
-- thread on which nobody could vote named them at its end, but where it was stopped.
UPDATE run SET named_at = ifnull(settles_at, chosen_at)
WHERE blind AND choice IS NOT NULL;
UPDATE run SET named_at = started_at
WHERE blind AND choice IS NULL AND thread IS NULL AND surface = 'cli'
    AND (
        SELECT count(*) FROM contender
        WHERE contender.run = run.number AND status = 'answered' AND cached = 0
    ) < 2
    AND NOT EXISTS (
        SELECT 1 FROM contender
        WHERE contender.run = run.number AND status = 'cancelled'
    );
UPDATE run SET named_at = (
    SELECT min(named_at) FROM run AS other WHERE other.thread = run.thread
)
WHERE blind AND thread IS NOT NULL;
