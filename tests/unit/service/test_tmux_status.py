"""The status of tmux: from the ledger, in order, and without waiting."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hexai.config.folders import LEDGER_FILE, Folders, find_folders
from hexai.config.schema import Settings, Stats, Tmux
from hexai.domain.record import RunRecord
from hexai.service.log import NullLog, open_log
from hexai.service.private_files import make_private_folder
from hexai.service.recorder import LedgerRecorder
from hexai.service.tmux_status import (
    CommandStatus,
    ServerStatus,
    TmuxStatus,
    find_option,
    find_status,
)
from tests.support.fake_tmux import FakeTmux
from tests.support.records import BEGAN_AT, contender_record, run_record
from tests.support.timing import kept_within
from tests.support.tmux import wait_until

NOW = BEGAN_AT + 3600
MODELS = ("ollama:model0", "ollama:model1")
WAITING = "LLM:ollama:model0 +1 ⏳"


@pytest.fixture(name="folders")
def fixture_folders(tmp_path: Path) -> Folders:
    """Give a user's folders, of which none is there yet."""
    return find_folders({"XDG_STATE_HOME": str(tmp_path / "state")}, tmp_path)


@pytest.fixture(name="tmux")
def fixture_tmux(tmp_path: Path) -> FakeTmux:
    """Give a tmux that writes down what it is told."""
    return FakeTmux(tmp_path)


def status_of(
    tmux: FakeTmux, folders: Folders, settings: Callable[[], Settings] = Settings
) -> TmuxStatus:
    """Open the status."""
    found = find_status(folders, tmux.environ, settings, now=lambda: NOW, log=NullLog())
    assert found is not None
    return found


@pytest.fixture(name="record")
def fixture_record(folders: Folders) -> Iterator[Callable[[RunRecord], None]]:
    """Give a function that writes a run to the ledger."""
    recorder = LedgerRecorder(folders.state, now=lambda: NOW)

    def record(run: RunRecord) -> None:
        recorder.record(run)
        recorder.flush()

    yield record
    recorder.close()


def run(number: int) -> RunRecord:
    """Make a run in which one model answered."""
    return run_record(number, contender_record(0, sent=1000, received=10))


def figures(count: int) -> str:
    """Write what so many of these runs are shown as."""
    rate = f"{count / 60:.1f}rpm"
    head = f"Σ@1h ↑{count}k ↓{10 * count}B {rate}"
    return f"{head} | ollama:model0 {rate} {count}r"


@pytest.mark.parametrize(
    "missing", [{"TMUX": ""}, {"PATH": "/nonexistent"}, {"PATH": ".:bin"}]
)
def test_outside_of_tmux_there_is_none(
    tmux: FakeTmux, folders: Folders, missing: dict[str, str]
) -> None:
    """Nor where its program is not in the absolute part of PATH."""
    environ = {**tmux.environ, **missing}

    found = find_status(folders, environ, Settings, now=lambda: NOW, log=NullLog())

    assert found is None


def test_a_command_says_who_is_asked_and_then_the_figures(
    tmux: FakeTmux, folders: Folders, record: Callable[[RunRecord], None]
) -> None:
    """Those of the ledger and of its own run, whether that is written yet or not."""
    record(run(1))
    status = CommandStatus(status_of(tmux, folders))
    status.begin(MODELS)
    tmux.wait_for(lambda told: told == [WAITING])
    record(run(2))
    status.end(run(2))

    assert tmux.wait_for(lambda told: len(told) == 2) == [WAITING, figures(2)]


def test_a_run_that_is_over_at_once_shows_its_figures(
    tmux: FakeTmux, folders: Folders, record: Callable[[RunRecord], None]
) -> None:
    """It counts once, though the ledger has it already."""
    for number in (1, 2):
        record(run(number))
    CommandStatus(status_of(tmux, folders)).end(run(2))

    assert tmux.wait_for(bool) == [figures(2)]


def test_all_runs_of_an_action_count(
    tmux: FakeTmux, folders: Folders, record: Callable[[RunRecord], None]
) -> None:
    """Those before a retry too, and each once, though the ledger has some already."""
    for number in (1, 2, 3):
        record(run(number))
    CommandStatus(status_of(tmux, folders)).end(run(2), run(3), run(4))

    assert tmux.wait_for(bool) == [figures(4)]


def test_figures_that_nobody_knows_are_no_zeros(
    tmux: FakeTmux, folders: Folders
) -> None:
    """Who was asked goes, and nothing takes its place; a figure stays as it was."""
    make_private_folder(folders.state)
    (folders.state / LEDGER_FILE).write_text("no ledger")
    CommandStatus(status_of(tmux, folders)).end(run(1))
    status = CommandStatus(status_of(tmux, folders))
    status.begin(MODELS)
    tmux.wait_for(bool)
    status.end(run(1))

    assert tmux.wait_for(lambda told: len(told) == 2) == [WAITING, ""]


def test_answers_of_the_cache_change_nothing(tmux: FakeTmux, folders: Folders) -> None:
    """Nobody was asked."""
    status = CommandStatus(status_of(tmux, folders))
    status.end(run_record(1, contender_record(0, cached=True)))
    later = CommandStatus(status_of(tmux, folders))
    later.end(run(2))

    assert tmux.wait_for(bool) == [figures(1)]


def test_a_question_that_was_given_up_is_waited_for_no_longer(
    tmux: FakeTmux, folders: Folders
) -> None:
    """The figures stand there again, once, without a ledger too."""
    status = CommandStatus(status_of(tmux, folders))
    status.begin(MODELS)
    tmux.wait_for(bool)
    status.leave()
    status.leave()

    assert tmux.wait_for(lambda told: len(told) == 2)[1] == "Σ@1h ↑0B ↓0B 0.0rpm"


def test_tmux_gets_no_key(tmux: FakeTmux, folders: Folders) -> None:
    """Only what it needs to find its server and to write UTF-8."""
    tmux.environ |= {"OPENAI_API_KEY": "sk-1", "HEXAI_MODEL": "m", "LANG": "C.UTF-8"}
    CommandStatus(status_of(tmux, folders)).end(run(1))
    tmux.wait_for(bool)

    assert not {"OPENAI_API_KEY", "HEXAI_MODEL"} & tmux.variables
    assert {"TMUX", "LANG"} <= tmux.variables


def test_children_that_the_system_forgets_are_waited_for_all_the_same(
    tmux: FakeTmux,
) -> None:
    """Some editors start their servers so."""
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        option = find_option(tmux.environ)
        assert option is not None
        assert option.set("line").wait() == 0
    finally:
        signal.signal(signal.SIGCHLD, before)

    assert tmux.told == ["line"]


def test_a_tmux_that_hangs_holds_back_no_command(
    tmux: FakeTmux, folders: Folders
) -> None:
    """The command leaves after a tenth of a second."""
    program = Path(tmux.environ["PATH"].partition(":")[0], "tmux")
    program.write_text("#!/bin/sh\nexec sleep 1\n")
    for attempt in kept_within(0.5):
        status = CommandStatus(status_of(tmux, folders))
        status.begin(MODELS)
        with attempt:
            status.end(run(1))
            status.leave()


def test_a_slow_tmux_says_last_what_was_said_last(
    tmux: FakeTmux, folders: Folders
) -> None:
    """The process that was to show who is asked is stopped."""
    program = Path(tmux.environ["PATH"].partition(":")[0], "tmux")
    told = program.read_text()
    program.write_text("#!/bin/sh\necho > $HOME/begun\nexec sleep 60\n")
    status = CommandStatus(status_of(tmux, folders))
    status.begin(MODELS)
    wait_until(Path(tmux.environ["HOME"], "begun").exists, "tmux was not started")
    program.write_text(told)
    status.end(run(1))

    assert tmux.wait_for(bool) == [figures(1)]


def test_a_server_shows_the_figures_as_they_change(
    tmux: FakeTmux, folders: Folders, record: Callable[[RunRecord], None]
) -> None:
    """At first who will be asked; several runs of one second are shown at once."""
    status = ServerStatus(status_of(tmux, folders))
    status.begin(MODELS)
    tmux.wait_for(lambda told: told == [WAITING])
    for number in (1, 2, 3):
        record(run(number))
        status.refresh()
    told = tmux.wait_for(lambda told: len(told) == 2)
    status.close()

    assert told == [WAITING, figures(3)]


def test_a_server_begins_with_the_figures_there_are(
    tmux: FakeTmux, folders: Folders, record: Callable[[RunRecord], None]
) -> None:
    """Other programs have asked before it."""
    record(run(1))
    status = ServerStatus(status_of(tmux, folders))
    status.begin(MODELS)
    told = tmux.wait_for(bool)
    status.close()

    assert told == [figures(1)]


def test_a_server_follows_its_settings(
    tmux: FakeTmux, folders: Folders, record: Callable[[RunRecord], None]
) -> None:
    """Switched on by a reload, it shows them; the window is the one of now.

    Switched off by another, it takes away what it has shown.
    """
    settings = Settings(tmux=Tmux(status=False))
    status = ServerStatus(status_of(tmux, folders, lambda: settings))
    status.begin(MODELS)
    record(run(1))
    settings = Settings(stats=Stats(window_minutes=1440))
    status.refresh()
    shown = "Σ@24h ↑1k ↓10B 0.0rpm | ollama:model0 0.0rpm 1r"
    assert tmux.wait_for(bool) == [shown]

    settings = Settings(tmux=Tmux(status=False))
    status.refresh()
    told = tmux.wait_for(lambda told: len(told) == 2)
    status.close()

    assert told == [shown, ""]


def test_a_first_start_has_nothing_to_complain_about(
    tmux: FakeTmux, folders: Folders, tmp_path: Path
) -> None:
    """A folder without a ledger is no problem; a ledger that cannot be read is one."""
    path = tmp_path / "log"
    log = open_log(path, texts=False, now=lambda: NOW)
    found = find_status(folders, tmux.environ, Settings, now=lambda: NOW, log=log)
    assert found is not None

    window = found.window()
    assert window is not None
    assert window.traffic == ()
    first = path.read_text() if path.exists() else ""
    make_private_folder(folders.state)
    (folders.state / LEDGER_FILE).write_text("no ledger")
    assert found.window() is None
    log.close()

    assert "problem" not in first
    assert "tmux_status problem=LedgerError" in path.read_text()
