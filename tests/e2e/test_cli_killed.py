"""Killing a command between its answer and its end: what is recorded is whole."""

import os
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from hexai.config.folders import LEDGER_FILE
from tests.e2e.test_ledger_process import history, state
from tests.support.command_line import run_cli, simulated
from tests.support.patience import PATIENCE
from tests.support.started import hexai

pytestmark = pytest.mark.e2e

ANSWER = b"a question"
MOMENTS = ("answer", "closing lines", "end of output")


def reach(moment: str, child: "subprocess.Popen[bytes]") -> None:
    """Read what a command says up to a moment."""
    assert child.stdout is not None
    assert child.stderr is not None
    stream = child.stderr if moment == "closing lines" else child.stdout
    until = {"answer": ANSWER, "closing lines": b"\n"}.get(moment)
    said = b""
    while piece := os.read(stream.fileno(), 4096):
        said += piece
        if until is not None and until in said:
            break


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_command_killed_after_its_answer_halves_nothing(number: int) -> None:
    """Who exits with 0 is recorded; who was killed is recorded whole, or not at all."""
    simulated("echo", "echo")
    done = 0
    for moment in (*MOMENTS, *MOMENTS):
        with hexai("a question") as child:
            reach(moment, child)
            child.send_signal(number)
            done += child.wait(PATIENCE) == 0
    with hexai("a question") as child:
        child.communicate(timeout=PATIENCE)
        assert child.returncode == 0

    runs = history()
    with closing(sqlite3.connect(state() / LEDGER_FILE)) as connection:
        sound = connection.execute("PRAGMA integrity_check").fetchall()

    assert sound == [("ok",)]
    assert done + 1 <= len(runs) <= 7
    for run in runs:
        for each in run["entries"]:
            whole = each["text"] == "a question"
            assert whole or each["status"] == "cancelled"
    assert [path for path in _left() if path.suffix == ".tmp"] == []
    assert run_cli("show").code == 0


def _left() -> list[Path]:
    folders = [state(), Path(os.environ["XDG_CACHE_HOME"])]  # noqa: TID251
    return [path for folder in folders for path in folder.rglob("*")]
