"""An open ledger: its log is kept short, by who has the time."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from hexai.ledger.access import Ledger
from hexai.service.recorder import make_ledger_file
from tests.support.records import run_id, run_record

RUNS = 60
"""So many leave a log that is long."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the file of a ledger."""
    return make_ledger_file(tmp_path)


def log_of(path: Path) -> Path:
    """Give SQLite's log of a file."""
    return path.with_name(f"{path.name}-wal")


@contextmanager
def with_long_log(path: Path) -> Iterator[Ledger]:
    """Give a ledger to which much was written, and nobody has closed it."""
    with closing(Ledger(path, patience=5.0)) as ledger:
        for number in range(RUNS):
            ledger.record(run_record(number))
        assert log_of(path).stat().st_size > 1_000_000
        yield ledger


def test_a_long_log_is_emptied(path: Path) -> None:
    """And begun anew, so that the next fact waits for no disk; nothing is lost."""
    with with_long_log(path) as ledger:
        ledger.shorten_log()

        assert 0 < log_of(path).stat().st_size < 10_000
        ledger.record(run_record(RUNS))
        assert len([*ledger.all()]) == RUNS + 1


def test_a_short_log_is_left_alone(path: Path) -> None:
    """To empty it takes longer than what it saves."""
    with closing(Ledger(path, patience=5.0)) as ledger:
        ledger.record(run_record(1))
        before = log_of(path).read_bytes()
        ledger.shorten_log()

        assert log_of(path).read_bytes() == before


def test_who_reads_is_not_waited_for(path: Path) -> None:
    """A report may read for seconds; the log is emptied another time."""
    with with_long_log(path) as ledger:
        with closing(sqlite3.connect(path)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM run").fetchone()
            ledger.record(run_record(RUNS))
            before = log_of(path).stat().st_size
            ledger.shorten_log()
            assert log_of(path).stat().st_size == before
        assert [run.run.run_id for run in ledger.newest()][:1] == [run_id(RUNS)]


def test_a_newer_ledger_is_not_written_to(path: Path) -> None:
    """Its log is its own program's."""
    with with_long_log(path) as ledger:
        with closing(sqlite3.connect(path)) as newer:
            newer.execute("PRAGMA user_version = 9999")
        before = log_of(path).stat().st_size
        ledger.shorten_log()

        assert log_of(path).stat().st_size == before
