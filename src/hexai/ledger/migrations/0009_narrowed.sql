-- Before, only the last list of a place that was seen gave the positions: whoever had
-- stood in an earlier one, and no longer fitted what was typed, was not noted, and the
-- time was the last list's. Which lists were narrowed so cannot be told from those in
-- which an answer was never shown. So both are marked, and are in no verdict: lists in
-- which an answer has no position, and lists of several servers at one place, shown
-- further apart than they are joined.
ALTER TABLE run ADD COLUMN narrowed INTEGER NOT NULL DEFAULT 0;
UPDATE run SET narrowed = 1
WHERE surface = 'completion' AND shown_at IS NOT NULL
    AND EXISTS (
        SELECT 1 FROM contender WHERE contender.run = run.number
            AND status = 'answered'
            AND position IS NULL AND refused IS NULL AND cached = 0
    );
UPDATE run SET narrowed = 1
WHERE surface = 'completion' AND place IN (
    SELECT place FROM run WHERE place != '' AND shown_at IS NOT NULL
    GROUP BY place HAVING max(shown_at) - min(shown_at) > 5000
);

-- What an editor's list comes to is told as it becomes true, and may change until then.
ALTER TABLE run ADD COLUMN settles_at INTEGER;
CREATE INDEX run_unsettled ON run (settles_at) WHERE settles_at IS NOT NULL;
