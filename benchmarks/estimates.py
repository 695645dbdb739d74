"""Intervals that hold the truth, and changes that are told, by Hexai's own code.

A change is looked for every day. To do that for hundreds of users, the looks of a year
are arrays over what Hexai's bet has kept of each unit; a test holds them to
`ratings.changes`.
"""

from collections.abc import Sequence
from itertools import islice
from math import inf, log, sqrt

import numpy as np

from benchmarks.crowd import Bools, Floats, Ints
from benchmarks.lives import Life, blind, preferring, steady
from hexai.ledger.ratings.bets import Bets, Unit
from hexai.ledger.ratings.choice_model import fit
from hexai.ledger.ratings.trials import Pattern, Trial, Trials

DAY = 86400.0
SIZES = (20, 50, 100, 400)
_ITEMS = {True: (("a",), ("b",)), False: (("b",), ("a",))}

INTERVALS: tuple[Life, ...] = (
    Life(name="B choices that stand alone"),
    Life(name="B choices that stand alone, first 82%", habit=steady(0.82)),
    Life(name="B half blind, 82% and 55%", habit=blind(0.82, 0.55), drawn=0.5),
    Life(name="B sittings of 10 (0.8)", sitting=10, topics=0.8),
    Life(name="B sittings of 30 over 3 files (0.8)", sitting=30, topics=0.8, file=10),
    Life(
        name="B sittings of 30 over 3 files (0.5; 0.3)",
        sitting=30,
        topics=0.5,
        file=10,
        files=0.3,
    ),
    Life(
        name="B sittings of 30, a file a choice (0.8)", sitting=30, topics=0.8, file=1
    ),
)
"""Settings of equal models, for the interval of their difference."""


def everybodys_trials(
    life: Life, users: int, choices: int, seed: int, *, a_day: int = 3
) -> list[list[Trial]]:
    """Give the choices of each user to Hexai's own code."""
    found: list[list[Trial]] = [[] for _ in range(users)]
    for number, step in enumerate(life.steps(users, choices, seed)):
        at = number // a_day * DAY + number % a_day * 60.0
        columns = step.upright, step.first, step.drawn, step.counts, step.file
        for user, row in enumerate(
            zip(*(each.tolist() for each in columns), strict=True)
        ):
            upright, first, drawn, counts, file = row
            if counts:
                pattern = Pattern("list", _ITEMS[upright], drawn=drawn)
                place = f"{file}" if file >= 0 else ""
                sitting = f"{number // life.sitting}"
                found[user].append(Trial(pattern, int(not first), place, sitting, at))
    return found


def held(life: Life, users: int, seed: int) -> dict[int, int]:
    """Count whose interval holds that there is no difference, after so many choices."""
    inside = dict.fromkeys(SIZES, 0)
    for trials in everybodys_trials(life, users, SIZES[-1], seed):
        for size in SIZES:
            found = fit(Trials(islice(trials, size)))
            error = sqrt(found.variance({"a": 1.0, "b": -1.0}))
            ahead = found.strengths["a"] - found.strengths["b"]
            inside[size] += abs(ahead) <= 1.96 * error
    return inside


STEADY: tuple[tuple[Life, int], ...] = (
    (Life(name="never changes, equal"), 3),
    (preferring(0.7, 0.7), 3),
    (Life(name="ten a day", habit=steady(0.7)), 10),
    (Life(name="sittings of 10, one a day (0.8)", sitting=10, topics=0.8), 10),
    (Life(name="sittings of 3, one a day (0.5)", sitting=3, topics=0.5), 3),
    (
        Life(name="a habit that changes", habit=lambda n, _d: 0.5 + 0.3 * (n > 500)),
        3,
    ),
)
"""Preferences that do not change, and how many choices there are in a day."""

TURNS: tuple[tuple[Life, int], ...] = (
    (
        Life(
            name="from 70 to 30 of 100 after half a year",
            moves=lambda n: log(7 / 3) * (1 if n < 547 else -1),
        ),
        3,
    ),
    (
        Life(
            name="the same in sittings of 10, one a day (0.5)",
            moves=lambda n: log(7 / 3) * (1 if n < 1820 else -1),
            sitting=10,
            topics=0.5,
        ),
        10,
    ),
)
"""Preferences that do."""


def alarms(life: Life, a_day: int, users: int, seed: int) -> Floats:
    """Give on which day of a year each user is told of a change; `inf` for never."""
    found = []
    for trials in everybodys_trials(life, users, 365 * a_day, seed, a_day=a_day):
        [bet] = Bets(Trials(trials)).pairs.values()
        units = [unit for unit in bet.all_units if unit.weight > 0]
        sums, days = daily(units)
        told = np.flatnonzero(sums >= LIMIT)
        found.append(days[told[0]] if told.size else inf)
    return np.array(found)


LIMIT = 52 / 0.05
_SIZE, _EACH, _WEEK = 1.0, 8, 7


def daily(units: Sequence[Unit]) -> tuple[Floats, Ints]:
    """Give the sum over the weeks that each day of looking finds, and the days."""
    at = np.array([unit.at for unit in units]) // DAY
    paid = np.array([unit.paid for unit in units])
    weight = np.array([unit.weight for unit in units])
    parts = paid, weight, paid**2, paid * weight, weight**2
    sums = [np.concatenate([[0.0], np.cumsum(part)]) for part in parts]
    days = np.unique(at).astype(np.int64)
    ends = np.searchsorted(at, days, side="right")
    weeks = np.flatnonzero(np.diff(at // _WEEK, prepend=-1) != 0)
    # A look is a row, a week in which something may have begun is a column.
    end, begin = ends[:, None], weeks[None, :]
    there: Bools = (begin >= _EACH) & (begin <= end - _EACH)
    begin = np.where(there, begin, end - 1)
    ours, our_weight, our_rest = _side(sums, np.zeros_like(begin), begin)
    theirs, their_weight, their_rest = _side(sums, begin, end)
    freedom = np.maximum(end - 2, 1)
    with np.errstate(all="ignore"):
        each = (our_rest + their_rest) / (our_weight + their_weight) * end / freedom
        variance = np.maximum(1e-9, each * (1 / our_weight + 1 / their_weight))
        less = variance / (variance + _SIZE**2)
        square = (theirs - ours) ** 2 / variance / freedom
        score = (freedom + 1) / 2 * (np.log1p(square) - np.log1p(less * square))
        odds = np.exp(np.minimum(score + np.log(less) / 2, 100.0))
    return np.where(there, odds, 0.0).sum(1), days


def _side(
    sums: Sequence[Floats], begin: Ints, end: Ints
) -> tuple[Floats, Floats, Floats]:
    paid, weight, squares, products, weights = (
        each[end] - each[begin] for each in sums
    )
    with np.errstate(all="ignore"):
        mean = paid / weight
    return mean, weight, squares - 2 * mean * products + mean**2 * weights
