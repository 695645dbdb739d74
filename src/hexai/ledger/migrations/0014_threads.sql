-- Questions that go on with earlier ones. A thread is known by the id of the run that it
-- began with, which that run has too once another goes on with it. Ids and not numbers:
-- a run may come from another ledger before the one that it follows.
ALTER TABLE run ADD COLUMN thread BLOB;
ALTER TABLE run ADD COLUMN follows BLOB;
CREATE INDEX run_thread ON run (thread) WHERE thread IS NOT NULL;
-- With whose answer a contender goes on, by its index there, and how many earlier turns
-- it was sent.
ALTER TABLE contender ADD COLUMN follows INTEGER;
ALTER TABLE contender ADD COLUMN turns INTEGER;
-- At which terminal it was asked, so that a follow-up finds the last one there.
ALTER TABLE run ADD COLUMN terminal TEXT NOT NULL DEFAULT '';
