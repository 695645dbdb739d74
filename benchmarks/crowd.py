"""Thousands of users at once who look after every choice: the bet, written anew.

A second implementation of `hexai.ledger.ratings.bets` for two models, with arrays
over users instead of objects; a test holds the two together, and `benchmarks.trios`
makes three bets of it for three models. Its peer is in `benchmarks.matching`.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

STAKES = np.array([0.08, 0.2, 0.4, 0.65, 0.97])
PARTS = np.array([0.16, 0.19, 0.2, 0.17, 0.28])
LEAST = 20
"""Choices before which nothing is decided."""
LIMIT = 20.0


class Step:
    """One choice of every user."""

    def __init__(
        self,
        *,
        upright: Bools,
        first: Bools,
        drawn: Bools,
        counts: Bools,
        sitting: Ints,
        file: Ints,
    ) -> None:
        self.upright = upright
        """Whether the first model stood first."""
        self.first = first
        """Whether what stood first was taken."""
        self.drawn = drawn
        self.counts = counts
        """Whether one of the two was taken at all."""
        self.sitting = sitting
        """Numbers that grow; -1 for a choice that stands alone."""
        self.file = file
        """From 0; -1 for none."""


class Shares:
    """The share of first places that every user has taken so far."""

    def __init__(self, users: int) -> None:
        self._firsts, self._all = np.full(users, 3.5), np.full(users, 5.0)

    @property
    def share(self) -> Floats:
        """What a bet reckons with."""
        share: Floats = np.clip(self._firsts / self._all, 0.05, 0.95)
        return share

    def note(self, who: Bools, first: Bools) -> None:
        """Take a choice of some users."""
        self._firsts += who & first
        self._all += who


class Crowd:
    """The bet of every user on two models."""

    def __init__(self, users: int, files: int) -> None:
        signed = np.concatenate([STAKES, -STAKES])
        self._stakes = signed
        self._capitals = np.tile(np.concatenate([PARTS, PARTS]) / 2, (users, 1))
        self._whole, self._slope = np.ones(users), np.zeros(users)
        self._paid, self._bound = np.zeros(users), np.ones(users)
        self._open = np.zeros(users, bool)
        self._drawn, self._begun = np.zeros(users), np.zeros(users)
        self._habits = Shares(users)
        self._unit = np.zeros(users, np.int32)
        # The unit that held the sitting under way, and each file; 0 for none.
        self._sitting = np.full(users, -2)
        self._of_sitting = np.zeros(users, np.int32)
        self._of_file = np.zeros((users, files + 1), np.int32)
        self._rows = np.arange(users)
        self.shown = np.zeros(users, int)
        self.best = np.zeros(users)
        self.decided = np.full(users, np.iinfo(np.int64).max)
        """After how many choices each user sees a winner."""

    @property
    def capital(self) -> Floats:
        """What each bet has made of 1."""
        return self._whole + self._slope * self._paid / self._bound

    def take(self, step: Step) -> None:
        """Let everybody choose once."""
        self.shown += step.counts
        self._look(self.bet(step, self._habits.share))
        self._habits.note(step.counts & step.drawn, step.first)

    def bet(self, step: Step, share: Floats, weight: Floats | float = 1.0) -> Bools:
        """Bet with a share of first places; tells whose capital that has moved.

        `weight` is how much of what a choice pays counts.
        """
        bets = step.counts & step.drawn
        farthest = np.maximum(share, 1 - share)
        self._drawn += bets
        fresh = bets & ~self._used(bets, step)
        joins = self._join(fresh, step)
        begins = fresh & ~joins
        self._begin(begins, share, farthest)
        self._hold(fresh, step)
        fits = np.abs(self._paid) + weight * farthest <= self._bound + 1e-12
        pays: Bools = (joins | begins) & fits
        signs = np.where(step.upright, weight, np.negative(weight))
        self._paid += np.where(pays, signs * (step.first - share), 0.0)
        self._end(joins & ~fits)
        return pays

    def _used(self, bets: Bools, step: Step) -> Bools:
        """Tell whose file or sitting was in an earlier unit."""
        new = bets & ((step.sitting != self._sitting) | (step.sitting < 0))
        self._of_sitting[new] = 0
        self._sitting = np.where(bets, step.sitting, self._sitting)
        now = np.where(self._open, self._unit, 0)
        of_file = np.where(step.file >= 0, self._of_file[self._rows, step.file], 0)
        used: Bools = ((of_file > 0) & (of_file != now)) | (
            (self._of_sitting > 0) & (self._of_sitting != now)
        )
        return used

    def _join(self, fresh: Bools, step: Step) -> Bools:
        shares = (self._of_file[self._rows, step.file] > 0) & (step.file >= 0)
        joins: Bools = fresh & ((self._of_sitting > 0) | shares)
        return joins

    def _begin(self, begins: Bools, share: Floats, far: Floats) -> None:
        self._end(begins & self._open)
        length = np.maximum(1.0, (self._drawn - 1) / np.maximum(1.0, self._begun))
        length = np.where(self._begun > 0, length, 1.0)
        bound = np.maximum(far, 0.8) + 1.5 * np.sqrt(share * (1 - share) * (length - 1))
        self._bound = np.where(begins, bound, self._bound)
        self._begun += begins
        self._open |= begins
        self._unit += begins

    def _hold(self, who: Bools, step: Step) -> None:
        self._of_sitting = np.where(who, self._unit, self._of_sitting)
        self._of_file[self._rows[who], step.file[who]] = self._unit[who]

    def _end(self, ends: Bools) -> None:
        if not ends.any():
            return
        share = np.where(ends, self._paid / self._bound, 0.0)
        self._capitals *= 1 + self._stakes * share[:, None]
        self._whole = self._capitals.sum(1)
        self._slope = self._capitals @ self._stakes
        self._paid = np.where(ends, 0.0, self._paid)
        self._open &= ~ends

    def _look(self, pays: Bools) -> None:
        self.best = np.where(pays, np.maximum(self.best, self.capital), self.best)
        sees = (self.best >= LIMIT) & (self.shown >= LEAST)
        self.decided = np.minimum(
            self.decided, np.where(sees, self.shown, self.decided)
        )
