"""In which sitting something was asked or chosen."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import hexai.ledger.store as store_module
from hexai.domain.record import Choice
from hexai.ledger.access import Ledger
from hexai.ledger.database import open_database
from hexai.ledger.forget import remove_runs
from hexai.ledger.read import all_runs
from hexai.ledger.sittings import PAUSE
from hexai.ledger.store import Store
from tests.support.records import BEGAN_AT, chosen, run_record

_MINUTE = 60.0
MIGRATIONS = Path(store_module.__file__).with_name("migrations")


def sittings(connection: sqlite3.Connection) -> list[str]:
    """Give the sitting of each run, in the order of their ids."""
    return [each.run.sitting for each in all_runs(connection)]


def chosen_sittings(connection: sqlite3.Connection) -> list[str]:
    """Give the sitting of each choice, in the order of their runs' ids."""
    return [each.chosen.sitting for each in all_runs(connection) if each.chosen]


def at_minutes(store: Store, *minutes: float) -> None:
    """Record runs that began so many minutes after the first, in this order."""
    for number, minute in enumerate(minutes, start=1):
        store.record(run_record(number, started_at=BEGAN_AT + minute * _MINUTE))


def test_half_an_hour_without_a_run_ends_a_sitting(
    store: Store, connection: sqlite3.Connection
) -> None:
    """Up to exactly half an hour is no pause, and a sitting may last all day."""
    at_minutes(store, 0, 30, 60, 90, 120.01)

    first, *rest, last = sittings(connection)

    assert rest == [first] * 3
    assert last != first
    assert len(bytes.fromhex(first)) == 16


def test_a_choice_keeps_a_sitting_going(
    store: Store, connection: sqlite3.Connection
) -> None:
    """Whoever votes is there, and what they ask then belongs with the vote."""
    asked = BEGAN_AT
    store.record(run_record(1, started_at=asked))
    store.record(chosen(1, 0, at=asked + 25 * _MINUTE))
    store.record(run_record(2, started_at=asked + 50 * _MINUTE))

    assert len({*sittings(connection), *chosen_sittings(connection)}) == 1


def test_a_vote_on_an_old_run_belongs_to_the_sitting_of_the_vote(
    store: Store, connection: sqlite3.Connection
) -> None:
    """What is asked next is in it as well, and the old sitting is not taken up."""
    later = BEGAN_AT + 5 * 3600
    store.record(run_record(1, started_at=BEGAN_AT))
    store.record(chosen(1, 0, at=later))
    store.record(run_record(2, started_at=later + 20 * _MINUTE))

    old, new = sittings(connection)

    assert old != new
    assert chosen_sittings(connection) == [new]


def test_a_choice_that_comes_before_its_run_sits_with_it(
    store: Store, connection: sqlite3.Connection
) -> None:
    """The first thing of a sitting that is told may be what was chosen in it."""
    store.record(chosen(1, 0))
    store.record(run_record(1))

    assert chosen_sittings(connection) == sittings(connection) != [""]
    assert connection.execute("SELECT count(*) FROM sitting").fetchone() == (1,)


def test_what_waited_is_put_where_it_was_asked(
    store: Store, connection: sqlite3.Connection
) -> None:
    """A spool may be taken in days later, and what came after it tells as well."""
    at_minutes(store, 1000, 20, 0, 10)

    later, *rest = sittings(connection)

    assert rest == [rest[0]] * 3
    assert later != rest[0]


def test_what_is_told_twice_makes_no_sitting(
    store: Store, connection: sqlite3.Connection
) -> None:
    """A run and a vote that are known already change nothing."""
    facts = (run_record(1), chosen(1, choice=Choice.TIE))
    store.record(*facts)
    before = [each.facts for each in all_runs(connection)]

    store.record(*facts)

    assert [each.facts for each in all_runs(connection)] == before
    assert connection.execute("SELECT count(*) FROM sitting").fetchone() == (1,)


def test_processes_agree_on_a_sitting(path: Path, tmp_path: Path) -> None:
    """Whoever writes first begins it, and all others find it, however they race."""
    with closing(open_database(path, patience=5.0)):
        pass
    ready = threading.Barrier(8)

    def ask(number: int) -> None:
        with closing(Ledger(path, patience=30.0)) as ledger:
            ready.wait()
            ledger.record(run_record(number, started_at=BEGAN_AT + number))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with closing(open_database(path, patience=5.0)) as connection:
        assert len(sittings(connection)) == 8
        assert len({*sittings(connection)}) == 1


def test_what_another_ledger_tells_stays_as_it_was_told(
    store: Store, connection: sqlite3.Connection
) -> None:
    """A run of somebody else, or of before, is in no sitting of this person."""
    token = "ab" * 16
    store.take(run_record(1, sitting=token), chosen(1, 0, sitting=token))
    store.take(run_record(2))
    store.record(run_record(3), run_record(4))

    other, before, own, next_one = sittings(connection)

    assert (other, before) == (token, "")
    assert own == next_one not in (token, "")
    assert chosen_sittings(connection) == [token]


def test_whoever_records_may_say_the_sitting(
    store: Store, connection: sqlite3.Connection
) -> None:
    """A program that asks by itself has sittings of its own, and disturbs nobody's."""
    file = "cd" * 16
    store.record(run_record(1))
    store.record(run_record(2, sitting=file), chosen(2, 0, sitting=file))
    store.record(run_record(3), chosen(3, 0))

    before, asked, after = sittings(connection)

    assert asked == file
    assert before == after != file
    assert chosen_sittings(connection) == [file, before]


def test_a_ledger_comes_back_with_its_sittings(
    store: Store, connection: sqlite3.Connection, tmp_path: Path
) -> None:
    """Told to another ledger and back, runs and choices are where they were."""
    at_minutes(store, 0, 1, 100)
    store.record(chosen(1, 0, at=BEGAN_AT + 99 * _MINUTE))
    known = [each.facts for each in all_runs(connection)]
    file = tmp_path / "other.db"
    file.touch()
    with closing(open_database(file, patience=1.0)) as other:
        for facts in known:
            Store(other, file).take(*facts)
        assert [each.facts for each in all_runs(other)] == known
        for each in all_runs(other):
            store.take(*each.facts)

    assert [each.facts for each in all_runs(connection)] == known


def test_a_forgotten_sitting_leaves_nothing(
    store: Store, connection: sqlite3.Connection
) -> None:
    """Its token goes with its last run, and what follows begins another."""
    at_minutes(store, 0, 1, 100)
    first, _, last = sittings(connection)

    remove_runs(connection, [1, 2])

    tokens = connection.execute("SELECT hex(token) FROM sitting").fetchall()
    assert tokens == [(last.upper(),)]
    store.record(run_record(9, started_at=BEGAN_AT + 2 * _MINUTE))
    assert sittings(connection)[-1] not in (first, last)


def test_a_clock_that_was_set_back_finds_its_way(
    store: Store, connection: sqlite3.Connection
) -> None:
    """Runs after the clock was put right are one sitting among themselves."""
    at_minutes(store, 600, 0, 1, 2)

    wrong, *right = sittings(connection)

    assert right == [right[0]] * 3
    assert wrong != right[0]


def test_a_sitting_is_found_by_steps_in_an_index(
    store: Store, connection: sqlite3.Connection
) -> None:
    """What a run costs to write does not grow with the ledger."""
    store.record(run_record(1))
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    store.record(run_record(2))
    connection.set_trace_callback(None)

    [query] = [each for each in statements if "AS away" in each]
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
    scans = [line for line in plan if line.startswith(("SCAN run", "SCAN sitting"))]
    assert scans == []
    assert sum("USING INDEX run_started" in line for line in plan) == 2
    assert sum("USING INDEX run_chosen" in line for line in plan) == 2


def test_runs_of_before_have_none(path: Path) -> None:
    """A ledger of an older schema opens, and its lists were all drawn or none."""
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        for script in ("0001_initial.sql", "0002_bytes.sql"):
            old.executescript((MIGRATIONS / script).read_text("utf-8"))
        old.execute("PRAGMA user_version = 2")
        old.execute("INSERT INTO name VALUES (1, '')")
        old.executemany(
            "INSERT INTO run (id, surface, language, project, document, place, "
            "started_at, blind, seed) VALUES (?, 'cli', 1, 1, '', '', 0, 0, ?)",
            [(b"1" * 16, None), (b"2" * 16, 7)],
        )

    with closing(open_database(path, patience=1.0)) as connection:
        fixed, drawn = (each.run for each in all_runs(connection))
        Store(connection, path).record(run_record(1))

        assert (fixed.shuffle, fixed.sitting) == (0.0, "")
        assert (drawn.shuffle, drawn.sitting) == (1.0, "")
        assert len({*sittings(connection)}) == 2


def test_a_pause_is_half_an_hour() -> None:
    """The figure is part of what is promised about verdicts."""
    assert PAUSE == 30 * _MINUTE
