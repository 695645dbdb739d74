"""A member who means harm, with psql: what he reads and changes of others."""

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from msgspec import Struct
from psycopg import errors

from hexai.team.figures import CHOICES_A_WEEK
from hexai.team.server import connect
from tests.support.postgres import OWNER, superuser
from tests.support.team import LATELY, Person, Team, psql, shown_run

pytestmark = pytest.mark.debian

HOW_TO = Path(__file__).parents[2] / "docs" / "howto" / "team.md"
TABLES = ("fact", "cell", "tombstone", "person", "setting", "result")


class Scene(Struct):
    """A team of two, of whom one has logged in past Hexai."""

    team: Team
    good: Person
    session: "psycopg.Connection[Any]"
    other: int
    """The pseudonym of the good one."""

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask as the hostile member."""
        return self.session.execute(query.encode(), values).fetchall()


@pytest.fixture
def scene(team: Team) -> Iterator[Scene]:
    """Let a good member push, and a hostile one log in."""
    good, bad = team.enrol("good"), team.enrol("bad")
    good.record(*shown_run(1))
    good.team("push")
    [(other,)] = team.ask(
        "SELECT pseudonym FROM hexai.person WHERE role = %s", good.role
    )
    with psql(team, bad) as session:
        yield Scene(team=team, good=good, session=session, other=other)


def _a_fact(person: int, run: str, day: str = "2026-01-01") -> str:
    return (
        "INSERT INTO hexai.fact (person, run, day, revision, idx, flags, kind, state)"
        f" VALUES ({person}, '{run}', '{day}', 0, 0, 0, 'r', 'a')"
    )


def test_he_reads_nothing_of_others(scene: Scene) -> None:
    """Neither in tables, nor by counting, nor through results that are none yet."""
    assert scene.rows("SELECT * FROM hexai.fact") == []
    assert scene.rows("SELECT * FROM hexai.cell") == []
    assert scene.rows("SELECT * FROM hexai.tombstone") == []
    assert scene.rows("SELECT count(*) FROM hexai.person") == [(1,)]
    assert scene.rows("SELECT * FROM hexai.result") == []


def test_no_partition_is_his(scene: Scene) -> None:
    """The newest one neither, and not the one for all others."""
    names = scene.team.ask(
        "SELECT inhrelid::regclass::text FROM pg_inherits"
        " WHERE inhparent = 'hexai.fact'::regclass"
    )

    assert len(names) > 10
    for (name,) in names:
        with pytest.raises(errors.InsufficientPrivilege):
            scene.session.execute(f"SELECT * FROM {name}".encode())
        with pytest.raises(errors.InsufficientPrivilege):
            scene.session.execute(f"INSERT INTO {name} DEFAULT VALUES".encode())


def test_a_function_in_a_query_sees_his_own_rows_alone(scene: Scene) -> None:
    """However cheap it says that it is, it comes after the policy."""
    told: list[str] = []
    scene.session.add_notice_handler(lambda d: told.append(str(d.message_primary)))
    scene.session.execute(
        "CREATE FUNCTION pg_temp.leak(bigint) RETURNS boolean LANGUAGE plpgsql"
        " COST 1e-9 AS $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$"
    )

    scene.rows("SELECT 1 FROM hexai.fact WHERE pg_temp.leak(person)")
    scene.rows("SELECT 1 FROM hexai.cell WHERE pg_temp.leak(person)")
    scene.rows("SELECT 1 FROM hexai.person WHERE pg_temp.leak(pseudonym)")

    assert str(scene.other) not in told
    assert len(told) == 1


def test_the_planner_knows_nothing_to_tell_him(scene: Scene) -> None:
    """How many rows it expects is the same whatever others have asked."""
    [(cell,)] = scene.team.ask("SELECT min(id) FROM hexai.cell")
    scene.team.ask(
        "INSERT INTO hexai.fact (person, cell, run, day, revision, idx, flags, kind,"
        " state) SELECT %s, %s, gen_random_uuid(), current_date, 0, 0, 0, 'r', 'a'"
        " FROM generate_series(1, 500)",
        scene.other,
        cell,
    )
    scene.team.ask("ANALYZE")

    learnt = scene.team.ask(
        "SELECT DISTINCT tablename::text FROM pg_stats WHERE schemaname = 'hexai'"
    )
    assert learnt == [("setting",)]
    for query, theirs, nobodys in (
        ("fact WHERE cell = {}", cell, cell + 1),
        ("fact WHERE person = {}", scene.other, scene.other + 1),
        ("cell WHERE model = '{}'", "model0", "model9"),
        ("person WHERE lower(name) = '{}'", scene.good.role, "nobody"),
    ):
        plans = [
            scene.rows(f"EXPLAIN SELECT FROM hexai.{query.format(value)}")
            for value in (theirs, nobodys)
        ]
        expected = [_expected_rows(plan) for plan in plans]
        assert expected[0] == expected[1], query


def _expected_rows(plan: list[tuple[str]]) -> list[str]:
    return re.findall(r"rows=\d+", str(plan))


def test_he_says_nothing_for_others(scene: Scene) -> None:
    """Not under another's pseudonym, by whatever way."""
    run = str(uuid.uuid4())
    for statement in (
        _a_fact(scene.other, run),
        f"INSERT INTO hexai.tombstone VALUES ({scene.other}, '{run}')",
        f"INSERT INTO hexai.cell SELECT {scene.other}, 1, '', '', '', '', '', '', ''",
        f"SELECT hexai.forget({scene.other})",
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            scene.session.execute(statement.encode())


def test_he_swallows_nothing_by_being_first(scene: Scene) -> None:
    """Another's runs under his own pseudonym are in nobody's way."""
    scene.good.record(*shown_run(2))
    dry = scene.good.team("push", "--dry-run")
    run = dry.partition("run=")[2][:32]
    day = dry.partition("day=")[2][:10]
    [(me,)] = scene.rows("SELECT hexai.me()")
    scene.session.execute(_a_fact(me, run, day).encode())
    scene.session.execute(
        "INSERT INTO hexai.tombstone VALUES (%s, %s)", [me, str(uuid.UUID(run))]
    )

    assert scene.good.team("push") == "5 facts of 1 run sent\n"


def test_he_changes_and_deletes_nothing(scene: Scene) -> None:
    """Not even of his own, but by a tombstone; and no table is his to empty."""
    scene.session.execute(
        _a_fact(scene.rows("SELECT hexai.me()")[0][0], "0" * 32).encode()
    )
    for table in TABLES:
        for statement in (
            f"UPDATE hexai.{table} SET {_first_column(table)} = {_first_column(table)}",
            f"DELETE FROM hexai.{table}",
            f"TRUNCATE hexai.{table}",
            f"ALTER TABLE hexai.{table} DISABLE ROW LEVEL SECURITY",
            f"DROP TABLE hexai.{table}",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                scene.session.execute(statement.encode())
    for statement in (
        "INSERT INTO hexai.result VALUES ('2026-01-05', 'stats', '{}')",
        "CREATE TABLE hexai.mine (a int)",
        "CREATE FUNCTION hexai.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            scene.session.execute(statement.encode())


def _first_column(table: str) -> str:
    return {"person": "role", "setting": "schema", "result": "part"}.get(
        table, "person"
    )


def test_he_becomes_nobody_else(scene: Scene) -> None:
    """Neither another member, nor the owner, nor by the members' common role."""
    for role in (scene.good.role, OWNER):
        with pytest.raises(errors.InsufficientPrivilege):
            scene.session.execute(f'SET ROLE "{role}"'.encode())
    [(group,)] = scene.rows("SELECT members FROM hexai.setting")
    scene.session.execute(f'SET ROLE "{group}"'.encode())

    assert scene.rows("SELECT count(*) FROM hexai.fact") == [(0,)]


def test_functions_of_the_owner_look_names_up_where_they_should(scene: Scene) -> None:
    """What he puts in their way is not called."""
    scene.session.execute(
        "CREATE FUNCTION pg_temp.count(bigint) RETURNS bigint LANGUAGE plpgsql"
        " AS $$ BEGIN RAISE EXCEPTION 'called as %', current_user; END $$"
    )
    scene.session.execute("CREATE TABLE pg_temp.person (role name, pseudonym bigint)")
    scene.session.execute(
        "INSERT INTO pg_temp.person VALUES (session_user, %s)", [scene.other]
    )
    scene.session.execute("SET search_path = pg_temp, hexai, pg_catalog")

    assert scene.rows("SELECT hexai.me()") != [(scene.other,)]
    functions = scene.team.ask(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'hexai'::regnamespace"
        " AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false)"
    )
    assert functions == []


def test_a_cells_number_means_what_it_says(scene: Scene) -> None:
    """Nobody can let a number of others mean another model."""
    [(number,)] = scene.team.ask("SELECT min(id) FROM hexai.cell")
    with pytest.raises(errors.CheckViolation):
        scene.session.execute(
            "INSERT INTO hexai.cell VALUES"
            " (hexai.me(), %s, 'completion', 'python', 'ollama', 'mine', '', '', '')",
            [number],
        )


def test_he_locks_nobody_out(scene: Scene) -> None:
    """Tables take no lock of his that others wait for, and pushes no lock of advice."""
    for mode in ("ACCESS EXCLUSIVE", "EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE"):
        with pytest.raises(errors.InsufficientPrivilege), scene.session.transaction():
            scene.session.execute(f"LOCK TABLE hexai.fact IN {mode} MODE".encode())
    [(me,)] = scene.rows("SELECT hexai.me()")
    scene.good.record(*shown_run(2, at=LATELY))
    with scene.session.transaction():
        scene.session.execute(_a_fact(me, "1" * 32).encode())
        scene.session.execute("SELECT pg_advisory_lock(1), pg_advisory_lock(2)")
        with pytest.raises(errors.InsufficientPrivilege), scene.session.transaction():
            scene.session.execute("SELECT 1 FROM hexai.setting FOR UPDATE")

        assert scene.good.team("push") == "5 facts of 1 run sent\n"


def test_he_does_not_keep_the_owner_from_publishing(scene: Scene) -> None:
    """Nor with a transaction that he leaves open: only new months have to wait."""
    [(name,)] = scene.team.ask("SELECT to_char(current_date, 'YYYY_MM')")
    scene.team.ask(f"DROP TABLE hexai.fact_{name}")
    [(me,)] = scene.rows("SELECT hexai.me()")
    with scene.session.transaction():
        scene.session.execute(_a_fact(me, "1" * 32).encode())
        scene.session.execute("SELECT count(*) FROM hexai.result")

        out = scene.team.owner.team("publish")

    assert "nothing to publish" in out
    assert "no partition made" in out
    assert "1 partition made" in scene.team.owner.team("publish")


def test_his_rows_of_a_day_are_counted(scene: Scene) -> None:
    """What is beyond the limit is refused whole, and keeps nobody else out."""
    scene.team.ask("UPDATE hexai.setting SET rows_a_day = 100")
    flood = (
        "INSERT INTO hexai.fact (person, run, day, revision, idx, flags, kind, state)"
        " SELECT hexai.me(), gen_random_uuid(), '2026-01-01', 0, 0, 0, 'r', 'a'"
        " FROM generate_series(1, 101)"
    )
    with pytest.raises(errors.ProgramLimitExceeded):
        scene.session.execute(flood.encode())

    scene.good.record(*shown_run(2))
    assert scene.good.team("push") == "5 facts of 1 run sent\n"
    assert scene.rows("SELECT count(*) FROM hexai.fact") == [(0,)]


def test_a_day_ends_for_him_when_it_ends_for_all(scene: Scene) -> None:
    """His time zone begins no new one, in which he might say as much again."""
    scene.team.ask("UPDATE hexai.setting SET rows_a_day = 100")
    said = 0
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12", "Pacific/Kiritimati"):
        scene.session.execute(f"SET timezone = '{zone}'".encode())
        with suppress(errors.ProgramLimitExceeded):
            said += scene.session.execute(_facts(60).encode()).rowcount

    assert said == 60


def _facts(count: int, **values: str) -> str:
    """Write facts of his; `values` are SQL, by columns."""
    given = {"day": "'2026-01-01'", "kind": "'r'", "state": "'a'"} | values
    return (
        "INSERT INTO hexai.fact (person, run, revision, idx, flags,"
        f" {', '.join(given)}) SELECT hexai.me(), gen_random_uuid(), 0, 0, 0,"
        f" {', '.join(given.values())} FROM generate_series(1, {count}) AS number"
    )


@pytest.mark.parametrize(
    "figure",
    [
        {"kind": "'c'", "share": "'NaN'"},
        {"kind": "'c'", "share": "'Infinity'"},
        {"kind": "'v'", "share": "-0.1"},
        {"day": "'-infinity'"},
        {"day": "'0044-03-15 BC'"},
        {"total": "-1"},
        {"cost": "9223372036854775807"},
    ],
    ids=str,
)
def test_a_figure_that_nothing_can_have_come_to_is_refused(
    figure: dict[str, str], scene: Scene
) -> None:
    """One would be enough to spoil a sum of all people, or to end the publication."""
    with pytest.raises(errors.CheckViolation):
        scene.session.execute(_facts(1, **figure).encode())


def test_what_he_makes_up_without_end_is_counted_to_an_end(team: Team) -> None:
    """Nobody's choices of a week count beyond what one can have chosen."""
    people = [team.enrol(f"p{number}") for number in range(5)]
    for person in people:
        person.record(*shown_run(1), *shown_run(2))
        person.team("push")
    cells = [
        f"{cell & (1 << 64) - 1:016x}"
        for (cell,) in team.ask("SELECT DISTINCT id FROM hexai.cell ORDER BY 1")
    ]
    with psql(team, people[0]) as session:
        for words in (
            f"'ldw {cells[0]}*,{cells[1]}'",
            f"'ldw {cells[0]}*,{cells[1]},' || md5(number::text)",
            "repeat('x', 1000) || number",
        ):
            flood = _facts(
                2 * CHOICES_A_WEEK,
                kind="'c'",
                trial=words,
                state="'t'",
                day="current_date - 30",
            )
            session.execute(flood.encode())

    team.owner.team("publish")

    board = json.loads(people[1].run("leaderboard", "--team", "--json").out)
    [group] = board["surfaces"][0]["groups"]
    assert 0 < group["trials"] <= CHOICES_A_WEEK + 20


def test_no_lock_of_his_is_waited_for_without_end(scene: Scene) -> None:
    """Whoever connects by Hexai gives up after a while, the owner too."""
    words = {"conninfo": scene.team.owner.url}
    with connect(words) as connection:
        row = connection.execute("SHOW lock_timeout").fetchone()

    assert row == ("20s",)


def test_what_he_holds_is_published_without(scene: Scene) -> None:
    """Cells that nobody uses are swept, but for those that are locked."""
    [(me,)] = scene.rows("SELECT hexai.me()")
    scene.session.execute(
        "INSERT INTO hexai.cell SELECT %s, ('x' || encode(substring(sha256("
        "convert_to(repeat(E'\\x1f', 6), 'UTF8')) FROM 1 FOR 8), 'hex')"
        ")::bit(64)::bigint, '', '', '', '', '', '', ''",
        [me],
    )
    with scene.session.transaction():
        scene.session.execute("SELECT hexai.forget(%s)", [me])

        assert "nothing to publish" in scene.team.owner.team("publish")


def test_nothing_that_he_makes_is_called_by_others(team: Team) -> None:
    """Not even where the owner lets everybody write into the schema `public`."""
    people = [team.enrol(f"p{number}") for number in range(5)]
    for person in people:
        person.record(*shown_run(1))
        person.team("push")
    team.ask("GRANT CREATE ON SCHEMA public TO PUBLIC")
    with psql(team, people[0]) as session:
        session.execute(
            "CREATE FUNCTION public.mine(real, integer) RETURNS double precision"
            " LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'as %', current_user; END $$"
        )
        session.execute(
            "CREATE OPERATOR public.* (FUNCTION = public.mine, LEFTARG = real,"
            " RIGHTARG = integer)"
        )
        kept = _facts(1, kind="'v'", share="1", number="1", day="current_date - 30")
        session.execute(kept.replace("0, 0, 0", "0, 120, 0").encode())

    assert "published" in team.owner.team("publish")


def test_who_is_enrolled_in_another_ledger_reads_nothing(scene: Scene) -> None:
    """Though his role may be a member of the role of all members."""
    stranger = scene.team.person("stranger", f"{scene.team.database}_stranger")
    scene.team.people.append(stranger)
    [(group,)] = scene.team.ask("SELECT members FROM hexai.setting")
    scene.team.ask(f'CREATE ROLE "{stranger.role}" LOGIN IN ROLE "{group}"')
    scene.team.ask("INSERT INTO hexai.result VALUES ('2026-01-05', 'stats', '{}')")
    with psql(scene.team, stranger) as session:
        for table in TABLES:
            assert (
                session.execute(f"SELECT * FROM hexai.{table}".encode()).rowcount == 0
            )

    for words in (("team", "push"), ("stats", "--team"), ("team", "init")):
        assert "knows nobody of this role" in stranger.run(*words).err


def test_what_is_published_acts_on_nobodys_terminal(team: Team) -> None:
    """Though five who agree, or the owner, may have any name published."""
    people = [team.enrol(f"p{number}") for number in range(5)]
    for person in people:
        person.record(*shown_run(1), *shown_run(2))
        person.team("push")
    team.owner.team("publish")
    for name, bad in (
        ("completion", r"c\\u001b]0;p\\u0007\\u202e\\n0 people"),
        ("model0", r"m\\u001b[31m</script><b>"),
    ):
        team.ask(f"UPDATE hexai.result SET body = replace(body, '{name}', E'{bad}')")
    page = team.folder / "page.html"

    shown = [
        people[0].run(*words).out
        for words in (
            ("stats", "--team"),
            ("stats", "--team", "--csv"),
            ("leaderboard", "--team"),
            ("report", "--team", "-o", str(page)),
        )
    ]

    shown.append(page.read_text())
    for text in shown:
        assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", text)
        assert "\n0 people" not in text
    assert "c\\x1b" in shown[0]
    assert "<b>" not in shown[-1]


def test_what_is_published_without_end_is_not_read(scene: Scene) -> None:
    """It is said, and nothing of it comes over the line."""
    scene.team.ask(
        "INSERT INTO hexai.result VALUES"
        " ('2026-01-05', 'stats', repeat('x', 33 * 1024 * 1024))"
    )

    assert "is over 32 MiB" in scene.good.run("stats", "--team").err


def test_what_no_member_may_is_refused(scene: Scene) -> None:
    """Files, programs, others' sessions, and whatever would stay."""
    with scene.team.server.connect(scene.team.database) as owner:
        theirs = owner.info.backend_pid
        for statement in (
            f"SELECT pg_cancel_backend({theirs})",
            f"SELECT pg_terminate_backend({theirs})",
            "COPY (SELECT 1) TO PROGRAM 'true'",
            "SELECT pg_read_file('/etc/passwd')",
            "CREATE SCHEMA mine",
            "CREATE TABLE public.mine (a int)",
            "CREATE EXTENSION dblink",
            "CREATE ROLE mine",
            "SELECT hexai.account(hexai.me(), -1000)",
            "SELECT hexai.learn_nothing('hexai.fact')",
            "ALTER ROLE CURRENT_USER CONNECTION LIMIT 100",
            "SET temp_file_limit = -1",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                scene.session.execute(statement.encode())


def test_what_all_are_shown_can_be_taken_away(scene: Scene) -> None:
    """By the statement of the how-to, after which everybody works as before."""
    shown = (
        "SELECT n_tup_ins FROM pg_stat_user_tables",
        "SELECT usename FROM pg_stat_activity",
        "SELECT relation FROM pg_locks",
        "SELECT pg_relation_size('hexai.cell')",
        "SELECT lo_create(0)",
    )
    for query in shown:
        assert scene.rows(query)
    page = HOW_TO.read_text("utf-8")
    [statement] = re.findall(r"```sql\n(DO .*?)```", page, re.DOTALL)
    with scene.team.server.connect(scene.team.database, superuser()) as session:
        session.execute(statement.encode())

    for query in shown:
        with pytest.raises(errors.InsufficientPrivilege):
            scene.session.execute(query.encode())
    written = "SELECT pg_current_wal_lsn(), txid_current()"
    before = scene.rows(written)
    scene.good.record(*shown_run(2))
    assert scene.good.team("push") == "5 facts of 1 run sent\n"
    assert scene.rows(written) != before, "the how-to says that this is left to see"
    assert "schema" in scene.good.team("status")
    assert "nothing to publish" in scene.team.owner.team("publish")


def test_who_pushes_too_much_goes_on_tomorrow(scene: Scene) -> None:
    """Hexai says so, and nothing is lost."""
    scene.team.ask("UPDATE hexai.setting SET rows_a_day = 10")
    scene.good.record(*shown_run(2), *shown_run(3))

    result = scene.good.run("team", "push")

    assert result.code == 1
    assert "the server takes no more today" in result.out
    scene.team.ask("UPDATE hexai.setting SET rows_a_day = 1000")
    assert scene.good.team("push") == "10 facts of 2 runs sent\n"


def test_what_he_can_see_of_all_is_how_much_there_is(scene: Scene) -> None:
    """PostgreSQL shows the number of rows of a table to everybody; the docs say so."""
    scene.team.ask("ANALYZE hexai.fact")
    [(rows,)] = scene.rows(
        "SELECT sum(reltuples) FROM pg_class JOIN pg_inherits ON inhrelid = oid"
        " WHERE inhparent = 'hexai.fact'::regclass AND reltuples > 0"
    )

    assert rows == 5
