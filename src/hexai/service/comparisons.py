"""Two models in the lists in which both stood: what was taken of each; pure.

Who stands above is taken more often, however good. Where a pair stood in both orders
often enough, both orders weigh the same, as if the order of every list had been drawn,
so that the habit helps neither. Where it did not, place and model are one, and the
comparison says so. Lists in a drawn order are enough by themselves: who sees the names
has another habit than who does not, so lists of both kinds are not to be mixed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from math import sqrt

from msgspec import Struct

from hexai.domain.estimates import (
    ENOUGH_SITTINGS,
    Estimate,
    estimate,
    student,
    variance,
)
from hexai.domain.figures import Both, Subject, Together

ENOUGH_LISTS = 20
"""Lists in which two models both stood, from which on they are compared."""
ENOUGH_OF_AN_ORDER = 10
"""Lists in each order, from which on both orders weigh the same."""
_ABOVE, _BESIDE, _BELOW = -1, 0, 1
_NORMAL = 1.959964

Counts = Mapping[tuple[int, int], Both]
"""By the sitting's number, and who stood above; see `Together`."""


class Comparison(Struct, frozen=True, kw_only=True):
    """One model beside another."""

    against: Subject
    lists: int
    above: float
    """The share of them in which this one stood above the other."""
    is_even: bool
    """Both orders weigh the same; else place and model are one."""
    own: Estimate
    """Of these lists, those in which this one was taken."""
    other: Estimate
    difference: Estimate
    """By how much this one was taken more often."""


def comparisons(together: Iterable[Together]) -> dict[Subject, list[Comparison]]:
    """Compare each model with all that stood beside it often enough.

    Those that did so most often come first.
    """
    found: dict[Subject, list[Comparison]] = {}
    for pair in together:
        counts = _counts(pair)
        if sum(both.lists for both in counts.values()) < ENOUGH_LISTS:
            continue
        one, other = compare(pair.other, counts), _turned(counts)
        found.setdefault(pair.one, []).append(one)
        found.setdefault(pair.other, []).append(compare(pair.one, other))
    for each in found.values():
        each.sort(key=lambda compared: (-compared.lists, compared.against))
    return found


def compare(against: Subject, counts: Counts) -> Comparison:
    """Compare a model, the one of `counts`, with the other."""
    weighing = _Weighing(counts)
    return Comparison(
        against=against,
        lists=weighing.lists,
        above=weighing.by_order[_ABOVE] / weighing.lists,
        is_even=weighing.is_even,
        own=weighing.share(lambda both: both.one),
        other=weighing.share(lambda both: both.other),
        difference=weighing.difference(),
    )


def _counts(pair: Together) -> Counts:
    """Count the lists in drawn orders if there are enough of them, else all."""
    everything: dict[tuple[int, int], Both] = {}
    drawn: dict[tuple[int, int], Both] = {}
    for (sitting, order, is_drawn), both in pair.counts.items():
        for counts in (everything, drawn) if is_drawn else (everything,):
            sums = counts.setdefault((sitting, order), Both())
            sums.lists += both.lists
            sums.one += both.one
            sums.other += both.other
    return drawn if _are_enough(drawn) else everything


def _are_enough(counts: Counts) -> bool:
    orders: Counter[int] = Counter()
    for (_sitting, order), both in counts.items():
        orders[order] += both.lists
    return min(orders[_ABOVE], orders[_BELOW]) >= ENOUGH_OF_AN_ORDER


def _turned(counts: Counts) -> Counts:
    """Give the counts of a pair as the other sees them."""
    return {
        (sitting, -order): Both(lists=both.lists, one=both.other, other=both.one)
        for (sitting, order), both in counts.items()
    }


class _Weighing:
    """The lists of a pair, each with its weight; all weights together are one."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self.lists = sum(both.lists for both in counts.values())
        self.by_order = {
            wanted: sum(both.lists for (_, o), both in counts.items() if o == wanted)
            for wanted in (_ABOVE, _BESIDE, _BELOW)
        }
        apart = self.by_order[_ABOVE], self.by_order[_BELOW]
        self.is_even = min(apart) >= ENOUGH_OF_AN_ORDER or not any(apart)
        self._weights = dict.fromkeys(self.by_order, 1 / self.lists)
        if self.is_even and any(apart):
            for order in (_ABOVE, _BELOW):
                self._weights[order] *= sum(apart) / 2 / self.by_order[order]
        self._is_known = all(sitting for sitting, _ in counts)

    def share(self, part: Callable[[Both], float]) -> Estimate:
        """Estimate the share of lists of which something is a part."""
        value, pulls = self._pulled(part)
        squares = (self._weights[o] ** 2 * n for o, n in self.by_order.items())
        return estimate(
            min(1.0, value), pulls, most=1 / sum(squares), is_known=self._is_known
        )

    def difference(self) -> Estimate:
        """Estimate by how much the one was taken more often than the other."""
        value, pulls = self._pulled(lambda both: both.one - both.other)
        trusted = self._is_known and len(pulls) >= ENOUGH_SITTINGS
        spread = max(self._spread_alone(), variance(pulls) if trusted else 0.0)
        half = (student(len(pulls) - 1) if trusted else _NORMAL) * sqrt(spread)
        return Estimate(
            value=value,
            low=max(-1.0, value - half),
            high=min(1.0, value + half),
            is_rough=not trusted,
        )

    def _pulled(self, part: Callable[[Both], float]) -> tuple[float, list[float]]:
        """Give the weighted mean, and how far each sitting pulls it away."""
        means = {order: self._mean(part, order) for order in self.by_order}
        pulls: dict[int, float] = {}
        for (sitting, order), both in self._counts.items():
            pull = part(both) - means[order] * both.lists
            pulls[sitting] = pulls.get(sitting, 0.0) + self._weights[order] * pull
        value = sum(
            self._weights[order] * lists * means[order]
            for order, lists in self.by_order.items()
        )
        return value, [*pulls.values()]

    def _mean(self, part: Callable[[Both], float], order: int) -> float:
        """Give the mean of an order; where orders weigh alike, that of all of them."""
        orders = (order,) if self.is_even else tuple(self.by_order)
        lists = sum(self.by_order[each] for each in orders)
        parts = sum(part(b) for (_, o), b in self._counts.items() if o in orders)
        return parts / lists if lists else 0.0

    def _spread_alone(self) -> float:
        """Give the variance of the difference if lists were independent.

        With one list more for each of the two, so that a few that all went one way are
        not taken for certain (Agresti and Min 2005).
        """
        spread = 0.0
        for order, lists in self.by_order.items():
            taken = sum(
                b.one + b.other for (_, o), b in self._counts.items() if o == order
            )
            mean = self._mean(lambda both: both.one - both.other, order)
            net = lists * mean
            varied = taken + 2 - net**2 / (lists + 2) if lists else 0.0
            spread += self._weights[order] ** 2 * max(0.0, varied)
        return spread
