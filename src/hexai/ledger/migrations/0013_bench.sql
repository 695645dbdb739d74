-- Benches: what was asked of whom, and one row for each answered cell. They stand apart
-- from runs, so that no statistics, strengths or survivals can come to count them. A
-- plan and a cell are read as a whole, so each is one JSON text; there are no texts of
-- the user's in either.
CREATE TABLE bench (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL DEFAULT '',
    surface TEXT NOT NULL,
    project TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ending TEXT NOT NULL DEFAULT 'unfinished',
    plan TEXT NOT NULL,
    aside TEXT NOT NULL DEFAULT '{}'
);
CREATE TABLE bench_cell (
    bench INTEGER NOT NULL,
    task TEXT NOT NULL,
    contender INTEGER NOT NULL,
    cell TEXT NOT NULL,
    PRIMARY KEY (bench, task, contender)
) WITHOUT ROWID;
-- What is under way and may cost something: the most that it may. A killed process
-- leaves it behind, and nobody will ever know what was charged.
CREATE TABLE bench_reserved (
    bench INTEGER NOT NULL,
    task TEXT NOT NULL,
    contender INTEGER NOT NULL,
    most INTEGER NOT NULL,
    PRIMARY KEY (bench, task, contender)
) WITHOUT ROWID;

-- A bench asked at the same place meanwhile, so that the times of this answer are not
-- the model's: they count for nothing, and all else does. The index as before, with
-- that.
ALTER TABLE contender ADD COLUMN beside INTEGER NOT NULL DEFAULT 0;
DROP INDEX contender_figures;
CREATE INDEX contender_figures ON contender (
    cached, cut, status, cell, sitting, started_at, late, ttft, total, generating,
    output, hidden_reasoning, estimated, cost, position, taken, sharing,
    input, cached_input, written_input, beside
);
