-- Votes on the answers of a bench: which of two was the better one, blind and in a drawn
-- order. They count as choices, but stand apart from runs as all of a bench does. Who
-- the two were a cell says, as for a run; they go with their bench.
CREATE TABLE bench_vote (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    bench INTEGER NOT NULL,
    task TEXT NOT NULL,
    question TEXT NOT NULL,
    first INTEGER NOT NULL,
    second INTEGER NOT NULL,
    first_cell INTEGER NOT NULL REFERENCES cell (id),
    second_cell INTEGER NOT NULL REFERENCES cell (id),
    choice TEXT NOT NULL,
    winner INTEGER,
    at INTEGER NOT NULL,
    sitting INTEGER NOT NULL REFERENCES sitting (id),
    UNIQUE (bench, task, first, second)
);
CREATE INDEX bench_vote_at ON bench_vote (at);
