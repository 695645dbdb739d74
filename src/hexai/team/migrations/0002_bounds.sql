-- What a member with psql must not learn, and what he must not be able to say.

-- The planner's estimates are everybody's to see, for any condition: EXPLAIN would tell
-- how often others have asked some model. So nothing is learnt of what columns hold.
CREATE FUNCTION hexai.learn_nothing(which regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    col name;
BEGIN
    FOR col IN
        SELECT attname FROM pg_attribute
        WHERE attrelid = which AND attnum > 0 AND NOT attisdropped
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS 0', which, col);
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION hexai.learn_nothing(regclass) FROM PUBLIC;
SELECT hexai.learn_nothing(oid) FROM pg_class
WHERE relnamespace = 'hexai'::regnamespace AND relkind IN ('r', 'p')
    AND relname NOT IN ('setting', 'result');

-- What was learnt before goes with a column's type, which stays the same. The days of
-- all facts together are a partition's key, and keep what was known of them.
DO $$
DECLARE
    which record;
BEGIN
    FOR which IN
        SELECT polrelid::regclass AS its, polname AS name FROM pg_policy
        JOIN pg_class ON pg_class.oid = polrelid
        WHERE relnamespace = 'hexai'::regnamespace
    LOOP
        EXECUTE format('DROP POLICY %I ON %s', which.name, which.its);
    END LOOP;
    FOR which IN
        SELECT attrelid::regclass AS its, attname AS name,
            format_type(atttypid, atttypmod) AS type
        FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped AND attrelid IN (
            'hexai.fact'::regclass, 'hexai.cell'::regclass,
            'hexai.tombstone'::regclass, 'hexai.person'::regclass
        ) AND (attrelid <> 'hexai.fact'::regclass OR attname <> 'day')
    LOOP
        EXECUTE format(
            'ALTER TABLE %s ALTER COLUMN %I TYPE %s', which.its, which.name, which.type
        );
    END LOOP;
    FOR which IN
        SELECT oid::regclass AS its FROM pg_class
        WHERE relnamespace = 'hexai'::regnamespace AND relkind IN ('r', 'p')
            AND (relname IN ('cell', 'tombstone') OR relname LIKE 'fact%')
    LOOP
        EXECUTE format(
            'CREATE POLICY own ON %s USING (person = (SELECT hexai.me()))', which.its
        );
    END LOOP;
END
$$;
CREATE POLICY own ON hexai.person FOR SELECT USING (role = session_user);

-- Of an expression, an index has statistics of its own.
DROP INDEX hexai.person_name;
CREATE UNIQUE INDEX person_name ON hexai.person (lower(name));
ALTER INDEX hexai.person_name ALTER COLUMN 1 SET STATISTICS 0;

-- Figures that nothing can have come to: one would be enough to spoil a sum of all.
DELETE FROM hexai.fact WHERE NOT coalesce(
    day BETWEEN DATE '2020-01-01' AND DATE '2099-12-31' AND revision >= 0
    AND least(ttft, total, generating, input, output, number, 0) = 0
    AND coalesce(cost BETWEEN 0 AND 10000000000000, true)
    AND coalesce(share BETWEEN CASE kind WHEN 'b' THEN -1 ELSE 0 END AND 1, true),
false);
ALTER TABLE hexai.fact ADD CONSTRAINT fact_possible CHECK (
    day BETWEEN DATE '2020-01-01' AND DATE '2099-12-31' AND revision >= 0
    AND least(ttft, total, generating, input, output, number, 0) = 0
    AND cost BETWEEN 0 AND 10000000000000
    AND share BETWEEN CASE kind WHEN 'b' THEN -1 ELSE 0 END AND 1
);

-- A day is one of UTC: what a session says of its own time zone begins no new one.
ALTER FUNCTION hexai.account(bigint, bigint) SET timezone = 'UTC';
