"""The recorder: who records never waits, and what cannot be written waits."""

import os
import re
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hexai.config.folders import LEDGER_FILE, Folders, find_folders
from hexai.ledger.database import SCHEMA
from hexai.service.recorded_runs import open_history
from hexai.service.recorder import MOST_QUEUED, LedgerRecorder
from hexai.service.spool import MOST, Spool
from tests.support.records import chosen, contender_record, run_id, run_record
from tests.support.timing import kept_within

NOW = 1_800_000_000.0


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """Give a user's folders, of which none is there yet."""
    return find_folders({"XDG_STATE_HOME": str(tmp_path / "state")}, tmp_path)


@contextmanager
def recorder_of(
    folders: Folders, problems: list[str] | None = None
) -> Iterator[LedgerRecorder]:
    """Make a recorder that is closed at the end."""
    heard: list[str] = [] if problems is None else problems
    recorder = LedgerRecorder(folders.state, now=lambda: NOW, on_problem=heard.append)
    yield recorder
    recorder.close()


def recorded(folders: Folders) -> list[str]:
    """Give the ids of the runs in the ledger, what waited taken in."""
    with open_history(folders, lambda: NOW) as history:
        return [each.run.run_id for each in history.all()]


@contextmanager
def locked(folders: Folders) -> Iterator[None]:
    """Hold the ledger's lock as another program might."""
    connection = sqlite3.connect(folders.state / LEDGER_FILE, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.close()


def waiting(folders: Folders) -> list[Path]:
    """Give the files of the spool."""
    return sorted((folders.state / "spool").glob("*"))


def test_what_is_recorded_is_there_after_a_flush(folders: Folders) -> None:
    """Runs and choices, in the order in which they came."""
    with recorder_of(folders) as recorder:
        recorder.record(run_record(1))
        recorder.record(chosen(1, 0))
        recorder.record(run_record(2))
        recorder.flush()

        assert recorded(folders) == [run_id(1), run_id(2)]


def test_who_flushes_does_not_wait_for_others(folders: Folders) -> None:
    """Facts that are gathered for a while are written at once then."""
    recorder = LedgerRecorder(folders.state, now=lambda: NOW, gathers=60.0)
    recorder.record(run_record(1))
    recorder.flush(20.0)

    assert recorded(folders) == [run_id(1)]
    recorder.close()


def test_a_fact_that_contradicts_itself_costs_no_other(folders: Folders) -> None:
    """It is told; what waits behind it in the same batch is written."""
    problems: list[str] = []
    recorder = LedgerRecorder(
        folders.state, now=lambda: NOW, gathers=60.0, on_problem=problems.append
    )
    broken = run_record(2, contender_record(0), contender_record(0))
    for fact in (run_record(1), broken, run_record(3)):
        recorder.record(fact)
    recorder.close()

    assert recorded(folders) == [run_id(1), run_id(3)]
    assert ["contradicts itself" in problem for problem in problems] == [True]


def test_a_fact_that_meets_a_bug_costs_no_other(folders: Folders) -> None:
    """It is told; what waits behind it in the same batch is written."""
    problems: list[str] = []
    recorder = LedgerRecorder(
        folders.state, now=lambda: NOW, gathers=60.0, on_problem=problems.append
    )
    broken: Any = [None]
    for fact in (run_record(1), run_record(2, contenders=broken), run_record(3)):
        recorder.record(fact)
    recorder.close()

    assert recorded(folders) == [run_id(1), run_id(3)]
    assert problems == ["a run is not recorded, by a bug: AttributeError"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_meets_a_bug_beside_its_writing_waits(folders: Folders) -> None:
    """It is put aside and told, and the next fact finds a thread again."""
    problems: list[str] = []

    def fail_once() -> None:
        if not problems:
            raise RuntimeError("whoever listens")

    recorder = LedgerRecorder(
        folders.state,
        now=lambda: NOW,
        on_written=fail_once,
        on_problem=problems.append,
    )
    recorder.record(run_record(1))
    recorder.flush()
    files = len(waiting(folders))
    recorder.record(run_record(2))
    recorder.close()

    assert files == 1
    assert recorded(folders) == [run_id(1), run_id(2)]
    assert ["failed: RuntimeError" in problem for problem in problems] == [True]


def test_files_are_private_from_the_beginning(folders: Folders) -> None:
    """Database, log and shared memory, whatever the umask."""
    before = os.umask(0)
    try:
        with recorder_of(folders) as recorder:
            recorder.record(run_record(1))
            recorder.flush()
            modes = {
                path.name: stat.S_IMODE(path.stat().st_mode)
                for path in folders.state.iterdir()
            }
    finally:
        os.umask(before)

    assert modes == dict.fromkeys(
        [LEDGER_FILE, f"{LEDGER_FILE}-wal", f"{LEDGER_FILE}-shm"], 0o600
    )
    assert stat.S_IMODE(folders.state.stat().st_mode) == 0o700


def test_a_ledger_that_others_could_read_is_closed_to_them(folders: Folders) -> None:
    """Even while it is in use: its locks must not go."""
    folders.state.mkdir(parents=True)
    (folders.state / LEDGER_FILE).touch(mode=0o644)

    with recorder_of(folders) as recorder:
        recorder.record(run_record(1))
        recorder.flush()

    assert stat.S_IMODE((folders.state / LEDGER_FILE).stat().st_mode) == 0o600


def test_recording_waits_for_nothing(folders: Folders) -> None:
    """Neither for the disk nor for a lock: it is a matter of microseconds."""
    recorded(folders)
    with locked(folders), recorder_of(folders) as recorder:
        for attempt in kept_within(100 * 0.002):
            with attempt:
                for number in range(1, 101):
                    recorder.record(run_record(number))


def test_what_a_lock_prevents_is_taken_in_later(folders: Folders) -> None:
    """Nobody waits over a second; the user hears of it once."""
    recorded(folders)
    problems: list[str] = []
    with recorder_of(folders, problems) as recorder, locked(folders):
        for attempt in kept_within(1.5):
            recorder.record(run_record(1))
            recorder.record(chosen(1, 0))
            with attempt:
                recorder.flush()
        modes = [stat.S_IMODE(path.stat().st_mode) for path in waiting(folders)]

    assert set(modes) == {0o600}
    assert recorded(folders) == [run_id(1)]
    assert waiting(folders) == []
    assert len(problems) == 1
    assert "another program holds" in problems[0]


def test_the_next_recorder_takes_in_what_waits(folders: Folders) -> None:
    """Without any command that reads the ledger."""
    Spool(folders.state / "spool", now=lambda: NOW).put([run_record(1)])

    with recorder_of(folders) as recorder:
        recorder.record(run_record(2))
        recorder.flush()

    assert waiting(folders) == []
    assert recorded(folders) == [run_id(1), run_id(2)]


def test_a_useless_file_in_the_spool_stops_nothing(folders: Folders) -> None:
    """What no ledger can take is laid away, the rest is taken in."""
    spool = Spool(folders.state / "spool", now=lambda: NOW)
    spool.put([run_record(1, contender_record(0), contender_record(0))])
    (folders.state / "spool" / "0.jsonl").write_text("garbage")
    spool.put([run_record(2)])

    assert recorded(folders) == [run_id(2)]
    assert [path.suffix for path in waiting(folders)] == [".unreadable"] * 2


def test_the_spool_is_bounded(folders: Folders) -> None:
    """What comes when it is full is refused, and the user hears of it."""
    recorded(folders)
    (folders.state / "spool").mkdir(mode=0o700)
    for number in range(MOST):
        (folders.state / "spool" / f"{number}.jsonl").touch()
    problems: list[str] = []

    with locked(folders), recorder_of(folders, problems) as recorder:
        recorder.record(run_record(1))
        recorder.flush()

    assert any("not recorded" in problem for problem in problems)


def test_a_newer_schema_is_left_alone(folders: Folders) -> None:
    """A program older than the schema does not write, and says so once."""
    recorded(folders)
    connection = sqlite3.connect(folders.state / LEDGER_FILE)
    connection.execute("ALTER TABLE run ADD COLUMN mood TEXT")
    connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    connection.close()
    problems: list[str] = []

    with recorder_of(folders, problems) as recorder:
        recorder.record(run_record(1))
        recorder.record(run_record(2))
        recorder.flush()

    assert recorded(folders) == []
    assert waiting(folders) == []
    assert [problem.count("until you update") for problem in problems] == [1]


def test_where_nothing_can_be_written_the_user_is_told(folders: Folders) -> None:
    """Neither ledger nor spool: that is said once, with the reason and the place."""
    folders.state.parent.mkdir()
    folders.state.touch()
    problems: list[str] = []

    with recorder_of(folders, problems) as recorder:
        recorder.record(run_record(1))
        recorder.flush()

    [problem] = problems
    assert problem == (
        f"the ledger cannot be used: is not a folder of its own ({folders.state}); "
        "this run is not recorded: is not a folder of its own"
    )


def test_where_the_ledger_is_no_file_the_run_waits(folders: Folders) -> None:
    """Something else has its name: the run waits beside it, and the user is told."""
    (folders.state / LEDGER_FILE).mkdir(parents=True)
    problems: list[str] = []

    with recorder_of(folders, problems) as recorder:
        recorder.warm_up()
        recorder.record(run_record(1))
        recorder.flush()

    (folders.state / LEDGER_FILE).rmdir()
    assert recorded(folders) == [run_id(1)]
    [problem] = problems
    assert problem == (
        "the ledger cannot be used: is not a regular file "
        f"({folders.state / LEDGER_FILE}); what is recorded waits beside it"
    )


def test_too_many_at_once_are_refused(folders: Folders) -> None:
    """Memory is bounded: beyond a thousand they are not recorded, and it is said."""
    recorded(folders)
    problems: list[str] = []
    with locked(folders), recorder_of(folders, problems) as recorder:
        for number in range(1, MOST_QUEUED + 200):
            recorder.record(run_record(number))

    first, *_, last = [problem for problem in problems if "too slow" in problem]
    assert "some runs" in first
    assert re.fullmatch(
        "the ledger was too slow; facts that are not recorded: [0-9]+", last
    )


def test_an_idle_recorder_closes_and_begins_again(folders: Folders) -> None:
    """Closed, it starts anew with the next fact."""
    with recorder_of(folders) as recorder:
        recorder.record(run_record(1))
        recorder.close()
        ended = recorder._thread is None
        recorder.record(run_record(2))
        recorder.flush()

        assert ended
        assert recorded(folders) == [run_id(1), run_id(2)]
