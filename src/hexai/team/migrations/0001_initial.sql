-- A team's ledger. {member} is the role of all members; whoever applies this owns it.
--
-- Members may add rows of their own and read those, and read what is published. They
-- may delete nothing directly: who may DELETE from a table may lock it against all
-- others. What they forget they write down in `tombstone`, which deletes it.

CREATE SCHEMA hexai;
REVOKE ALL ON SCHEMA hexai FROM PUBLIC;

-- One row. The salt is known to all members and to nobody else: with it they name
-- projects alike. Only the labels and hosts listed here are ever sent.
CREATE TABLE hexai.setting (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    schema integer NOT NULL,
    team uuid NOT NULL DEFAULT gen_random_uuid(),
    members name NOT NULL,
    salt bytea NOT NULL
        DEFAULT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()),
    labels text[] NOT NULL DEFAULT '{}',
    hosts text[] NOT NULL DEFAULT '{}',
    rows_a_day integer NOT NULL DEFAULT 2000000
);
INSERT INTO hexai.setting (schema, members) VALUES (0, {member_text});

-- One role a person. The pseudonym is random and says nothing; it stands in every row.
CREATE TABLE hexai.person (
    pseudonym bigint PRIMARY KEY,
    name text NOT NULL,
    role name NOT NULL UNIQUE,
    enrolled_on date NOT NULL DEFAULT current_date,
    -- Tells the person's secret from another one, so that two machines call a run alike.
    secret_check text,
    pushed_on date,
    rows_on_day integer NOT NULL DEFAULT 0,
    rows bigint NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX person_name ON hexai.person (lower(name));

-- Whom contenders asked, and where. The number is made of the content, and that is
-- checked here, so one number means the same in everybody's rows.
CREATE TABLE hexai.cell (
    person bigint NOT NULL,
    id bigint NOT NULL,
    surface text NOT NULL,
    language text NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    options text NOT NULL,
    label text NOT NULL,
    host text NOT NULL,
    PRIMARY KEY (person, id),
    CHECK (
        length(surface || language || provider || model || options || label || host)
            <= 2000
        AND id = ('x' || encode(substring(sha256(convert_to(
            surface || E'\x1f' || language || E'\x1f' || provider || E'\x1f' || model
            || E'\x1f' || options || E'\x1f' || label || E'\x1f' || host, 'UTF8'
        )) FROM 1 FOR 8), 'hex'))::bit(64)::bigint
    )
);

-- Facts: r a contender of a run, s that it was shown, c what was chosen, v what was
-- left of it after so many seconds (idx), b a cell of a bench. A higher revision of a
-- fact counts instead of a lower one. Whoever distributes the table does so by person.
CREATE TABLE hexai.fact (
    person bigint NOT NULL,
    cell bigint,
    cost bigint,
    sitting bigint,
    document bigint,
    project bigint,
    run uuid NOT NULL,
    day date NOT NULL,
    revision integer NOT NULL,
    ttft integer,
    total integer,
    generating integer,
    input integer,
    output integer,
    number integer,
    share real,
    idx smallint NOT NULL,
    flags smallint NOT NULL,
    kind "char" NOT NULL CHECK (kind IN ('r', 's', 'c', 'v', 'b')),
    state "char" NOT NULL,
    trial text CHECK (length(trial) <= 2000),
    PRIMARY KEY (person, run, kind, idx, revision, day)
) PARTITION BY RANGE (day);
CREATE INDEX fact_day ON hexai.fact USING brin (day);
-- A row without a partition would fail its whole batch.
CREATE TABLE hexai.fact_other PARTITION OF hexai.fact DEFAULT;

-- What was forgotten, and nothing of it: what comes again is not let in.
CREATE TABLE hexai.tombstone (
    person bigint NOT NULL,
    run uuid NOT NULL,
    PRIMARY KEY (person, run)
);

-- What the owner's job has published: by week, and all that members read of others.
CREATE TABLE hexai.result (
    week date NOT NULL,
    part text NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (week, part)
);

-- The functions run with the owner's rights, so each fixes where names are looked up,
-- and asks for the role that logged in: no SET ROLE changes that.
CREATE FUNCTION hexai.me() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT pseudonym FROM hexai.person WHERE role = session_user $$;

-- Takes rows into a person's account of the day. It also waits for whoever pushes or
-- forgets on another machine of this person just now: a row here is changed by both.
CREATE FUNCTION hexai.account(who bigint, many bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    there integer;
    most integer := (SELECT rows_a_day FROM hexai.setting);
BEGIN
    UPDATE hexai.person SET
        rows = rows + many,
        rows_on_day = many + CASE pushed_on WHEN current_date THEN rows_on_day ELSE 0 END,
        pushed_on = current_date
    WHERE pseudonym = who RETURNING rows_on_day INTO there;
    IF there > most THEN
        RAISE EXCEPTION 'more than % rows a day', most
        USING ERRCODE = 'program_limit_exceeded';
    END IF;
END
$$;

CREATE FUNCTION hexai.cells_added() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM hexai.account(person, count(*)) FROM came GROUP BY person;
    RETURN NULL;
END
$$;
CREATE TRIGGER added AFTER INSERT ON hexai.cell
REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION hexai.cells_added();

CREATE FUNCTION hexai.facts_added() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    who bigint := (SELECT person FROM came LIMIT 1);
BEGIN
    IF who IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM hexai.account(person, count(*)) FROM came GROUP BY person;
    IF EXISTS (SELECT FROM hexai.tombstone WHERE person = who) THEN
        DELETE FROM hexai.fact USING (
            SELECT DISTINCT person, run FROM came JOIN hexai.tombstone USING (person, run)
        ) AS again
        WHERE fact.person = again.person AND fact.run = again.run;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER added AFTER INSERT ON hexai.fact
REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION hexai.facts_added();

CREATE FUNCTION hexai.buried() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM hexai.account(person, count(*)) FROM gone GROUP BY person;
    DELETE FROM hexai.fact USING gone
    WHERE fact.person = gone.person AND fact.run = gone.run;
    RETURN NULL;
END
$$;
CREATE TRIGGER buried AFTER INSERT ON hexai.tombstone
REFERENCING NEW TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION hexai.buried();

-- Forgets everything of a person; for others than oneself only the owner may.
CREATE FUNCTION hexai.forget(who bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    runs bigint;
BEGIN
    IF who IS DISTINCT FROM hexai.me() AND NOT pg_has_role(
        session_user, (SELECT nspowner FROM pg_namespace WHERE nspname = 'hexai'), 'MEMBER'
    ) THEN
        RAISE EXCEPTION 'only the owner forgets others' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE hexai.person SET secret_check = NULL WHERE pseudonym = who;
    INSERT INTO hexai.tombstone
    SELECT DISTINCT person, run FROM hexai.fact WHERE person = who
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS runs = ROW_COUNT;
    DELETE FROM hexai.cell WHERE person = who;
    RETURN runs;
END
$$;

-- The first machine of a person says how its secret is told from others.
CREATE FUNCTION hexai.introduce(mark text) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE hexai.person SET secret_check = coalesce(secret_check, left(mark, 64))
    WHERE pseudonym = hexai.me() RETURNING secret_check
$$;

ALTER TABLE hexai.person ENABLE ROW LEVEL SECURITY;
ALTER TABLE hexai.cell ENABLE ROW LEVEL SECURITY;
ALTER TABLE hexai.fact ENABLE ROW LEVEL SECURITY;
ALTER TABLE hexai.fact_other ENABLE ROW LEVEL SECURITY;
ALTER TABLE hexai.tombstone ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON hexai.person FOR SELECT USING (role = session_user);
CREATE POLICY own ON hexai.cell USING (person = (SELECT hexai.me()));
CREATE POLICY own ON hexai.fact USING (person = (SELECT hexai.me()));
CREATE POLICY own ON hexai.fact_other USING (person = (SELECT hexai.me()));
CREATE POLICY own ON hexai.tombstone USING (person = (SELECT hexai.me()));

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA hexai FROM PUBLIC;
GRANT USAGE ON SCHEMA hexai TO {member};
GRANT SELECT ON hexai.setting, hexai.person, hexai.result TO {member};
GRANT SELECT, INSERT ON hexai.fact, hexai.cell, hexai.tombstone TO {member};
GRANT EXECUTE ON FUNCTION hexai.me(), hexai.forget(bigint), hexai.introduce(text)
TO {member};
