"""Facts taken in and given back."""

import itertools
import sqlite3
from pathlib import Path

import pytest

from hexai.domain.provider import Given, Usage
from hexai.domain.record import (
    Background,
    Choice,
    Fact,
    Method,
    RecordedRun,
    Shown,
    Survived,
)
from hexai.errors import BadFact, LedgerBusy, LedgerError, LedgerTooNew
from hexai.ledger.database import SCHEMA, open_database
from hexai.ledger.read import all_runs, find_runs, newest_runs, read_run
from hexai.ledger.store import Store
from tests.support.records import chosen, contender_record, run_id, run_record

SHOWN = Shown(run_id=run_id(1), at=1_800_000_061.5, items=((0, 2), (1,)), whole=True)
TAKEN = chosen(1, 0, 2, choice=Choice.TAKEN, method=Method.COMMAND, characters=40)
SURVIVED = Survived(run_id=run_id(1), after=30, share=0.5)
CENSORED = Survived(run_id=run_id(1), after=120, share=None)
RUN = run_record(
    1,
    contender_record(
        0,
        text="keys: ********, ********",
        usage=Usage(
            input=300,
            output=160,
            reasoning=60,
            hidden=20,
            cached=200,
            written=0,
            source="reported",
        ),
        masked=2,
    ),
    contender_record(1, text="", usage=None, cost_usd=None, error="boom"),
    contender_record(2, local=None, returned_model=None, cached=True),
    order=(2, 0, 1),
    blind=True,
    seed=7,
    background=Background(project="/p", language="go", document="d", place="x"),
)
FACTS: tuple[Fact, ...] = (RUN, SHOWN, TAKEN, SURVIVED, CENSORED)


def test_a_run_comes_back_as_it_was_told(
    store: Store, connection: sqlite3.Connection
) -> None:
    """Every field of a run and of what followed survives the database."""
    for fact in FACTS:
        store.take(fact)

    assert [each.facts for each in all_runs(connection)] == [FACTS]


def test_facts_may_come_in_any_order_and_twice(path: Path, tmp_path: Path) -> None:
    """A choice may precede its run, and a second telling changes nothing."""
    for number, order in enumerate(itertools.permutations(FACTS)):
        file = tmp_path / f"{number}.db"
        file.touch()
        connection = open_database(file, patience=0.01)
        store = Store(connection, file)

        for fact in (*order, *order):
            store.take(fact)

        assert [each.facts for each in all_runs(connection)] == [FACTS]
        assert connection.execute("SELECT count(*) FROM early").fetchone() == (0,)
        connection.close()


def test_the_newest_choice_counts(store: Store, connection: sqlite3.Connection) -> None:
    """Whoever votes again has changed their mind, whatever order the votes come in."""
    first = chosen(1, 0, characters=5, at=1_800_000_100.0)
    second = chosen(1, choice=Choice.TIE, at=1_800_000_200.0)

    store.take(run_record(1), second, first)

    [found] = all_runs(connection)
    assert found.chosen == second


def test_a_run_is_found_by_number_and_by_the_beginning_of_its_id(
    store: Store, connection: sqlite3.Connection
) -> None:
    """Six digits of an id are enough, and a number is a number first."""
    store.take(run_record(0x123456), run_record(0x12345678), run_record(3))

    assert find_runs(connection, "2") == (2,)
    assert find_runs(connection, "001234") == (1,)
    assert find_runs(connection, "12345678") == (2,)
    assert find_runs(connection, "00000003") == (3,)
    assert find_runs(connection, "abcdef") == ()
    assert find_runs(connection, "99") == ()


def test_runs_are_listed_newest_first(
    store: Store, connection: sqlite3.Connection
) -> None:
    """By the time at which they began, not by when they were taken in."""
    store.take(run_record(2), run_record(3), run_record(1))

    newest = newest_runs(connection)
    listed = [each.run.run_id for each in newest if isinstance(each, RecordedRun)]

    assert listed == [run_id(3), run_id(2), run_id(1)]


def test_a_failed_transaction_leaves_nothing(
    store: Store, connection: sqlite3.Connection
) -> None:
    """Facts that are told together are there together or not at all."""
    broken = run_record(2, contender_record(0), contender_record(0))

    with pytest.raises(BadFact, match="contradicts itself"):
        store.take(run_record(1), broken)

    assert read_run(connection, 1) is None
    assert not connection.in_transaction


def test_a_locked_ledger_is_busy(store: Store, path: Path) -> None:
    """The error says that another program holds it."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(LedgerBusy, match="another program holds"):
        store.take(run_record(1))
    other.close()


def test_a_newer_schema_is_not_written(
    store: Store, connection: sqlite3.Connection
) -> None:
    """A program older than the schema says so, and reads on."""
    store.take(run_record(1))
    connection.execute("ALTER TABLE run ADD COLUMN mood TEXT")
    connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")

    with pytest.raises(LedgerTooNew, match="until you update"):
        store.take(run_record(2))

    assert len(list(all_runs(connection))) == 1


def test_what_is_no_database_is_said_to_be_none(path: Path) -> None:
    """A damaged file is an error that names it."""
    path.write_text("no database at all, but long enough to be read as one" * 9)

    with pytest.raises(LedgerError, match=r"not a database.*ledger\.db"):
        open_database(path, patience=0.01)


def test_what_a_contender_was_given_comes_back(
    store: Store, connection: sqlite3.Connection
) -> None:
    """How much of how much, and whether it was cut; nothing where nothing is known."""
    given = [Given(tokens=7613, held=4096, cut=True), Given(tokens=12), None]
    contenders = [contender_record(n, given=each) for n, each in enumerate(given)]

    store.take(run_record(1, *contenders))

    [recorded] = all_runs(connection)
    assert [each.given for each in recorded.run.contenders] == given
