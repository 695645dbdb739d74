"""How many more commits a verdict takes, about; pure.

The logarithm of a bet's capital grows with each commit by an amount that follows from
the mean and the spread of what commits say, and half of all runs reach a goal sooner
than a line of that slope does, the other half later.
"""

from collections.abc import Sequence
from math import comb, exp, inf, log, log1p, sqrt

from msgspec import Struct

from hexai.bench.bets import STAKES, WRONG_WINNERS, Bet
from hexai.domain.estimates import NORMAL_POINTS

_USUAL = 0.1
"""How far apart two contenders that somebody compares are, about."""
_SPREAD = 0.5
"""How much the differences of two contenders differ between tasks, about."""
_ALIKE = 0.2
"""The correlation of two tasks of one commit, about."""
_COUNTS = 5
"""Commits for which the usual spread counts beside that which was seen."""
_MOST = 20_000
"""Commits that are more than any repository gives."""
_MEDIAN = 0.6745


class Goal(Struct, frozen=True):
    """What the bets on two contenders have to reach."""

    bets: tuple[Bet, Bet]
    """For the first and for the second of the two."""
    capital: float


def blocks_missing(
    values: Sequence[float], *, better: Goal, equal: Goal
) -> float | None:
    """Guess how many more commits decide between two, or show them to be equal.

    None if that is further away than anybody will go. What was seen of the difference
    is drawn towards what differences usually are, and its typical size is taken.
    """
    count = len(values)
    mean = sum(values) / count
    seen = sum((value - mean) ** 2 for value in values)
    spread = sqrt((seen + _COUNTS * _usual_spread(2.0) ** 2) / (count + _COUNTS))
    error = spread / sqrt(count)
    weight = _USUAL**2 / (_USUAL**2 + error**2)
    typical = sqrt((weight * mean) ** 2 + weight * (_MEDIAN * error) ** 2)
    ahead = mean < 0
    to_winner = _blocks(better.bets[ahead], better.capital, typical, spread)
    to_equal = max(
        _blocks(equal.bets[ahead], equal.capital, typical, spread),
        _blocks(equal.bets[not ahead], equal.capital, -typical, spread),
    )
    least = min(to_winner, to_equal)
    return None if least > _MOST else least


def smallest_gap(
    tasks: int, contenders: int, *, a_commit: float = 2.0, span: float = 2.0
) -> float:
    """Give the smallest difference in what is saved that so many tasks decide.

    In half of all runs, for two of so many contenders, with so many tasks a commit on
    average, as a share; `span` if none can be, which is how far they may differ.
    """
    goal = 2 * comb(contenders, 2) / WRONG_WINNERS
    low, high = 0.0, span
    while high - low > 1e-3:
        gap = (low + high) / 2
        bet = Bet(above=0.0, bound=span)
        enough = _blocks(bet, goal, gap, _usual_spread(a_commit)) <= tasks / a_commit
        low, high = (low, gap) if enough else (gap, high)
    return high


def _usual_spread(tasks: float) -> float:
    """Give how much commits of so many tasks usually differ."""
    return _SPREAD * sqrt((1 + (tasks - 1) * _ALIKE) / tasks)


def _blocks(bet: Bet, goal: float, mean: float, spread: float) -> float:
    """Give after how many commits a capital reaches a goal; infinite for never."""
    growths = [_growth(bet, stake, mean, spread) for stake in STAKES]
    logs = [log(min(1e300, max(1e-300, capital))) for capital in bet.capitals]

    def reached(blocks: float) -> bool:
        grown = [one + each * blocks for one, each in zip(logs, growths, strict=True)]
        most = max(grown)
        return most + log(sum(exp(each - most) for each in grown)) >= log(goal)

    few, many = 0.0, 1.0
    while not reached(many):
        few, many = many, many * 1.5
        if many > _MOST:
            return inf
    while many - few > 0.5:
        middle = (few + many) / 2
        few, many = (few, middle) if reached(middle) else (middle, many)
    return many


def _growth(bet: Bet, stake: float, mean: float, spread: float) -> float:
    """Give by how much the logarithm of what is on a stake grows with a commit."""
    return sum(
        weight * log1p(stake * max(-1.0, bet.payment(mean + deviation * spread)))
        for deviation, weight in NORMAL_POINTS
    )
