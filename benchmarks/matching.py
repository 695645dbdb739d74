"""The peer: the rule of version 0.1, for thousands of users at once.

Two trials in opposite orders that one model won both are a win. Two wins depend on each
other if they share a file, so the number of wins is divided by the design effect, with
the variance of dyadic clusters. It knew no sittings, and took for granted that a habit
stays.
"""

import math
from collections import defaultdict

import numpy as np

from benchmarks.crowd import LEAST, LIMIT, Bools, Floats, Ints, Step


class Matching:
    """The wins of every user's two models."""

    def __init__(self, users: int, choices: int) -> None:
        self._waiting = np.zeros((users, choices), np.int8)
        self._files = np.full((users, choices), -1, np.int32)
        self._depth, self._wins = np.zeros(users, int), np.zeros((users, 2))
        self._orient = np.zeros(users, bool)
        self._rows = np.arange(users)
        self._nets = np.zeros((users, choices + 1), np.int16)
        self._pair_nets: defaultdict[tuple[int, int, int], int] = defaultdict(int)
        self._variance = np.zeros(users)
        self.shown = np.zeros(users, int)
        self.decided = np.full(users, np.iinfo(np.int64).max)
        self._best = np.zeros(users)

    def take(self, step: Step) -> None:
        """Let everybody choose once, drawn or not."""
        self.shown += step.counts
        winner = (step.upright != step.first).astype(np.int8)
        pushes = step.counts & ((self._depth == 0) | (self._orient == step.upright))
        pops = step.counts & ~pushes
        top = np.maximum(self._depth - 1, 0)
        won = pops & (self._waiting[self._rows, top] == winner)
        others = self._files[self._rows, top]
        self._waiting[self._rows[pushes], self._depth[pushes]] = winner[pushes]
        self._files[self._rows[pushes], self._depth[pushes]] = step.file[pushes]
        self._orient = np.where(pushes, step.upright, self._orient)
        self._depth += pushes.astype(int) - pops
        self._wins[self._rows[won], winner[won]] += 1
        self._vary(won, np.where(winner == 0, 1, -1), step.file, others)
        self._look(won)

    def _vary(self, won: Bools, signs: Ints, files: Ints, others: Ints) -> None:
        """Add to the variance: a square for each file, less what two have in common."""
        self._variance += won & (files < 0) & (others < 0)
        for each, who in ((files, won), (others, won & (others != files))):
            rows = self._rows[who & (each >= 0)]
            self._variance[rows] += 2 * self._nets[rows, each[rows]] * signs[rows] + 1
            self._nets[rows, each[rows]] += signs[rows].astype(np.int16)
        for user in np.flatnonzero(won & (files != others) & (files >= 0)):
            one, other = sorted((int(files[user]), int(others[user])))
            pair = int(user), one, other
            self._variance[user] -= 2 * self._pair_nets[pair] * signs[user] + 1
            self._pair_nets[pair] += signs[user]

    def _look(self, won: Bools) -> None:
        effect = np.maximum(1.0, self._variance[won] / self._wins[won].sum(1))
        one, other = (self._wins[won] / effect[:, None]).T
        score = _log_gamma(one + 1) + _log_gamma(other + 1)
        score += (one + other) * math.log(2) - _log_gamma(one + other + 2)
        self._best[won] = np.maximum(self._best[won], score)
        sees = (self._best >= math.log(LIMIT)) & (self.shown >= LEAST)
        self.decided = np.minimum(
            self.decided, np.where(sees, self.shown, self.decided)
        )


def _log_gamma(values: Floats) -> Floats:
    """Give the logarithm of the gamma function, from 1 on (Stirling's, from 8 on)."""
    up = values + 7
    before = np.prod([values + step for step in range(7)], axis=0)
    found: Floats = (
        (up - 0.5) * np.log(up)
        - up
        + math.log(2 * math.pi) / 2
        + 1 / (12 * up)
        - 1 / (360 * up**3)
        - np.log(before)
    )
    return found
