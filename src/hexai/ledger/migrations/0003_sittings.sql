-- What one person asked and chose with no pause of more than half an hour. The number
-- grows with every sitting that begins here; the token is random, names it everywhere,
-- and says nothing about what was worked on.
CREATE TABLE sitting (
    id INTEGER PRIMARY KEY,
    token BLOB NOT NULL UNIQUE DEFAULT (randomblob(16)),
    -- It began on this ledger; others came with an import.
    own INTEGER NOT NULL DEFAULT 0
);

-- In which a run was asked, and in which it was chosen; NULL in what was recorded
-- before, or told by a ledger that did not know.
ALTER TABLE run ADD COLUMN sitting INTEGER REFERENCES sitting (id);
ALTER TABLE run ADD COLUMN chosen_sitting INTEGER REFERENCES sitting (id);
CREATE INDEX run_chosen ON run (chosen_at) WHERE chosen_at IS NOT NULL;

-- Of lists such as this one, the share whose order is drawn; whether this one's was,
-- says the seed. NULL in what was recorded before.
ALTER TABLE run ADD COLUMN shuffle REAL;
