-- What a team's server has not been sent yet is found by numbers that grow with every
-- fact, in the fact's own transaction: a run has the number of the newest fact about
-- it. None is given twice.
CREATE TABLE change (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL UNIQUE
);
INSERT INTO change (run) SELECT number FROM run ORDER BY number;
-- The same of a bench's cells, which never change.
CREATE TABLE bench_change (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    bench INTEGER NOT NULL,
    task TEXT NOT NULL,
    contender INTEGER NOT NULL
);
INSERT INTO bench_change (bench, task, contender)
SELECT bench, task, contender FROM bench_cell ORDER BY bench;

-- Its project keeps it from the team's server.
ALTER TABLE run ADD COLUMN withheld INTEGER NOT NULL DEFAULT 0;

-- How far each server was told, for whom, and what came of the last time.
CREATE TABLE team_push (
    server TEXT NOT NULL,
    person INTEGER NOT NULL,
    change INTEGER NOT NULL DEFAULT 0,
    bench_change INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (server, person)
) WITHOUT ROWID;
-- What was forgotten here and the server does not know yet, as the server knows runs;
-- an empty one stands for everything of this person.
CREATE TABLE team_forgotten (
    run BLOB PRIMARY KEY
) WITHOUT ROWID;
