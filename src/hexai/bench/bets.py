r"""Whether a mean lies above a value, however often one looks: bets; pure.

Of values between -B and B, one for each commit, somebody wants to know whether their
mean lies above m. A capital of 1 is staked on it, and each value x multiplies it by

    1 + f * (x - m) / (B + m),        0 < f < 1,

which is never negative. If the mean is m or less, the capital does not grow on average,
so it reaches L at any time at all with a probability of at most 1/L (Ville 1939;
Waudby-Smith and Ramdas 2024). All m at which it has not reached 40, from above and from
below, are an interval that holds the mean in 95 of 100 cases, whenever one looks.

**Mixed stakes.** Part of the capital is on each of several f, and stays there (the
method of mixtures; Robbins 1970). A stake that follows the data (aGRAPA) would need
values whose mean stands still. These do not: be the mean of the value i, given all
before, m_i. The product of 1 + f * m_i over i is at most exp(f * sum of m_i). So where
the average of the m_i so far is not above m, the capital is no more than what a fair
game would have, and each statement is one about the average so far, as those of Choe
and Ramdas (arXiv 2110.00115) are, be it drifting or not.

**Large stakes have most of it.** Values of a commit are far from their bounds, so the
stake of the fastest growth is near 1 for gaps of ten points, and the small ones serve
gaps of two or three.
"""

from collections.abc import Callable, Iterator, Sequence
from math import log, prod, sqrt

from msgspec import Struct

WRONG_WINNERS = 0.05
"""The share of runs that may name a better one of equals."""
CERTAIN = 40.0
"""The capital at which a mean of 95 % intervals lies beyond an end: 1/40 on each."""
STAKES = {0.1: 0.1, 0.35: 0.2, 0.97: 0.7}
"""Shares of a capital that one value may cost, and how much of all is for each."""
_FINEST = 2e-4
"""How exact an end of an interval is."""
_NEAR = 0.9
"""Where an end is looked for first, as a share of how far it usually is."""
_SMALLEST, _LARGEST = 1e-300, 1e300


class Bet:
    """A bet that values have a mean above another one, value by value."""

    def __init__(self, *, above: float, bound: float) -> None:
        """Bet on a mean above a value, of values between -`bound` and `bound`."""
        self.above, self._reach = above, bound + above
        self._lines = [(base, factor) for _, base, factor in _terms(above, bound)]
        self.capitals = [*STAKES.values()]
        """What is on each stake by now."""

    @property
    def capital(self) -> float:
        """What the bet has made of 1."""
        return sum(self.capitals)

    def add(self, value: float) -> None:
        """Take one more value."""
        self.capitals = [
            capital * (base + factor * value)
            for capital, (base, factor) in zip(self.capitals, self._lines, strict=True)
        ]

    def payment(self, value: float) -> float:
        """Give what a value pays for each part of the capital at stake, from -1 on."""
        return (value - self.above) / self._reach


class Bounds(Struct, frozen=True):
    """Where a mean lies."""

    low: float
    high: float


def bounds(values: Sequence[float], *, bound: float, limit: float = CERTAIN) -> Bounds:
    """Give the confidence sequence of a mean as it stands after these values."""
    opposite = [-value for value in values]
    return Bounds(
        lower_bound(values, bound=bound, limit=limit),
        -lower_bound(opposite, bound=bound, limit=limit),
    )


def capital_above(values: Sequence[float], above: float, bound: float) -> float:
    """Give what a bet makes of 1 that took these values."""
    return sum(
        part * prod([base + factor * value for value in values])
        for part, base, factor in _terms(above, bound)
    )


def _terms(above: float, bound: float) -> Iterator[tuple[float, float, float]]:
    """Give for each stake its part, and the line by which a value multiplies it."""
    for stake, part in STAKES.items():
        factor = stake / (bound + above)
        yield part, 1 - factor * above, factor


def lower_bound(values: Sequence[float], *, bound: float, limit: float) -> float:
    """Give the highest value that the mean lies above for a capital of `limit`."""
    if not values:
        return -bound
    goal = log(limit)

    def beyond(above: float) -> float:
        capital = capital_above(values, above, bound)
        return log(min(_LARGEST, max(_SMALLEST, capital))) - goal

    mean = sum(values) / len(values)
    spread = sqrt(sum((value - mean) ** 2 for value in values) / len(values))
    # About where it is for values that are nearly normal, and then as far as it takes.
    far = spread * sqrt(2 * (goal + 1) / len(values)) + bound / len(values) / 4
    low, high, step = mean - _NEAR * far, mean, far / 4
    while low > -bound:
        if beyond(low) >= 0:
            return _root(beyond, low, high)
        low, high, step = low - step, low, 2 * step
    lowest = _FINEST - bound
    return _root(beyond, lowest, high) if beyond(lowest) >= 0 else -bound


def _root(beyond: Callable[[float], float], low: float, high: float) -> float:
    """Give about where a falling function is 0, a little lower rather than higher.

    By the false position, with the weight of an end halved that stays (Illinois). The
    capital falls where the value rises, since 1 + f * (x - m) / (B + m) does.
    """
    over, under = beyond(low), beyond(high)
    while high - low > _FINEST:
        slope = (over - under) / (high - low)
        middle = low + over / slope
        found = beyond(middle)
        if abs(found) < slope * _FINEST / 2:
            return middle - _FINEST / 2
        if found >= 0:
            low, over, under = middle, found, under / 2
        else:
            high, under, over = middle, found, over / 2
    return low
