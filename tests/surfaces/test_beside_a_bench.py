"""What is asked while a bench asks at the same place is marked."""

import os
from pathlib import Path

from hexai.config.locate import find_folders
from hexai.service.beside import MACHINE, Beside
from hexai.service.recorded_runs import open_history
from tests.support.command_line import run_cli, simulated


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
