"""Statistics per surface and model, made of the ledger's sums and today's prices."""

from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from math import sqrt
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.estimates import (
    ENOUGH_SITTINGS,
    QUANTILE,
    Estimate,
    Sum,
    estimate,
    price,
    share,
    student,
    variance,
)
from hexai.domain.figures import Both, Figures, Kept, Quantile, Subject, Title, Together
from hexai.domain.record import SAMPLED_AFTER
from hexai.providers.prices import PriceList, load_prices

ENOUGH_LISTS = 20
"""Lists in which two models both stood, from which on they are compared."""
ENOUGH_OF_AN_ORDER = 10
"""Lists in each order, from which on both orders weigh the same: who stands above is
taken more often, however good."""
_ABOVE, _BESIDE, _BELOW = -1, 0, 1

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
    """Count the lists in drawn orders if there are enough of them, else all.

    Who sees no names has another habit, so both kinds are mixed only if they must be.
    """
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
        half = (student(len(pulls) - 1) if trusted else QUANTILE) * sqrt(spread)
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


_SLOTS = 12
_FASTEST_MS, _SLOWEST_MS = 100, 60_000
"""Slots of a distribution: of equal ratio, from here to there, the ends open."""


class Row(Struct, frozen=True, kw_only=True):
    """One subject: a contender, or a model, on one surface."""

    subject: Subject
    title: Title = Title()
    figures: Figures
    comparisons: tuple[Comparison, ...] = ()
    """With every model that stood beside it often enough, the most often first."""
    saved_usd: Decimal | None = None
    """What upstreams' caches saved less what writing to them cost; None: not known."""

    @property
    def accepted_share(self) -> Estimate | None:
        """Of the lists in which it stood, those in which it was taken."""
        figures = self.figures
        sums = (
            Sum(figures.accepted_in.get(sitting, 0.0), shown)
            for sitting, shown in figures.shown_in.items()
        )
        return share(sums, is_known=0 not in figures.shown_in)

    @property
    def first_share(self) -> float | None:
        """Of the lists in which it stood, those in which it stood first."""
        figures = self.figures
        return figures.first / figures.shown if figures.shown else None

    @property
    def cached_share(self) -> float | None:
        """Of the input, what upstreams read from their caches; None if none said."""
        return _part(self.figures.cached_input, self.figures.cached_of)

    @property
    def written_share(self) -> float | None:
        """Of the input, what upstreams wrote to their caches; None if none said."""
        return _part(self.figures.written_input, self.figures.written_of)

    @property
    def shown_cost_usd(self) -> Decimal:
        """What its answers in lists have cost, as far as that is known."""
        return Decimal(self.figures.shown_cost) / 10**9

    @property
    def cost_per_accepted(self) -> Estimate | None:
        """Money for its answers in lists by what was accepted of them.

        None before anything was: till then the money says all there is to say.
        """
        figures, taken = self.figures, self.accepted_share
        if taken is None or not taken.value:
            return None
        spent = [
            Sum(figures.spent_in[sitting] / 10**9, shown)
            for sitting, shown in figures.shown_in.items()
            if shown
        ]
        return price(spent, taken)

    @property
    def kept(self) -> tuple[Estimate | None, ...]:
        """What share of the taken characters is there at each of `SAMPLED_AFTER`."""
        return kept_shares(self.figures.kept_in)

    @property
    def first_token(self) -> list[Quantile | None]:
        """Half and nine tenths of the answers had begun by then."""
        return self.figures.first_token.quantiles(0.5, 0.9)

    @property
    def total(self) -> list[Quantile | None]:
        """Half and nine tenths of the answers were done by then."""
        return self.figures.total.quantiles(0.5, 0.9)


def _part(tokens: int, of: int) -> float | None:
    """Give a share; what an upstream claims beyond the whole is not believed."""
    return min(1.0, tokens / of) if of else None


def make_rows(
    figured: Iterable[tuple[Subject, Figures]],
    together: Iterable[Together] = (),
    titles: Mapping[Subject, Title] = MappingProxyType({}),
) -> list[Row]:
    """Make a row for each surface and subject, those used most first.

    Those of one label follow each other, the newest first.
    """
    compared = comparisons(together)
    rows = [
        Row(
            subject=subject,
            title=titles.get(subject, Title()),
            figures=figures,
            comparisons=tuple(compared.get(subject, ())),
        )
        for subject, figures in figured
    ]
    most: Counter[tuple[str, str]] = Counter()
    for row in rows:
        most[_label(row)] = max(most[_label(row)], row.figures.runs)
    return sorted(rows, key=lambda row: (*_place(row, most[_label(row)]), row.subject))


def _label(row: Row) -> tuple[str, str]:
    return row.subject.surface, row.title.label


def _place(row: Row, most: int) -> tuple[str, int, str, float]:
    label = row.title.label
    runs = most if label else row.figures.runs
    return row.subject.surface, -runs, label, -(row.title.since or 0.0)


def kept_shares(sittings: Mapping[int, Kept]) -> tuple[Estimate | None, ...]:
    """Estimate what is left of taken text at each age.

    A text that was not looked at any longer says what was left of it up to then, and
    nothing about later (Kaplan and Meier, character by character). Nor do texts of
    which nothing was left before, while there are others. The spread is that
    of the logarithm, by the pull of each sitting on each step.
    """
    seen = [*sittings.values()]
    left, pulls = 1.0, [0.0] * len(seen)
    found: list[Estimate | None] = []
    for age in range(len(SAMPLED_AFTER)):
        texts = sum(each.texts[age] for each in seen)
        before = sum(each.before[age] for each in seen)
        if not texts or (left and not before):
            found.append(None)
            continue
        step = sum(each.after[age] for each in seen) / before if before else 0.0
        if step:
            for place, each in enumerate(seen):
                pulls[place] += (each.after[age] / step - each.before[age]) / before
        left = min(1.0, left * step)
        pulled = [left * pull for pull in pulls]
        is_known = 0 not in sittings
        found.append(estimate(left, pulled, most=texts, is_known=is_known))
    return tuple(found)


def distribution(figures: Figures) -> list[int]:
    """Count total times by slots of equal ratio, the fastest first."""
    ratio = (_SLOWEST_MS / _FASTEST_MS) ** (1 / _SLOTS)
    edges = [_FASTEST_MS * ratio**slot for slot in range(1, _SLOTS)]
    counts = [0] * _SLOTS
    for times in (figures.total.seen, figures.total.cut):
        for time, count in times.items():
            counts[bisect(edges, time)] += count
    return counts


def with_savings(rows: Iterable[Row], now: float) -> list[Row]:
    """Add to rows what was saved by kept input, less what writing it cost.

    The list of prices is read only where anything was kept.
    """
    found, prices, at = [], None, datetime.fromtimestamp(now, UTC)
    for row in rows:
        if row.figures.cached_input or row.figures.written_input:
            prices = prices or load_prices()
            found.append(_priced(row, prices, at))
        else:
            found.append(row)
    return found


def _priced(row: Row, prices: PriceList, at: datetime) -> Row:
    subject, figures = row.subject, row.figures
    saved = prices.saving(
        subject.upstream,
        subject.model,
        cached=int(figures.cached_input),
        written=int(figures.written_input),
        at=at,
    )
    return replace(row, saved_usd=saved)
