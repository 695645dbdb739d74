-- Of a million answers few waited for a load or for others; those are found without a
-- look at the rest.
CREATE INDEX contender_held_up ON contender (cell, started_at, loading, queued)
    WHERE loading >= 100 OR queued >= 100;
