"""Estimates that say how sure they are: shares, prices, what stays; pure.

A share is counted over lists, and lists of one sitting are alike: somebody in a mood to
take takes from all of them. So the spread is taken between sittings (sums of each, as
in a cluster-robust variance), and becomes a number of independent lists that would have
the same spread, for Wilson's interval, which stays between 0 and 1 and is right for
shares near either end. Never more lists than there were.

How alike they are takes some sittings to find out. With fewer than six, or where it was
not recorded which lists are of one sitting, lists count as independent, and the
estimate says that it is a rough one. With more, where they are alike, the quantile is
that of Student.
"""

from collections.abc import Iterable, Sequence
from math import exp, hypot, inf, log, sqrt

from msgspec import Struct
from msgspec.structs import astuple

ENOUGH_SITTINGS = 6
"""From which on their spread is believed."""
QUANTILE = 1.959964
"""Of the normal distribution, for 95 %."""
NORMAL_POINTS = ((-sqrt(3.0), 1 / 6), (0.0, 2 / 3), (sqrt(3.0), 1 / 6))
"""Three points with their weights, for the mean over a normal distribution."""


class Estimate(Struct, frozen=True, kw_only=True):
    """A figure with an interval that holds the true one in 95 of 100 cases."""

    value: float
    low: float
    high: float
    """Infinite where nothing limits it."""
    is_rough: bool = False
    """Too little is known of how alike its parts are; the interval may be wider."""


class Sum(Struct, frozen=True):
    """What was seen in one sitting: a part of a whole."""

    part: float
    whole: float


def share(sums: Iterable[Sum], *, is_known: bool = True) -> Estimate | None:
    """Estimate a share of lists, each taken or not; None if there were none.

    `is_known` says whether the sums are really those of sittings.
    """
    seen = [each for each in sums if each.whole]
    whole = sum(each.whole for each in seen)
    if not whole:
        return None
    value = sum(each.part for each in seen) / whole
    pulls = [(each.part - value * each.whole) / whole for each in seen]
    return estimate(value, pulls, most=whole, is_known=is_known)


def estimate(
    value: float, pulls: Sequence[float], *, most: float, is_known: bool = True
) -> Estimate:
    """Estimate a share from how far each sitting pulls it away from its value.

    `most` is the number of lists, which it cannot be surer than.
    """
    trusted = is_known and len(pulls) >= ENOUGH_SITTINGS
    spread = variance(pulls) if trusted else 0.0
    alone = value * (1 - value)
    if spread * most > alone > 0:
        low, high = wilson(value, alone / spread, student(len(pulls) - 1))
    else:
        low, high = wilson(value, most, QUANTILE)
    return Estimate(value=value, low=low, high=high, is_rough=not trusted)


def variance(pulls: Sequence[float]) -> float:
    """Give the variance of a sum of independent pulls."""
    count = len(pulls)
    return count / (count - 1) * sum(pull * pull for pull in pulls)


def wilson(value: float, count: float, quantile: float) -> tuple[float, float]:
    """Give Wilson's interval for a share of so many lists."""
    square = quantile * quantile
    middle = value + square / (2 * count)
    half = quantile * sqrt(value * (1 - value) / count + square / (4 * count * count))
    scale = 1 + square / count
    low, high = (middle - half) / scale, (middle + half) / scale
    return max(0.0, low) if value > 0 else 0.0, min(1.0, high) if value < 1 else 1.0


def student(freedom: int) -> float:
    """Give the 97.5 % quantile of Student's distribution, from 5 degrees on to 0.001.

    By the expansion around the normal quantile of Abramowitz and Stegun, 26.7.5.
    """
    z = QUANTILE
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + (first + (second + third / freedom) / freedom) / freedom


def price(spent: Sequence[Sum], taken: Estimate) -> Estimate:
    """Say what one accepted answer costs, from the money for the lists of each sitting.

    Answers differ in price, and sittings in their answers, so what a list costs is no
    surer than the share that is taken. On the scale of logarithms the distances of
    both from their ends add as squares (Zou and Donner 2008). Of too few sittings the
    share is a rough estimate, and so is this one.
    """
    money, lists = (sum(column) for column in zip(*map(astuple, spent), strict=True))
    value = money / lists / taken.value
    if not money:
        return Estimate(value=0.0, low=0.0, high=0.0, is_rough=taken.is_rough)
    off = 0.0
    if not taken.is_rough:
        pulls = [each.part / money - each.whole / lists for each in spent]
        off = student(len(pulls) - 1) * sqrt(variance(pulls))
    below = hypot(off, log(taken.high / taken.value))
    above = hypot(off, log(taken.value / taken.low)) if taken.low else inf
    return Estimate(
        value=value,
        low=value * exp(-below),
        high=value * exp(above),
        is_rough=taken.is_rough,
    )
