"""Which text an answer makes of a file, and when nothing is run."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from hexai.bench.asker import Asker, Begins, nobody_asks
from hexai.bench.confined.job import Ended, Stop
from hexai.bench.fill_holes import HoleFiller
from hexai.bench.mining.repository import Repository
from hexai.bench.passes import Passing, Surroundings, filled, told
from hexai.bench.replies import Answer, Reply
from hexai.bench.schedule import Seat
from hexai.bench.sizes import Sizes
from hexai.bench.spending import Forecast
from hexai.config.folders import find_folders
from hexai.domain.bench import Kind, State, Task
from hexai.service.beside import Mark
from tests.support.benches import MACHINE, cloud, task
from tests.support.clock import run_virtually
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


def test_an_end_is_told_with_the_last_of_what_was_printed() -> None:
    """A few lines, since the very last is mostly a sum."""
    said = "".join(f"line {n}\n\n" for n in range(9))

    assert told(Ended(code=2, said=said))[::6] == ("ended with 2", "line 8")
    assert told(Ended(stop=Stop.MEMORY)) == ("took too much memory",)


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


NOTHING = Sizes(chat=1, gap=1, apart=1)


class _Local(Asker[Task]):
    """Asks a model of this machine that is the slower the more is run beside it."""

    def __init__(self, log: list[str]) -> None:
        self._log = log
        self.targets = ()
        self.requests = 1

    def seats(self) -> tuple[Seat, ...]:
        return (MACHINE, cloud("a"))

    def most_usd(self, task: Task, index: int) -> Decimal | None:
        return None

    def sizes(self, task: Task) -> Sizes:
        return NOTHING

    def masked(self, text: str) -> str:
        return text

    @asynccontextmanager
    async def undisturbed(self, place: str) -> AsyncIterator[Mark]:
        yield Mark(Path("nowhere"))

    async def ask(
        self,
        task: Task,
        index: int,
        *,
        cold: bool = False,
        begins: Begins = nobody_asks,
    ) -> Reply:
        self._log.append(f"asks {index}")
        await asyncio.sleep(1)
        self._log.append(f"asked {index}")
        return Answer(state=State.ANSWERED, text="return 1")


class _Runs:
    """Runs nothing, for two seconds."""

    def __init__(self, log: list[str]) -> None:
        self._log = log

    async def passes(self, task: Task, state: State, answer: str) -> bool | None:
        self._log.append("runs")
        await asyncio.sleep(2)
        self._log.append("ran")
        return True


def test_no_model_of_this_machine_is_asked_while_tests_run() -> None:
    """Its times would be those of a busy machine; what is elsewhere goes on."""
    log: list[str] = []
    asked = body("def f():\n    ", "return 2\n", "")

    async def fill() -> None:
        filler = HoleFiller(_Local(log), [asked], lambda _: None, _Runs(log))
        filler.forecasts = [Forecast([NOTHING]), Forecast([NOTHING])]
        async with asyncio.TaskGroup() as group:
            for index in (1, 0, 0, 1):
                group.create_task(filler.fill(asked, index, cold=False))

    run_virtually(fill())

    under_way = Counter[str]()
    for word in log:
        under_way[word] += 1
        runs = under_way["runs"] - under_way["ran"]
        local = under_way["asks 0"] - under_way["asked 0"]
        assert runs + local <= 1, log
    assert under_way["ran"] == 4
