"""Thousands of users at once who choose among three models: all pairs, written anew.

A second implementation of how `hexai.ledger.ratings.bets` and `verdicts` bet on
several pairs; a test holds them together. Closed testing goes through all sets of
pairs here, where Hexai's own takes a short cut.
"""

from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
from msgspec import Struct

from benchmarks.crowd import LIMIT, Bools, Crowd, Floats, Ints, Shares, Step

PAIRS = (0, 1), (0, 2), (1, 2)
"""The pairs of models, and the pairs of places."""
_SETS = [
    members for size in (1, 2, 3) for members in combinations(range(len(PAIRS)), size)
]


class Lists:
    """One list of every user, in a drawn order, and what was taken of it."""

    def __init__(self, places: Ints, taken: Ints, sitting: Ints) -> None:
        self.places = places
        """Of each user, where each model's item stands; -1 for models not in it."""
        self.taken = taken
        """The place of what was taken."""
        self.sitting = sitting


class Trio:
    """The bets of every user on three pairs."""

    def __init__(self, users: int) -> None:
        self.bets = [Crowd(users, 0) for _ in PAIRS]
        self._habits = [Shares(users) for _ in PAIRS]
        self._born = np.full((users, 3), -1)
        self._eras = np.zeros(users, int)
        self._kept, self._peaks = np.zeros((users, 3, 3)), np.zeros((users, 3, 3))
        self._rows = np.arange(users)

    def take(self, lists: Lists) -> None:
        """Let everybody choose once."""
        compared = [_Compared(lists, *pair) for pair in PAIRS]
        self._bear(np.stack([each.step.counts for each in compared], axis=1))
        shares = np.stack([habits.share for habits in self._habits], axis=1)
        now = np.maximum(self._eras - 1, 0)
        for number, (bet, each) in enumerate(zip(self.bets, compared, strict=True)):
            share = shares[self._rows, each.where]
            pays = bet.bet(each.step, share, each.weight)
            peak = self._peaks[self._rows, number, now]
            peak = np.where(pays, np.maximum(peak, bet.capital), peak)
            self._peaks[self._rows, number, now] = peak
        for where, habits in enumerate(self._habits):
            here = [each.step.counts & (each.where == where) for each in compared]
            firsts = [
                each.step.first & at for each, at in zip(compared, here, strict=True)
            ]
            habits.note(np.logical_or.reduce(here), np.logical_or.reduce(firsts))

    def _bear(self, counts: Bools) -> None:
        """Begin an era for those to whom a pair is new."""
        new = counts & (self._born < 0)
        who = new.any(1)
        self._born = np.where(new, self._eras[:, None], self._born)
        for number, bet in enumerate(self.bets):
            self._kept[who, number, self._eras[who]] = bet.capital[who]
        self._eras += who

    def decided(self) -> Bools:
        """Tell who sees a winner between any two."""
        found = np.zeros(len(self._rows), bool)
        for user in np.flatnonzero((self._peaks >= LIMIT).any((1, 2))):
            alive = [number for number in range(3) if self._born[user, number] >= 0]
            passed = {
                members
                for members in _SETS
                if {*members} <= {*alive} and self._reaches(int(user), members)
            }
            found[user] = any(
                all(
                    members in passed
                    for members in _SETS
                    if pair in members and {*members} <= {*alive}
                )
                for pair in alive
            )
        return found

    def _reaches(self, user: int, members: tuple[int, ...]) -> bool:
        """Tell whether one of a set of pairs has reached what the set asks for."""
        parts: dict[int, float] = {}
        born = {pair: int(self._born[user, pair]) for pair in members}
        for era in sorted({*born.values()}):
            left = [part * self._kept[user, pair, era] for pair, part in parts.items()]
            parts |= {pair: min([1.0, *left]) for pair in born if born[pair] == era}
        return any(
            parts[pair] * self._peaks[user, pair, era]
            >= LIMIT * sum(at <= era for at in born.values())
            for pair in members
            for era in range(born[pair], int(self._eras[user]))
        )


class _Compared:
    """What lists say about two models."""

    def __init__(self, lists: Lists, one: int, other: int) -> None:
        places, taken = lists.places, lists.taken
        ours, theirs = places[:, one], places[:, other]
        counts = (ours >= 0) & (theirs >= 0) & (ours != theirs)
        counts &= (ours == taken) | (theirs == taken)
        upper, lower = np.minimum(ours, theirs), np.maximum(ours, theirs)
        above, below = ((places == each[:, None]).sum(1) for each in (upper, lower))
        self.weight: Floats = below / np.maximum(np.maximum(above, below), 1)
        """An item of several models stands where the first of them was drawn to."""
        self.where: Ints = np.where(upper > 0, 2, np.clip(lower - 1, 0, 1))
        """Which pair of places it was."""
        self.step = Step(
            upright=ours < theirs,
            first=taken == upper,
            drawn=np.ones(len(taken), bool),
            counts=counts,
            sitting=lists.sitting,
            file=np.full(len(taken), -1),
        )


class Three(Struct, frozen=True, kw_only=True):
    """A setting of three equal models."""

    name: str
    place: float = 0.8
    """What a place further down costs, in logits."""
    late: float = 0.0
    """How often the third is not in the list."""
    same: float = 0.0
    """How often the first two say the same, which is one item then."""
    helps: float = 0.0
    """What standing first does to the first more than to the others, in logits."""
    ahead: float = 0.0
    """How much the first is preferred, in logits."""
    two: Callable[[int], int] | None = None
    """From the number of a choice, of how many models two are compared; None for lists
    of all three."""
    sitting: int = 0
    """Choices of a sitting; 0 for choices that stand alone."""
    topics: float = 0.0
    """How much sittings differ, as a standard deviation for each model."""

    def lists(self, users: int, choices: int, seed: int) -> Iterator[Lists]:
        """Choose, everybody at once."""
        dice = np.random.default_rng(seed)
        topic = np.zeros((users, 3))
        for number in range(choices):
            if self.sitting and number % self.sitting == 0:
                topic = dice.normal(0, self.topics, (users, 3))
            places = self._places(dice, users, number)
            odds = np.stack(
                [self._utility(places, topic, place) for place in range(3)], axis=1
            )
            taken = (odds + dice.gumbel(size=(users, 3))).argmax(1)
            sitting = number // self.sitting if self.sitting else -1
            yield Lists(places, taken, np.full(users, sitting))

    def _places(self, dice: np.random.Generator, users: int, number: int) -> Ints:
        """Draw who stands where."""
        keys = dice.random((users, 3))
        there = np.ones((users, 3), bool)
        there[:, 2] = dice.random(users) >= self.late
        if self.two is not None:
            there[:, 2] = self.two(number) == 3
            out = dice.integers(0, 3, users)
            there &= ~(
                np.all(there, axis=1, keepdims=True) & (out[:, None] == np.arange(3))
            )
        same = (dice.random(users) < self.same) & there[:, 0] & there[:, 1]
        both = np.minimum(keys[:, 0], keys[:, 1])
        keys[:, :2] = np.where(same[:, None], both[:, None], keys[:, :2])
        keys = np.where(there, keys, np.inf)
        above = keys[:, None, :] < keys[:, :, None]
        # Equal texts are one item, so two above may be one place.
        double = same & (both < keys[:, 2])
        places = above.sum(2)
        places[:, 2] -= double
        return np.where(there, places, -1)

    def _utility(self, places: Ints, topic: Floats, place: int) -> Floats:
        """Give what an item is worth to everybody; nothing where there is none."""
        here = places == place
        count = here.sum(1)
        alone = here[:, 0] & (count == 1)
        worth = (here * topic).sum(1) + self.ahead * here[:, 0]
        worth = worth / np.maximum(count, 1) - self.place * place
        worth += self.helps * alone * ((place == 0) - 1 / 3)
        return np.where(count > 0, worth, -np.inf)


THREE: tuple[Three, ...] = (
    Three(name="three: lists of three"),
    Three(name="three: one often late", late=0.5),
    Three(name="three: two often say the same", same=0.5),
    Three(name="three: the first place helps one", helps=0.6),
    Three(
        name="three: a third comes after 300",
        place=0.85,
        two=lambda number: 2 if number < 300 else 3,
    ),
    Three(
        name="three: sittings of 10 (0.8), one often late",
        late=0.3,
        sitting=10,
        topics=0.8,
    ),
)
"""Settings of three equal models."""
