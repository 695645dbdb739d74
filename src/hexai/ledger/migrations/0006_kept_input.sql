-- The same as before, with the input that upstreams kept, for statistics.
DROP INDEX contender_figures;
CREATE INDEX contender_figures ON contender (
    cached, status, cell, sitting, started_at, late, ttft, total, generating, output,
    hidden_reasoning, estimated, cost, position, taken, sharing,
    input, cached_input, written_input
);
