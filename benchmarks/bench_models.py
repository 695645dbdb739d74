"""Models that are simulated for `benchmarks.bench_verdicts`: the settings, as tables.

What a model saves at a task follows from a number that all contenders share in part:
some tasks are easy for all, and so are some commits. That number is made into what is
saved by the quantiles of a distribution, so that what is true of a model is known.
"""

from collections.abc import Callable
from math import erf, sqrt

import numpy as np
from msgspec import Struct

from benchmarks.crowd import Bools, Floats, Ints

Quantile = Callable[[Floats], Floats]
"""From ranks between 0 and 1 to what is saved."""

USUAL = (0.4, 0.3, 0.3)
"""The share of commits that give one task, two, and three."""
_MOST = 3
_GRID = (np.arange(20_000) + 0.5) / 20_000


def usual(mean: float) -> Quantile:
    """Make a model that saves so much: right, half right, or worse than nothing.

    What is not right is half of the time begun well, half of the time to be deleted.
    """
    right = (mean - 0.05) / 0.88

    def saved(rank: Floats) -> Floats:
        wrong = (1 - right) / 2
        begun = 0.8 * (rank - wrong) / wrong
        harm = -0.6 * (1 - rank / wrong)
        left: Floats = np.where(rank > wrong, begun, harm)
        return np.where(rank > 1 - right, 0.93, left)

    return saved


def seldom(share: float) -> Quantile:
    """Make a weak model that is right now and then, and else says nothing."""
    return lambda rank: np.where(rank > 1 - share, 0.9, 0.0)


def steady(mean: float) -> Quantile:
    """Make a model that saves nearly the same at each task."""
    return lambda rank: mean - 0.05 + 0.1 * rank


def gambling(mean: float, harm: float) -> Quantile:
    """Make a model that seldom does all the harm there is, and as good at the rest."""
    good = (mean + harm) / (1 - harm)
    return lambda rank: np.where(rank > harm, good, -1.0)


class Life(Struct, frozen=True, kw_only=True):
    """One setting: who answers, and how alike tasks are."""

    name: str
    models: tuple[Quantile, ...]
    sizes: tuple[float, ...] = USUAL
    shared: float = 0.57
    """How much of a task's number all contenders share; their correlation in what they
    save is about 0.5 then."""
    commits: float = 0.2
    """How much of each number all tasks of a commit share."""
    swings: float = 0.0
    """How far the first model goes to either side in what it saves, in waves."""

    @property
    def means(self) -> Floats:
        """What each saves in truth."""
        return np.array([model(_GRID).mean() for model in self.models])

    def wave(self, commits: int) -> Floats:
        """Give how far the first model is from its mean at each commit."""
        found: Floats = self.swings * np.sin(np.arange(commits) / 40 + np.pi)
        return found

    def answers(self, runs: int, commits: int, seed: int) -> "Answers":
        """Let all contenders answer the tasks of so many commits, in many runs."""
        dice = np.random.default_rng(seed)
        tasks = 1 + dice.choice(len(self.sizes), p=self.sizes, size=(runs, commits))
        asked = np.arange(_MOST) < tasks[..., np.newaxis]
        saved = self._saved(dice, (runs, commits, _MOST))
        saved[..., 0] += self.wave(commits)[:, np.newaxis]
        return Answers(saved=np.clip(saved, -1, 1), asked=asked)

    def _saved(self, dice: np.random.Generator, shape: tuple[int, int, int]) -> Floats:
        count, alone = len(self.models), (*shape[:2], 1)

        def number(*more: int) -> Floats:
            """Draw numbers of tasks, in part that of their commit."""
            own, commit = dice.normal(size=(*shape, *more)), (*alone, *more)
            found: Floats = sqrt(1 - self.commits) * own
            return found + sqrt(self.commits) * dice.normal(size=commit)

        all_ = number(1) * sqrt(self.shared) + number(count) * sqrt(1 - self.shared)
        ranks = _rank(all_)
        return np.stack(
            [model(ranks[..., place]) for place, model in enumerate(self.models)], -1
        )


class Answers(Struct, frozen=True, kw_only=True):
    """What was saved: by run, commit, task and contender."""

    saved: Floats
    asked: Bools
    """By run, commit and task: whether the commit has so many."""

    @property
    def tasks(self) -> Ints:
        """How many tasks each commit has."""
        found: Ints = self.asked.sum(-1)
        return found

    @property
    def means(self) -> Floats:
        """What each commit says of each contender."""
        sums = (self.saved * self.asked[..., np.newaxis]).sum(2)
        found: Floats = sums / self.tasks[..., np.newaxis]
        return found

    def as_finished(self, seed: int) -> "Answers":
        """Put commits in the order in which they end if the first model's are slow.

        Wrong answers of the first one take longer, so what is late is bad.
        """
        dice = np.random.default_rng(seed)
        wrong = ((self.saved[..., 0] <= 0) & self.asked).any(2)
        begun = np.arange(wrong.shape[1]) / 4
        ended = begun + dice.exponential(1.0, wrong.shape) + 20 * wrong
        order = np.argsort(ended, axis=1)[..., np.newaxis]
        return Answers(
            saved=np.take_along_axis(self.saved, order[..., np.newaxis], 1),
            asked=np.take_along_axis(self.asked, order, 1),
        )


_ERF = np.vectorize(erf, otypes=[float])
_FINE = np.linspace(-8, 8, 40_001)
_NORMAL = (1 + _ERF(_FINE / 2**0.5)) / 2


def _rank(number: Floats) -> Floats:
    """Make ranks of normal numbers."""
    found: Floats = np.interp(number, _FINE, _NORMAL)
    return found


EQUAL = (
    Life(name="two that are equal", models=(usual(0.35),) * 2),
    Life(name="four", models=(usual(0.35),) * 4),
    Life(name="eight", models=(usual(0.35),) * 8),
    Life(name="four, one task a commit", models=(usual(0.35),) * 4, sizes=(1.0,)),
    Life(
        name="four, three tasks a commit, alike by half",
        models=(usual(0.35),) * 4,
        sizes=(0.0, 0.0, 1.0),
        commits=0.5,
    ),
    Life(name="two weak ones, 93 % zeros", models=(seldom(0.07),) * 2),
    Life(name="four weak ones, 93 % zeros", models=(seldom(0.07),) * 4),
    Life(name="one that is steady, one that gambles", models=(steady(0.3), usual(0.3))),
    Life(
        name="one that is steady, one with rare disasters",
        models=(steady(0.3), gambling(0.3, 0.03)),
    ),
    Life(name="two, one swings by 10 points", models=(usual(0.35),) * 2, swings=0.1),
)
"""Settings in which nobody is better. Of one that swings, the average so far is."""
