"""What is asked while a bench asks at the same place is marked."""

import json
import os
import time
from pathlib import Path

from hexai.bench.asker import PAUSE
from hexai.config.folders import find_folders
from hexai.service.beside import MACHINE, Beside
from hexai.service.recorded_runs import open_history
from tests.support.bench_command import bench, by_prompt, entries, history
from tests.support.command_line import run_cli, simulated
from tests.support.upstream import Exchange, Upstream


def marks() -> list[bool]:
    """Give which of the recorded contenders were asked beside a bench."""
    environ = dict(os.environ)  # noqa: TID251 - the edge of a test
    folders = find_folders(environ, Path(environ["HOME"]))
    with open_history(folders, lambda: 0.0) as history:
        runs = [*history.all()]
    return [each.beside for run in runs for each in run.run.contenders]


def beside() -> Beside:
    """Give the marks of the test's user."""
    environ = dict(os.environ)  # noqa: TID251 - the edge of a test
    return Beside(find_folders(environ, Path(environ["HOME"])).runtime)


def test_what_overlaps_a_cell_is_marked() -> None:
    """A question at the place where one is under way, and no other."""
    simulated("echo")
    here = beside()
    here.open()
    with here.cells(MACHINE).held():
        assert run_cli("hello").code == 0
    for file in (here.people(MACHINE), here.cells(MACHINE)):
        os.utime(file.path, (1.0, 1.0))
    assert run_cli("hello again").code == 0
    here.close()
    assert run_cli("once more").code == 0

    assert marks() == [True, False, False]


def test_a_bench_asks_nothing_until_people_have_been_quiet_for_a_while(
    tmp_path: Path,
) -> None:
    """Five seconds after the last request at the same place, and not sooner."""
    made = history(tmp_path / "repo", commits=4)
    here = beside()
    here.open()
    asked_at = time.time() - PAUSE + 2.0  # noqa: TID251 - compared with files' times
    with here.asking([MACHINE]):
        pass
    os.utime(here.people(MACHINE).path, (asked_at, asked_at))

    with Upstream(by_prompt()) as one:
        entries(one)
        assert bench(made, "--tasks", "1").code == 0
        ago = time.monotonic() - one.requests[0].at

    first_at = time.time() - ago  # noqa: TID251
    assert first_at >= asked_at + PAUSE - 0.05


def test_a_cell_that_overlaps_somebodys_request_has_no_times(tmp_path: Path) -> None:
    """What it said counts all the same."""
    made = history(tmp_path / "repo", commits=4)
    here, answer = beside(), by_prompt()

    async def meanwhile(exchange: Exchange) -> None:
        with here.asking([MACHINE]):
            await answer(exchange)

    with Upstream(answer, meanwhile) as one:
        entries(one)
        assert bench(made, "--tasks", "1").code == 0

    exported = json.loads(run_cli("bench", "export", "1").out)
    [found] = exported["cells"]
    assert found["overlapped"]
    assert found["saved"] is not None
