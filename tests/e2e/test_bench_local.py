"""`hexai bench` with the real embedded model, from a repository to a table."""

import asyncio
import json
import os
from pathlib import Path
from random import Random
from time import time  # noqa: TID251 - the edge of a test

import pytest

from hexai.bench.budget import Purse
from hexai.bench.fill_holes import HoleFiller
from hexai.bench.hole_asker import CompletionAsker
from hexai.bench.run import Filled
from hexai.bench.spending import ENOUGH
from hexai.config.folders import find_folders
from hexai.config.order import load
from hexai.domain.bench import Cell
from hexai.domain.entry import Surface
from hexai.service.bench_texts import Text
from hexai.service.runtime import Loop
from hexai.service.services import Services
from tests.support.bench_command import bench, cells, history
from tests.support.command_line import run_cli, write_config
from tests.support.mining import mined
from tests.support.model import small_model

pytestmark = pytest.mark.e2e


def configure(*temperatures: float) -> None:
    """Let the embedded model be as many entries as temperatures are given."""
    parts = [
        f'[[models.completion]]\nprovider = "local"\nmodel = "{small_model()}"\n'
        f'label = "at {each}"\ntemperature = {each}\nmax_tokens = 12\n'
        for each in temperatures
    ]
    write_config("".join([*parts, "[local]\nkeep_alive = 20\n"]))


def test_two_entries_of_the_embedded_model_are_compared(tmp_path: Path) -> None:
    """Two temperatures of one model are two contenders, and both have a row."""
    made = history(tmp_path / "repo", commits=6)
    configure(0.0, 1.0)

    result = bench(made, "--tasks", "3", "--seed", "s")

    assert result.code == 0, result.err
    assert "at 0.0" in result.out
    assert "at 1.0" in result.out
    found = cells()
    assert len(found) == 2 * 3
    assert all(cell["tokens_in"] > 0 and not cell["estimated"] for cell in found)
    assert {cell["cost_usd"] for cell in found} <= {0, "0"}
    assert json.loads(run_cli("bench", "list", "--json").out)[0]["ending"] == "done"


def test_tokens_are_foretold_within_a_tenth(tmp_path: Path) -> None:
    """After five cells, what the upstream then reports."""
    made = history(tmp_path / "repo", commits=16)
    configure(0.0)
    environ = dict(os.environ)  # noqa: TID251 - the edge of a test
    folders = find_folders(environ, Path(environ["HOME"]))
    snapshot = load(folders, environ)
    tasks = mined(made.folder, now=made.now, tasks=12).tasks
    assert len(tasks) > ENOUGH + 3
    kept: list[Text] = []

    async def fill() -> tuple[list[Cell], int]:
        services = Services(
            snapshot.settings,
            folders=folders,
            environ=environ,
            now=time,
            random=Random(1),
        )
        entries = snapshot.entries(Surface.COMPLETION).entries
        async with (
            services,
            CompletionAsker(
                services,
                entries,
                settings=snapshot.settings,
                restrictions=snapshot.restrictions,
                root=made.folder,
                purse=Purse(None),
            ) as asker,
        ):
            filler = HoleFiller(asker, tasks, kept.append)
            found: list[Cell] = []
            foretold = 0
            for place, task in enumerate(tasks):
                if place == ENOUGH:
                    told = filler.forecasts[0].tokens(range(ENOUGH, len(tasks)))
                    assert told is not None
                    foretold = told[0]
                result = await filler.fill(task, 0, cold=False)
                assert isinstance(result, Filled)
                found.append(result.cell)
            return found, foretold

    with asyncio.Runner(loop_factory=Loop) as runner:
        found, foretold = runner.run(fill())

    reported = sum(cell.tokens_in or 0 for cell in found[ENOUGH:])
    assert foretold == pytest.approx(reported, rel=0.1)
    assert {text.task for text in kept} == {task.id for task in tasks}
