"""What the newest bench said stands beside the choices in the leaderboard."""

import json
import os
from decimal import Decimal
from pathlib import Path

from hexai.config.folders import find_folders
from hexai.domain.bench import BenchContender, Plan, TaskRecord
from hexai.domain.entry import Surface
from hexai.service.bench_records import open_benches
from tests.support.benches import cell, task
from tests.support.command_line import run_cli
from tests.support.records import contender_record
from tests.surfaces.test_cli_leaderboard import record, votes

TASKS = 120


def contender(number: int) -> BenchContender:
    """Make the one that the votes of `votes` know by that number."""
    known = contender_record(number, model=f"model{number}")
    return BenchContender(
        label=f"label{number}",
        provider=known.provider,
        model=known.model,
        upstream=known.upstream,
        fingerprint=known.fingerprint,
    )


def bench(*saved: float, surface: Surface = Surface.CLI) -> None:
    """Record a bench whose contenders saved so much, on the surface of the votes."""
    environ = dict(os.environ)  # noqa: TID251 - the edge of a test
    folders = find_folders(environ, Path(environ["HOME"]))
    tasks = [task(n) for n in range(TASKS)]
    plan = Plan(
        project="/x",
        surface=surface,
        contenders=tuple(map(contender, range(len(saved)))),
        tasks=tuple(map(TaskRecord.of, tasks)),
    )
    with open_benches(folders) as records:
        number = records.begin(
            plan, key=surface.encode().hex().ljust(32, "0")[:32], name="", now=1e9
        ).number
        for each in tasks:
            for index, value in enumerate(saved):
                made = cell(each.id, index, saved=value, cost_usd=Decimal("0.001"))
                records.put(number, made)


def test_without_a_bench_nothing_is_said_of_one() -> None:
    """As before."""
    record(*votes(10))

    assert "bench" not in run_cli("leaderboard").out


def test_a_bench_stands_with_its_own_surface_alone() -> None:
    """One on code says nothing below the votes of the terminal."""
    record(*votes(10))
    bench(0.6, 0.1, surface=Surface.COMPLETION)
    bench(0.1, 0.6)
    whole = run_cli("leaderboard").out
    narrow = run_cli("leaderboard", "--surface", "cli").out
    found = json.loads(run_cli("leaderboard", "--surface", "cli", "--json").out)

    assert whole.index("the newest bench of cli, 2 of ") < whole.index(
        "the newest bench of completion, 1 of "
    )
    assert "the newest bench of cli, 2 of " in narrow
    assert "completion" not in narrow
    assert [each["surface"] for each in found["benches"]] == ["cli"]


def test_the_newest_bench_stands_below_the_choices() -> None:
    """With its verdict, and the line that somebody came for."""
    record(*votes(10))
    bench(0.6, 0.1)

    out = run_cli("leaderboard").out

    assert "the newest bench of cli, 1 of " in out
    assert "label0 over label1 by 50 points" in out
    assert "cheapest of those that are not worse: label0" in out
    assert "disagree" not in out


def test_where_they_disagree_beyond_chance_it_is_said() -> None:
    """The choices name one, the bench the other."""
    record(*votes(200))
    bench(0.1, 0.6)

    assert "choices and bench disagree beyond chance" in run_cli("leaderboard").out


def test_where_they_agree_nothing_is_said_of_that() -> None:
    """Both verdicts stand there, and that is all."""
    record(*votes(200))
    bench(0.6, 0.1)

    assert "disagree" not in run_cli("leaderboard").out
