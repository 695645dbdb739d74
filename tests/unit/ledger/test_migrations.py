"""Ledgers of every earlier schema open, and nothing in them is lost."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

import hexai.ledger.store as store_module
from hexai.domain.figures import Filter
from hexai.domain.outcome import Status
from hexai.domain.ranking import Counted
from hexai.errors import LedgerError
from hexai.ledger.database import SCHEMA, open_database
from hexai.ledger.figures import read_figures
from hexai.ledger.leaderboard import read_leaderboard
from hexai.ledger.read import all_runs
from hexai.ledger.store import Store
from tests.support.records import run_record

MIGRATIONS = Path(store_module.__file__).with_name("migrations")


def _old(path: Path, version: int) -> None:
    """Write a ledger as that version left it, with an answer in it."""
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        for script in sorted(MIGRATIONS.glob("*.sql"))[:version]:
            old.executescript(script.read_text("utf-8"))
        old.execute(f"PRAGMA user_version = {int(script.name[:4])}")
        old.execute("INSERT INTO name VALUES (1, ''), (2, 'home'), (3, 'm')")
        columns = [row[1] for row in old.execute("PRAGMA table_info(model)")]
        values = dict.fromkeys(columns, "p") | {"id": 1}
        marks = ", ".join("?" * len(columns))
        old.execute(f"INSERT INTO model VALUES ({marks})", [*values.values()])
        columns = [row[1] for row in old.execute("PRAGMA table_info(cell)")]
        cell = dict.fromkeys(columns, 1) | {"surface": "cli"}
        marks = ", ".join("?" * len(columns))
        old.execute(f"INSERT INTO cell VALUES ({marks})", [*cell.values()])
        old.execute(
            "INSERT INTO run (id, surface, language, project, document, place, "
            "started_at, blind) VALUES (?, 'cli', 1, 1, '', '', 5000, 0)",
            [b"1" * 16],
        )
        old.execute(
            "INSERT INTO contender (run, idx, ordinal, cell, started_at, label, status,"
            " late, cached, fell_back, attempts, queued, loading, ttft, generating,"
            " total, input, output, reasoning, estimated, finish) VALUES"
            " (1, 0, 0, 1, 5000, 2, 'answered', 0, 0, 0, 1, 0, 0, 400, 1000, 1400,"
            " 300, 50, 0, 0, 'stop')"
        )


@pytest.fixture(params=range(1, len(list(MIGRATIONS.glob("*.sql")))))
def migrated(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[sqlite3.Connection]:
    """Open a ledger of each earlier schema."""
    _old(tmp_path / "ledger.db", request.param)
    with closing(open_database(tmp_path / "ledger.db", patience=1.0)) as connection:
        yield connection


def test_an_older_ledger_keeps_its_runs(migrated: sqlite3.Connection) -> None:
    """They read as they were told, and the file is sound."""
    [found] = all_runs(migrated)
    [contender] = found.run.contenders

    assert (contender.label, contender.status) == ("home", Status.ANSWERED)
    assert found.run.started_at == 5.0
    assert contender.usage is not None
    assert (contender.usage.input, contender.usage.output) == (300, 50)
    assert contender.timings.total == 1.4
    assert migrated.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert migrated.execute("PRAGMA foreign_key_check").fetchall() == []
    assert migrated.execute("PRAGMA user_version").fetchall() == [(SCHEMA,)]


def test_an_older_ledger_is_written_to(
    migrated: sqlite3.Connection, tmp_path: Path
) -> None:
    """What comes next stands beside what was there."""
    Store(migrated, tmp_path / "ledger.db").record(run_record(7))

    assert len([*all_runs(migrated)]) == 2


def test_an_older_ledger_counts(migrated: sqlite3.Connection) -> None:
    """Statistics read an index alone, and what nobody told of is unknown."""
    queries: list[str] = []
    migrated.set_trace_callback(queries.append)
    [(_, figures)] = read_figures(migrated, Filter())
    migrated.set_trace_callback(None)

    assert (figures.answered, figures.generating_ms) == (1, 1000)
    assert (figures.cached_input, figures.cached_of, figures.shown) == (0, 0, 0)
    plans = [
        row[3]
        for query in queries
        if "group_concat" in query
        for row in migrated.execute(f"EXPLAIN QUERY PLAN {query}")
    ]
    assert [line for line in plans if "contender" in line] != []
    assert all("COVERING INDEX" in line for line in plans if "contender" in line)


@pytest.mark.parametrize("version", range(1, SCHEMA))
def test_a_ledger_that_others_added_to_is_migrated(
    version: int, tmp_path: Path
) -> None:
    """Figures for SQLite's planner and a foreign table are in nobody's way."""
    path = tmp_path / "ledger.db"
    _old(path, version)
    with closing(sqlite3.connect(path)) as old:
        old.execute("ANALYZE")
        old.execute("CREATE TABLE notes (text)")

    with closing(open_database(path, patience=1.0)) as connection:
        assert len([*all_runs(connection)]) == 1


@pytest.mark.parametrize(("version", "claimed"), [(1, 2), (2, 1), (8, 3), (3, 7)])
def test_a_number_over_the_tables_of_another_is_none_of_ours(
    version: int, claimed: int, tmp_path: Path
) -> None:
    """A ledger is known by its tables, and not migrated for a wrong number."""
    path = tmp_path / "ledger.db"
    _old(path, version)
    with closing(sqlite3.connect(path)) as old:
        old.execute(f"PRAGMA user_version = {claimed}")

    with pytest.raises(LedgerError, match="no ledger that Hexai has written"):
        open_database(path, patience=1.0)


def test_every_migration_can_be_told_from_the_one_before(tmp_path: Path) -> None:
    """An older program knows a newer ledger by what it has beyond its own."""
    shapes = []
    for version in range(1, SCHEMA + 1):
        _old(tmp_path / f"{version}.db", version)
        with closing(sqlite3.connect(tmp_path / f"{version}.db")) as connection:
            shapes.append(connection.execute(_OBJECTS).fetchall())

    assert all(shape != before for before, shape in pairwise(shapes))


_OBJECTS = "SELECT name, sql FROM sqlite_master ORDER BY name"


def _listed(old: sqlite3.Connection, number: int, positions: list[int | None]) -> None:
    """Add a list of suggestions as a version before 9 recorded it."""
    old.execute(
        "INSERT INTO run (number, id, surface, language, project, document, place,"
        " started_at, blind, shown_at, choice, method, chosen_at) VALUES"
        " (?, ?, 'completion', 1, 1, '', '', 5000, 0, 6000, 'taken', 'command', 7000)",
        [number, bytes([number]) * 16],
    )
    for index, position in enumerate(positions):
        old.execute(
            "INSERT INTO contender (run, idx, ordinal, cell, started_at, label, status,"
            " late, cached, fell_back, attempts, queued, loading, total, position) "
            "VALUES (?, ?, ?, 1, 5000, 2, 'answered', 0, 0, 0, 1, 0, 0, 1400, ?)",
            [number, index, index, position],
        )


def test_lists_that_may_have_been_narrowed_are_marked(tmp_path: Path) -> None:
    """And left out, and counted; a list that names everybody counts on."""
    _old(tmp_path / "ledger.db", 8)
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as old, old:
        _listed(old, 5, [0, None])
        _listed(old, 6, [0, 1])
        _listed(old, 7, [1, 0, None])

    with closing(open_database(tmp_path / "ledger.db", patience=1.0)) as connection:
        marked = connection.execute("SELECT number FROM run WHERE narrowed").fetchall()
        told = {each.number: each.shown for each in all_runs(connection)}
        boards = read_leaderboard(connection, Filter(), Counted(now=9e9))

    assert marked == [(5,), (7,)]
    assert [number for number, shown in told.items() if shown and shown.whole] == [6]
    assert [(each.surface, each.narrowed) for each in boards] == [("completion", 2)]


def _blind(old: sqlite3.Connection, number: int, *ends: str, decided: bool) -> None:
    """Add a blind question as a version before 17 recorded it."""
    choice = ("taken", "vote", 7000) if decided else (None, None, None)
    old.execute(
        "INSERT INTO run (number, id, surface, language, project, document, place,"
        " started_at, blind, choice, method, chosen_at) VALUES"
        " (?, ?, 'cli', 1, 1, '', '', 5000, 1, ?, ?, ?)",
        [number, bytes([number]) * 16, *choice],
    )
    for index, status in enumerate(ends):
        old.execute(
            "INSERT INTO contender (run, idx, ordinal, cell, started_at, label, status,"
            " late, cached, fell_back, attempts, queued, loading, total) "
            "VALUES (?, ?, ?, 1, 5000, 2, ?, 0, 0, 0, 1, 0, 0, 1400)",
            [number, index, index, status],
        )


def test_what_named_its_contenders_is_known_to_have(tmp_path: Path) -> None:
    """A decided run did, and one on which nobody could vote; not one that was stopped.

    So nothing that was hidden is shown, and what was shown is not hidden.
    """
    _old(tmp_path / "ledger.db", 16)
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as old, old:
        _blind(old, 5, "answered", "answered", decided=True)
        _blind(old, 6, "answered", "answered", decided=False)
        _blind(old, 7, "answered", "failed", decided=False)
        _blind(old, 8, "answered", "cancelled", decided=False)

    with closing(open_database(tmp_path / "ledger.db", patience=1.0)) as connection:
        told = {each.number: each for each in all_runs(connection)}

    assert {n: each.named.at for n, each in told.items() if each.named} == {
        5: 7.0,
        7: 5.0,
    }
    assert told[5].is_blind_choice
