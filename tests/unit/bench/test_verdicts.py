"""Verdicts of simulated runs, and of a control that says the first word only."""

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest

from benchmarks import bench_crowd
from benchmarks.bench_crowd import Crowd
from benchmarks.bench_models import EQUAL, Answers, Life, usual
from benchmarks.bench_verdicts import decided_after, falsely_named, looks, named
from hexai.bench.bets import STAKES
from hexai.bench.compare import Comparison
from hexai.bench.figures import Block, Figures, Row, figures_of
from hexai.bench.score import score
from hexai.bench.standing import Decision
from hexai.domain.bench import Kind, Task, Times

_SOURCE = Path(__file__).parents[3] / "src" / "hexai"
APART = Life(name="", models=(usual(0.6), usual(0.35), usual(0.35)), shared=0.95)
ALIKE = Life(name="", models=(usual(0.35),) * 3, shared=0.97)


def block(answers: Answers, run: int, commit: int) -> Block:
    """Make a block of what was simulated."""
    tasks = answers.saved[run, commit][answers.asked[run, commit]].tolist()
    rows = (Row(figures=tuple(Figures(saved=each) for each in task)) for task in tasks)
    return Block(commit=str(commit), rows=tuple(rows))


def test_stakes_are_those_of_the_product() -> None:
    """What is simulated has the same stakes as what is shipped."""
    assert dict(zip(bench_crowd.STAKES, bench_crowd.PARTS, strict=True)) == STAKES


@pytest.mark.parametrize("life", [APART, ALIKE], ids=["apart", "alike"])
def test_what_is_simulated_is_what_is_shipped(life: Life) -> None:
    """Runs looked at now and then have the same verdicts by both implementations."""
    answers = life.answers(6, 500, 3)
    crowd, shipped = Crowd(6, 3), [Comparison(3) for _ in range(6)]
    seen = set[Decision]()
    for number in looks(answers, crowd):
        for run, comparison in enumerate(shipped):
            comparison.add(block(answers, run, number))
            if number % 71 != 70:
                continue
            chosen = crowd.named(np.array([2, 0, 1]))[run]
            named_ = comparison.cheapest([2.0, 3.0, 1.0]).contender
            assert chosen == (-1 if named_ is None else named_)
            for place, pair in enumerate(comparison.standing().pairs):
                ahead = crowd.pairs[place, crowd.ahead[run, place]]
                assert pair.better == ahead
                assert (pair.verdict is Decision.OVER) == crowd.over[run, place]
                assert (pair.verdict is Decision.EQUAL) == crowd.equal[run, place]
                seen.add(pair.verdict)

    assert Decision.EQUAL in seen
    assert (Decision.OVER in seen) == (life is APART)


@pytest.mark.parametrize("life", EQUAL, ids=lambda life: life.name)
def test_of_equals_nobody_wins(life: Life) -> None:
    """Of 200 runs looked at after each commit no more name a winner than chance has.

    16 of 200 is what one in forty series of a true 5 % reaches; the long form of
    `scripts/bench bench-verdicts` has 2,000 runs.
    """
    answers = life.answers(200, 150, 11)

    assert falsely_named(life, answers).sum() <= 16


def test_the_order_of_completion_would_name_winners() -> None:
    """Commits in the order in which they end favour whose wrong answers are slow."""
    life = Life(name="", models=(usual(0.35),) * 2)
    answers = life.answers(200, 150, 12)

    assert falsely_named(life, answers).mean() < 0.08
    assert falsely_named(life, answers.as_finished(12)).mean() > 0.15


def test_ten_points_between_four_take_400_tasks() -> None:
    """Half of all runs decide a difference of 10 points within 400 tasks, about."""
    life = Life(name="", models=(usual(0.45), *(usual(0.35),) * 3))

    assert np.median(decided_after(life, 100, 13)) <= 430


def test_the_cheapest_is_seldom_one_that_is_worse() -> None:
    """Three cheap ones that are 6 points worse are named in at most 5 % of runs."""
    models = (*(usual(0.3),) * 3, usual(0.36))
    life = Life(name="", models=models, shared=0.85)
    [ours], _ = named(life, 100, (900,), 14)

    assert ours <= 9


def holes(count: int) -> Iterator[Task]:
    """Make holes of the lines of this project, the rest of each behind two letters."""
    dice = Random(5)
    files = sorted(_SOURCE.rglob("*.py"))
    while count:
        path = dice.choice(files)
        lines = path.read_text().split("\n")
        number = dice.randrange(max(1, len(lines) - 1))
        text = lines[number].strip()
        if len(text) < 12 or not re.match(r"[a-z_]+[ (.=\[]", text):
            continue
        count -= 1
        at = lines[number].index(text) + 2
        yield Task(
            id=str(count),
            kind=Kind.TAIL,
            language="python",
            path=path.name,
            commit=str(count),
            committed_at=0,
            before="\n".join([*lines[:number], lines[number][:at]]),
            after="\n" + "\n".join(lines[number + 1 :]),
            truth=lines[number][at:],
        )


def answer(task: Task, skill: float, dice: Random) -> str:
    """Answer as a model does that is right so often: else in part, or another line."""
    if dice.random() < skill:
        return task.truth
    words = re.findall(r"\w+|\W+", task.truth)
    begun = "".join(words[: dice.randrange(len(words))])
    others = [line.strip() for line in task.before.split("\n") if len(line) > 12]
    other = dice.choice(others or ["return None"])
    return begun + other[2 if begun else 0 :]


@pytest.mark.parametrize("skill", [0.1, 0.3, 0.6])
def test_the_first_word_does_not_beat_the_answer(skill: float) -> None:
    """A control that cuts its own model's answers to their first word never wins.

    What a weak model says after its first word costs more keys than it saves, so there
    its control may save more; it is less similar to what was written, and the two
    figures together name no winner.
    """
    dice, comparison = Random(6), Comparison(2)
    for task in holes(300):
        whole = answer(task, skill, dice)
        first = re.match(r"\W*\w*", whole)
        texts = whole, first[0] if first else ""
        cells = (figures_of(score(task, text), Times(total=0.1), 1.0) for text in texts)
        comparison.add(Block(commit=task.id, rows=(Row(figures=tuple(cells)),)))
    standing = comparison.standing()
    [pair] = standing.pairs

    assert pair.better == 0 or pair.verdict is not Decision.OVER
    assert skill < 0.3 or pair.better == 0
    assert comparison.cheapest([1.0, 0.5]).contender != 1
