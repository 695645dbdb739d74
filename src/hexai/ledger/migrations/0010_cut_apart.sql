-- The same as before, in the order in which statistics read it now: answers to prompts
-- that were cut stand apart, so that nobody has to look at each for that.
DROP INDEX contender_figures;
CREATE INDEX contender_figures ON contender (
    cached, cut, status, cell, sitting, started_at, late, ttft, total, generating,
    output, hidden_reasoning, estimated, cost, position, taken, sharing,
    input, cached_input, written_input
);
