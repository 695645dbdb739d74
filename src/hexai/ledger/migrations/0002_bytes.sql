-- Bytes of the prompt and of the answer as UTF-8; NULL in what was recorded before.
ALTER TABLE contender ADD COLUMN sent INTEGER;
ALTER TABLE contender ADD COLUMN received INTEGER;
