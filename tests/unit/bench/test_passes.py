"""Which text an answer makes of a file, and when nothing is run."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hexai.bench.confined.job import Ended
from hexai.bench.mining.repository import Repository
from hexai.bench.passes import Passing, Surroundings, filled, told
from hexai.config.locate import find_folders
from hexai.domain.bench import Kind, State, Task
from tests.support.benches import task
from tests.support.repositories import MadeRepository


def body(before: str, truth: str, after: str, language: str = "python") -> Task:
    """Make a task of a function's body."""
    return Task(
        id="1",
        kind=Kind.BODY,
        language=language,
        path="f",
        commit="0" * 40,
        committed_at=0,
        before=before,
        truth=truth,
        after=after,
    )


@pytest.mark.parametrize("answer", ["return 1", "return 1\n", "return 1\r\n\n  "])
def test_an_answer_ends_as_what_was_written_does(answer: str) -> None:
    """Whatever blanks a model puts at its end."""
    asked = body("def f():\n    ", "return 2\n", "x = f()\n")

    assert filled(asked, answer) == "def f():\n    return 1\nx = f()\n"


def test_a_bracket_that_an_answer_closes_itself_is_not_there_twice() -> None:
    """As an editor puts it in."""
    asked = body("func f() { ", "return 2", " }\n", "go")

    assert filled(asked, "return 1 }\nfunc g() {") == (
        "func f() { return 1 }\nfunc g() { }\n"
    )


def test_an_end_is_told_in_a_line() -> None:
    """With the last of what was printed."""
    assert told(Ended(code=2, said="a\nno module x\n\n")) == "ended with 2: no module x"


def passing(folder: Path, environ: dict[str, str]) -> Passing:
    """Make what would run `true`."""
    made = MadeRepository(folder)
    made.commit({"a.py": "x = 1\n"})
    around = Surroundings(
        environ=environ,
        home=environ["HOME"],
        folders=find_folders(environ, Path(environ["HOME"])),
    )
    return Passing("true", Repository(folder), around)


def test_other_kinds_and_faults_of_others_are_not_tried(tmp_path: Path) -> None:
    """A line, and an answer that never came."""
    tests = passing(tmp_path / "r", dict(os.environ))  # noqa: TID251 - a test's edge
    line = task(1)
    failed = body("def f():\n    ", "return 2\n", "")

    assert asyncio.run(tests.passes(line, State.ANSWERED, "x")) is None
    assert asyncio.run(tests.passes(failed, State.FAILED, "")) is None
    assert not tests.unfit


_WITHOUT_NETWORKS = """
import asyncio, os, pathlib
from hexai.bench.confined import namespaces
from tests.unit.bench.test_passes import passing

user, group = os.getuid(), os.getgid()
namespaces.unshare(namespaces.NEW_USER)
namespaces.be_oneself(user, group)
pathlib.Path("/proc/sys/user/max_net_namespaces").write_text("0")
asyncio.run(passing(pathlib.Path(__FOLDER__), dict(os.environ)).check())
"""


def test_without_a_room_nothing_is_run(tmp_path: Path) -> None:
    """Where no network can be made that is empty, it is told, and that is all."""
    code = _WITHOUT_NETWORKS.replace("__FOLDER__", repr(str(tmp_path / "r")))

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert "SetupError: --test is not run: this machine gives a command no room" in (
        done.stderr
    )
    assert "No space left" in done.stderr
