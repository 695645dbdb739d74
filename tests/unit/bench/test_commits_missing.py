"""How many more tasks a verdict takes."""

from random import Random
from statistics import median

import pytest

from hexai.bench.commits_missing import smallest_gap
from hexai.bench.compare import Comparison
from hexai.bench.figures import Block, Figures, Row


def decided_after(dice: Random, gap: float, tasks: int) -> int:
    """Give after how many tasks of a commit each two contenders are told apart."""
    comparison = Comparison(2)
    for count in range(1, tasks):
        values = (dice.gauss(0.3 + gap, 0.354), dice.gauss(0.3, 0.354))
        figures = tuple(Figures(saved=max(-1.0, min(1.0, each))) for each in values)
        comparison.add(Block(commit="", rows=(Row(figures=figures),)))
        if count % 5 == 0 and comparison.is_settled():
            return count
    return tasks


@pytest.mark.parametrize("tasks", [120, 250])
def test_half_of_all_runs_find_the_smallest_gap(tasks: int) -> None:
    """A gap that so many tasks can decide is decided by about half of all runs."""
    gap = smallest_gap(tasks, 2, a_commit=1)
    dice = Random(tasks)
    found = median(decided_after(dice, gap, 2 * tasks) for _ in range(40))

    assert tasks * 2 / 3 < found < tasks * 4 / 3


def test_more_tasks_find_smaller_gaps() -> None:
    """The gap falls with tasks and grows with contenders."""
    gaps = [smallest_gap(tasks, 4) for tasks in (50, 100, 400, 1600)]

    assert gaps == sorted(gaps, reverse=True)
    assert smallest_gap(400, 2) < smallest_gap(400, 8)


def test_too_few_tasks_decide_nothing() -> None:
    """A handful of tasks tells not even the best from the worst."""
    assert smallest_gap(4, 2) == pytest.approx(2.0)
