"""A team's ledger: pushes, publishing and reading, for a team of 10,000.

Run by `scripts/bench team`, on a PostgreSQL of Debian with its default settings. A day
of made-up people is pushed as they would push it, each by a role and a ledger of his
own, and beside it psql copies the same rows into a plain table and inserts them from
there into an indexed one. Then facts are made on the server, and a publication of all
of them is timed, and what a member waits for.
"""

import argparse
import itertools
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from hexai.config.folders import LEDGER_FILE
from hexai.domain.record import Fact
from hexai.ledger.access import Ledger
from hexai.team.cells import Cell
from hexai.team.push import Pusher
from hexai.team.sent import Row, batch_of
from hexai.team.server import connect
from tests.support.postgres import OWNER, Postgres, program, running
from tests.support.team import DAY, LATELY, Person, shown_run

PEOPLE, A_DAY = 10_000, 500
"""People, and the runs of each in a day."""
FACTS_PER_S, BESIDE_PSQL = 20_000, 2.0
PUBLISH_S, LEADERBOARD_S, CLIENT_MB = 60.0, 1.0, 150.0
DATABASE = "bench"
_RUNS = 5
_LONG = 50_000
"""Runs of somebody who had a ledger for long."""
_MODELS = ("qwen3-coder:30b", "qwen3:8b", "gpt-4.1", "claude-sonnet", "smollm2")
_LANGUAGES = ("python", "go", "rust", "typescript")
_COLUMNS = ", ".join(("person", *Row.__struct_fields__))


def make_ledger(path: Path, runs: int, *, first: int = 0) -> None:
    """Write runs of an editor to a ledger, of which a third ended with a choice."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    dice = random.Random(first)
    ledger = Ledger(path, patience=1.0)

    def facts() -> Iterator[Fact]:
        for number in range(first, first + runs):
            run, shown, chosen = shown_run(
                number + 1, dice.randrange(2), at=LATELY + number * 170
            )
            yield from (run, shown) if number % 3 else (run, shown, chosen)

    for batch in _batches(facts()):
        ledger.record(*batch)
    ledger.close()


def _batches(facts: Iterator[Fact], size: int = 500) -> Iterator[list[Fact]]:
    while batch := list(itertools.islice(facts, size)):
        yield batch


def make_people(server: Postgres, count: int) -> None:
    """Enrol people as the owner does, past the command for the time that it takes."""
    dice = random.Random(1)
    with server.connect(DATABASE) as owner:
        [(group,)] = owner.execute("SELECT members FROM hexai.setting").fetchall()
        owner.execute(
            sql.SQL(
                "DO $$ BEGIN FOR i IN 0..{} LOOP EXECUTE format("
                "'CREATE ROLE p%s LOGIN IN ROLE {}', i); END LOOP; END $$"
            ).format(sql.Literal(count - 1), sql.Identifier(group))
        )
        with (
            owner.cursor() as cursor,
            cursor.copy("COPY hexai.person (pseudonym, name, role) FROM STDIN") as copy,
        ):
            for number in range(count):
                copy.write_row((dice.getrandbits(62), f"p{number}", f"p{number}"))


def push_a_day(server: Postgres, folder: Path, people: int) -> tuple[int, float]:
    """Push a day of some people; gives how many facts, and the seconds.

    Each has the same ledger and a secret of his own, so that all runs differ.
    """
    path = folder / LEDGER_FILE
    make_ledger(path, A_DAY)
    ledger = Ledger(path, patience=1.0)
    rows, began = 0, time.monotonic()
    for number in range(people):
        words = _words(server, f"p{number}")
        with connect(words) as connection:
            state = folder / "people" / str(number)
            rows += (
                Pusher.open(connection, ledger.changes, state)
                .run(LATELY + 40 * DAY)
                .rows
            )
    spent = time.monotonic() - began
    ledger.close()
    return rows, spent


def take_in(server: Postgres, folder: Path, user: str) -> tuple[int, float]:
    """Have the server take in what is composed already; gives facts, and seconds.

    It is what somebody pushes who had a ledger for long before the team had one.
    """
    path = folder / "long" / LEDGER_FILE
    if not path.exists():
        make_ledger(path, _LONG)
    ledger = Ledger(path, patience=1.0)
    words = _words(server, user)
    with connect(words) as connection:
        pusher = Pusher.open(connection, ledger.changes, folder / user / "state")
        sender, change, batches = pusher.sender, 0, []
        while runs := ledger.changes.runs(change, most=4000, now=LATELY + 40 * DAY):
            batches.append(batch_of(sender, runs))
            change = runs[-1].change
        began = time.monotonic()
        rows = sum(pusher.put(batch) for batch in batches)
        spent = time.monotonic() - began
    ledger.close()
    return rows, spent


def copy_by_psql(server: Postgres, folder: Path, user: str) -> float:
    """Have psql take the same rows in; gives the seconds."""
    rows = folder / "rows"
    with server.connect(DATABASE) as owner, rows.open("wb") as file:
        whose = f"(SELECT pseudonym FROM hexai.person WHERE role = '{user}')"
        owner.execute("CREATE TABLE plain AS TABLE hexai.fact WITH NO DATA")
        owner.execute("CREATE TABLE indexed (LIKE plain)")
        owner.execute(
            "ALTER TABLE indexed"
            " ADD PRIMARY KEY (person, run, kind, idx, revision, day)"
        )
        owner.execute("CREATE INDEX ON indexed USING brin (day)")
        with (
            owner.cursor() as cursor,
            cursor.copy(
                f"COPY (SELECT {_COLUMNS} FROM hexai.fact"
                f" WHERE person = {whose}) TO STDOUT".encode()
            ) as copy,
        ):
            for piece in copy:
                file.write(piece)
    script = (
        f"\\copy plain ({_COLUMNS}) FROM '{rows}'\n"
        f"INSERT INTO indexed ({_COLUMNS}) SELECT {_COLUMNS} FROM plain;\n"
    )
    began = time.monotonic()
    subprocess.run(
        [program("psql"), "-qX", "-v", "ON_ERROR_STOP=1", server.url(DATABASE, OWNER)],
        input=script.encode(),
        check=True,
        cwd="/",
    )
    spent = time.monotonic() - began
    with server.connect(DATABASE) as owner:
        owner.execute("DROP TABLE plain, indexed")
    return spent


def _words(server: Postgres, user: str) -> dict[str, str]:
    return {
        "host": str(server.folder),
        "port": str(server.port),
        "dbname": DATABASE,
        "user": user,
    }


def measure_growth(
    server: Postgres, folder: Path, runs: int
) -> list[tuple[int, float]]:
    """Push ten new runs to a server that has ever more; gives what that takes."""
    path, state = folder / "grown" / LEDGER_FILE, folder / "grown" / "state"
    words = _words(server, f"p{PEOPLE - 1}")
    found, there = [], 0
    for size in (0, runs // 100, runs // 10, runs):
        if size > there:
            make_ledger(path, size - there, first=there)
            _push(words, path, state)
            there = size
        times = []
        for _ in range(5):
            make_ledger(path, 10, first=there)
            there += 10
            began = time.monotonic()
            _push(words, path, state)
            times.append(time.monotonic() - began)
        found.append((there, statistics.median(times)))
    return found


def _push(words: dict[str, str], path: Path, state: Path) -> None:
    ledger = Ledger(path, patience=1.0)
    with connect(words) as connection:
        Pusher.open(connection, ledger.changes, state).run(LATELY + 40 * DAY)
    ledger.close()


def make_facts(server: Postgres, facts: int) -> int:
    """Make so many facts of all people on the server; gives how many there are."""
    runs = facts * 2 // 9 // PEOPLE
    with server.connect(DATABASE) as owner:
        owner.execute("TRUNCATE hexai.fact, hexai.cell")
        _make_cells(owner)
        owner.execute(_MAKE.format(runs=runs, models=len(_MODELS)).encode())
        owner.execute("VACUUM ANALYZE hexai.fact")
        [(count,)] = owner.execute("SELECT count(*) FROM hexai.fact").fetchall()
        return int(count)


def _make_cells(owner: "psycopg.Connection[object]") -> None:
    owner.execute(
        "CREATE TEMPORARY TABLE whom (number int, id bigint, word text, surface text,"
        " language text, provider text, model text, options text, label text,"
        " host text)"
    )
    cells = [
        Cell.of("completion", language, "ollama", model, "temperature=0.2", "", "")
        for language in _LANGUAGES
        for model in _MODELS
    ]
    with owner.cursor() as cursor, cursor.copy("COPY whom FROM STDIN") as copy:
        for number, cell in enumerate(cells):
            word = f"{cell.id & (1 << 64) - 1:016x}"
            parts = (cell.surface, cell.language, cell.provider, cell.model)
            copy.write_row((number, cell.id, word, *parts, cell.options, "", ""))
    owner.execute(
        "INSERT INTO hexai.cell SELECT pseudonym, id, surface, language, provider,"
        " model, options, label, host FROM hexai.person CROSS JOIN whom"
        f" WHERE number / {len(_MODELS)} = hashint8(pseudonym) & 3"
    )


# Each run asks two models of one language; half of them end with a choice, for which
# the better model is preferred by 60 to 40. Two contenders, both shown, and the choice
# are nine facts of two runs.
_MAKE = """
WITH drawn AS MATERIALIZED (
    SELECT pseudonym AS person, gen_random_uuid() AS run, number,
        current_date - 10 - (number % 60) AS day, (hashint8(pseudonym) & 3) AS language,
        (random() * ({models} - 2))::int AS low, random() < 0.5 AS swapped,
        random() < 0.6 AS won
    FROM hexai.person CROSS JOIN generate_series(1, {runs}) AS number
), asked AS (
    SELECT drawn.*, one.id AS first, other.id AS second, one.word AS one,
        other.word AS other
    FROM drawn
    JOIN whom AS one ON one.number = drawn.language * {models} + low
    JOIN whom AS other ON other.number = drawn.language * {models} + low + 1
)
INSERT INTO hexai.fact (
    person, cell, cost, sitting, document, project, run, day, revision, ttft, total,
    generating, input, output, number, share, idx, flags, kind, state, trial
)
SELECT person, CASE idx WHEN 0 THEN first ELSE second END,
    CASE kind WHEN 'r' THEN 1000 END, number / 10, NULL, NULL, run, day,
    CASE kind WHEN 's' THEN 2 WHEN 'c' THEN 3000 ELSE 0 END,
    CASE kind WHEN 'r' THEN 100 + (random() * 900)::int END,
    CASE kind WHEN 'r' THEN 500 + (random() * 3000)::int END,
    CASE kind WHEN 'r' THEN 400 END, CASE kind WHEN 'r' THEN 800 END,
    CASE kind WHEN 'r' THEN 60 END, CASE kind WHEN 's' THEN idx WHEN 'c' THEN 20 END,
    CASE kind WHEN 'c' THEN 1 END, idx, 36, kind::"char",
    CASE kind WHEN 'r' THEN 'a' WHEN 'c' THEN 't' ELSE '-' END,
    CASE kind WHEN 'c' THEN 'ldw ' || CASE WHEN swapped
        THEN other || CASE WHEN won THEN '' ELSE '*' END || ',' || one
            || CASE WHEN won THEN '*' ELSE '' END
        ELSE one || CASE WHEN won THEN '*' ELSE '' END || ',' || other
            || CASE WHEN won THEN '' ELSE '*' END END END
FROM asked
CROSS JOIN (VALUES ('r', 0), ('r', 1), ('s', 0), ('s', 1), ('c', 0)) AS each (kind, idx)
WHERE kind <> 'c' OR number % 2 = 0
"""


def measure_forgetting(
    server: Postgres, folder: Path, user: str
) -> tuple[float, float]:
    """Have ten runs forgotten, then push ten new ones: the seconds of each."""
    path, state = folder / user / LEDGER_FILE, folder / user / "state"
    words = _words(server, user)
    with connect(words) as connection:
        rows = connection.execute(
            "SELECT DISTINCT run FROM hexai.fact WHERE person = hexai.me() LIMIT 10"
        ).fetchall()
        began = time.monotonic()
        connection.execute(
            "INSERT INTO hexai.tombstone SELECT hexai.me(), unnest(%s::uuid[])",
            [[run for (run,) in rows]],
        )
        forgot = time.monotonic() - began
    make_ledger(path, 10)
    began = time.monotonic()
    _push(words, path, state)
    return forgot, time.monotonic() - began


# A child's greatest size counts what its parent had before it became another program,
# so the parent is a small one.
_MEASURE = """
import resource, subprocess, sys, time
began = time.monotonic()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
size = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6
print(time.monotonic() - began, size)
"""


def measure(person: Person, hexai: Path, *words: str) -> tuple[float, float]:
    """Run a command as a person: the seconds it takes, and its megabytes."""
    person.home.mkdir(parents=True, exist_ok=True)
    ran = subprocess.run(
        [sys.executable, "-c", _MEASURE, hexai / "hexai", *words],
        env=person.environ,
        cwd="/",
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, size = map(float, ran.stdout.split())
    return seconds, size


def run(hexai: Path, facts: int, people: int, grown: int) -> None:
    """Measure everything and print it."""
    with running(durable=True) as server, tempfile.TemporaryDirectory() as there:
        folder = Path(there)
        server.make(DATABASE)
        owner = Person(folder / "owner", server.url(DATABASE, OWNER))
        owner.team("init", "--apply")
        make_people(server, PEOPLE)
        rows, spent = push_a_day(server, folder, people)
        print(f"a day of {people} people, {A_DAY} runs each, one after the other:")
        _row("facts a second", rows / spent, FACTS_PER_S, at_least=True)
        beside = []
        for number in range(2, 2 + _RUNS):
            user = f"p{PEOPLE - number}"
            rows, spent = take_in(server, folder, user)
            beside.append((spent, copy_by_psql(server, folder, user)))
        ours, psql = (statistics.median(times) for times in zip(*beside, strict=True))
        print(f"{rows} facts of one person, composed before, and by psql in turns:")
        _row("facts a second", rows / ours, FACTS_PER_S, at_least=True)
        print(f"  psql: COPY and INSERT … SELECT of the same rows takes {psql:.2f} s")
        ratio = statistics.median(one / other for one, other in beside)
        _row("times that", ratio, BESIDE_PSQL)
        print("ten new runs, for somebody who has pushed so many:")
        for count, seconds in measure_growth(server, folder, grown):
            print(f"  {count:7} runs there: {seconds * 1000:6.0f} ms")
        began = time.monotonic()
        count = make_facts(server, facts)
        print(f"{count:,} facts (made in {time.monotonic() - began:.0f} s):")
        forgot, pushed = measure_forgetting(server, folder, f"p{PEOPLE - 10}")
        print(
            f"  ten runs forgotten in {forgot * 1000:.0f} ms, then ten new ones pushed"
        )
        print(f"  in {pushed * 1000:.0f} ms")
        for name, words, role, limit in (
            ("team publish", ("team", "publish"), OWNER, PUBLISH_S),
            ("leaderboard --team", ("leaderboard", "--team"), "p1", LEADERBOARD_S),
            ("stats --team", ("stats", "--team"), "p1", LEADERBOARD_S),
        ):
            person = Person(folder / role, server.url(DATABASE, role))
            wall, size = measure(person, hexai, *words)
            _row(f"{name}, seconds", wall, limit)
            _row(f"{name}, megabytes", size, CLIENT_MB)


def _row(name: str, found: float, limit: float, *, at_least: bool = False) -> None:
    within = found >= limit if at_least else found <= limit
    words = ("at least" if at_least else "at most", "" if within else "  MISSED")
    print(f"  {name:<32}{found:10.2f}   {words[0]} {limit:g}{words[1]}", flush=True)


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--hexai", type=Path, required=True, metavar="BIN")
    parser.add_argument("--facts", type=int, default=10_000_000)
    parser.add_argument("--people", type=int, default=200, help="whose day is pushed")
    parser.add_argument("--grown", type=int, default=50_000)
    arguments = parser.parse_args()
    run(arguments.hexai, arguments.facts, arguments.people, arguments.grown)


if __name__ == "__main__":
    main()
