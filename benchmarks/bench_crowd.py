"""Thousands of benches at once that are looked at after every commit: the rule anew.

A second implementation of `hexai.bench.duel` and of Holm's steps in `compare.py`, with
arrays over runs instead of objects; a test holds the two together.
"""

from itertools import combinations

import numpy as np

from benchmarks.crowd import Bools, Floats, Ints

STAKES = np.array([0.1, 0.35, 0.97])
PARTS = np.array([0.1, 0.2, 0.7])
_WIDEST = 2.0
_CERTAIN = 40.0
_FALSE = 0.05
_TASKS, _COMMITS = 20, 10


class Crowd:
    """The standings of many runs."""

    def __init__(self, runs: int, contenders: int, margin: float = 0.05) -> None:
        self.pairs = np.array([*combinations(range(contenders), 2)])
        count = len(self.pairs)
        self._above = np.array([0.0, 0.0, -margin, -margin])
        self._signs = np.array([1.0, -1.0, 1.0, -1.0])
        self._capitals = np.tile(PARTS, (runs, count, 4, 1))
        self._highest = np.zeros((runs, count))
        self._leader = np.zeros((runs, count), dtype=np.int64)
        self._sum = np.zeros((runs, count))
        self.tasks: Ints = np.zeros(runs, dtype=np.int64)
        self._commits = 0

    def take(self, means: Floats, tasks: Ints) -> None:
        """Take a commit of every run: what it says of each contender, and its tasks."""
        values = means[:, self.pairs[:, 0]] - means[:, self.pairs[:, 1]]
        paid = values[..., np.newaxis] * self._signs - self._above
        paid /= _WIDEST + self._above
        self._capitals *= 1 + STAKES * paid[..., np.newaxis]
        self._sum += values
        self.tasks = self.tasks + tasks
        self._commits += 1
        better = self.capitals[..., :2] / 2
        risen = better.max(-1) > self._highest
        self._leader = np.where(risen, better.argmax(-1), self._leader)
        self._highest = np.maximum(self._highest, better.max(-1))

    @property
    def capitals(self) -> Floats:
        """What the four bets on each pair have made of 1."""
        found: Floats = self._capitals.sum(-1)
        return found

    @property
    def over(self) -> Bools:
        """Whether each pair is decided, and what is known now agrees."""
        order = np.argsort(-self._highest, axis=1)
        ranked = np.take_along_axis(self._highest, order, 1)
        count = ranked.shape[1]
        steps = np.logical_and.accumulate(
            ranked >= (count - np.arange(count)) / _FALSE, axis=1
        )
        decided = np.zeros_like(steps)
        np.put_along_axis(decided, order, steps, 1)
        enough = (self.tasks >= _TASKS) & (self._commits >= _COMMITS)
        now = self.capitals[..., :2]
        leads = np.take_along_axis(now, self._leader[..., np.newaxis], -1)[..., 0]
        agrees = (self._leader == self.ahead) & (leads >= _CERTAIN)
        found: Bools = decided & agrees & enough[:, np.newaxis]
        return found

    @property
    def ahead(self) -> Ints:
        """Which of each two saved more so far."""
        return (self._sum < 0).astype(np.int64)

    @property
    def equal(self) -> Bools:
        """Whether each two are equal within the margin, and none is better."""
        within = (self.capitals[..., 2:] >= _CERTAIN).all(-1)
        found: Bools = within & ~self.over
        return found

    def named(self, prices: Ints) -> Ints:
        """Give who is named the cheapest of those that are not worse; -1 for nobody.

        `prices` are the contenders, the cheapest first.
        """
        contenders = len(prices)
        limit = max(_CERTAIN, (contenders - 1) / _FALSE)
        sure = self.capitals[..., 2:] >= limit
        found: Ints = np.full(len(sure), -1)
        for contender in prices[::-1]:
            fine = np.ones(len(sure), dtype=bool)
            for number, pair in enumerate(self.pairs):
                for place in (0, 1):
                    if pair[place] == contender:
                        fine &= sure[:, number, place]
            found = np.where(fine, contender, found)
        return found
