"""Real processes and their ledger: whatever happens to it, the answer comes first."""

import json
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hexai.config.folders import LEDGER_FILE
from tests.support.command_line import run_cli, simulated
from tests.support.patience import PATIENCE
from tests.support.started import hexai, shell
from tests.support.timing import kept_within

pytestmark = pytest.mark.e2e


def state() -> Path:
    """Name the folder that the ledger lies in."""
    return Path(os.environ["XDG_STATE_HOME"]) / "hexai"  # noqa: TID251


def history() -> list[dict[str, Any]]:
    """Give what `hexai history --json` prints."""
    lines = run_cli("history", "--json").out.splitlines()
    return [json.loads(line) for line in lines]


@contextmanager
def locked() -> Iterator[None]:
    """Hold the ledger's lock as another program might."""
    connection = sqlite3.connect(state() / LEDGER_FILE, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    yield
    connection.close()


def test_a_locked_ledger_holds_back_no_answer() -> None:
    """The exit takes a second more at most; the run waits and is taken in."""
    simulated("echo", "lorem?tokens=5")
    shell("hexai --fresh first")
    asked = ["first"]
    for attempt in kept_within(1.5):
        began = time.monotonic()
        free = shell("hexai --fresh second")
        took_free = time.monotonic() - began

        with locked():
            began = time.monotonic()
            held = shell("hexai --fresh third")
            took_held = time.monotonic() - began

        assert (free.returncode, held.returncode) == (0, 0)
        assert "=== a ===\nthird" in held.stdout
        assert held.stderr.count("another program holds") == 1
        attempt.seconds = took_held - took_free
        asked += ["second", "third"]
        assert [run["prompt"] for run in history()] == asked


def test_where_the_database_cannot_grow_the_run_waits() -> None:
    """As on a full disk: the answer is shown, the run is taken in afterwards."""
    simulated("echo", "lorem?tokens=5")

    full = shell("ulimit -f 8; hexai a question")

    assert full.returncode == 0
    assert "=== a ===\na question" in full.stdout
    assert full.stderr.count("hexai: warning: the ledger cannot be used") == 1
    assert [run["prompt"] for run in history()] == ["a question"]


def test_a_reader_who_leaves_is_recorded() -> None:
    """`| head -1` ends the run quietly, with what had arrived."""
    simulated("lorem?tokens=400&rate=200")

    result = shell("hexai 'a question' | head -c 5")

    assert (result.returncode, len(result.stdout)) == (0, 5)
    [run] = history()
    assert run["entries"][0]["status"] in ("cancelled", "answered")


def test_an_interrupted_run_is_recorded_as_cancelled() -> None:
    """Ctrl-C ends the contenders, and the run is in the ledger."""
    simulated("lorem?tokens=4000&rate=100")
    with hexai("a question") as child:
        assert child.stdout is not None
        os.read(child.stdout.fileno(), 1)
        os.kill(child.pid, signal.SIGINT)
        assert child.wait(PATIENCE) == 130

    [run] = history()
    assert run["entries"][0]["status"] == "cancelled"
    assert run["entries"][0]["text"] != ""


def test_what_is_recorded_is_there_when_the_process_has_ended() -> None:
    """The log is left to the next process, which loses nothing of it."""
    simulated("echo", "lorem?tokens=5")
    for number in range(5):
        assert shell(f"hexai question number {number}").returncode == 0

    assert [run["prompt"][-1] for run in history()] == list("01234")
