"""Processes on a machine whose clock is wrong by decades or ages."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import simulated

pytestmark = pytest.mark.e2e

_BEFORE = "real() - 3_000_000_000"
_OVERFLOW = "int.to_bytes(400_000_000_000 * 10**9, 8, signed=True)"
"""Raises what Python raises for a time that does not fit into 64 bits of ns."""


def _hexai(folder: Path, *words: str, clock: str) -> subprocess.CompletedProcess[str]:
    """Run it in a Python whose clock says something else."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(
        f"import time\nreal = time.time\ntime.time = lambda: {clock}\n"
    )
    return subprocess.run(
        (sys.executable, "-m", "hexai", *words),
        env={**os.environ, "PYTHONPATH": str(folder)},  # noqa: TID251 - the edge
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_run_before_1970_is_recorded_and_shown(tmp_path: Path) -> None:
    """A clock that counts from before 1970 leaves runs that can be read."""
    simulated("echo", "lorem?tokens=9&seed=1")
    folder = tmp_path / "clock"
    asked = _hexai(folder, "a question", clock=_BEFORE)
    assert (asked.returncode, asked.stdout != "") == (0, True), asked.stderr
    for words in (("history",), ("show", "1")):
        shown = _hexai(folder, *words, clock=_BEFORE)
        assert shown.returncode == 0, shown.stderr
        assert "1970-01-01" in shown.stdout or "1969-12-31" in shown.stdout
        assert "a question" in shown.stdout
        assert "damaged" not in shown.stdout + shown.stderr


@pytest.mark.parametrize("words", [("a question",), ("history",), ("lsp",)])
def test_a_clock_beyond_what_python_holds_is_said(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    """What Python's own modules cannot be loaded with is no bug of Hexai's."""
    done = _hexai(tmp_path / "clock", *words, clock=_OVERFLOW)
    assert (done.returncode, done.stdout) == (1, "")
    said = "hexai: the clock of this machine is beyond the year 2262; set it\n"
    assert done.stderr == said
