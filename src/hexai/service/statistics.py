"""Statistics per surface and model, made of the ledger's sums; pure."""

from bisect import bisect
from collections.abc import Iterable, Mapping
from decimal import Decimal

from msgspec import Struct

from hexai.domain.choice import SAMPLED_AFTER
from hexai.domain.estimates import Estimate, Sum, estimate, price, share
from hexai.domain.figures import Figures, Kept, Quantile, Subject, Together
from hexai.service.comparisons import Comparison, comparisons

_SLOTS = 12
_FASTEST_MS, _SLOWEST_MS = 100, 60_000
"""Slots of a distribution: of equal ratio, from here to there, the ends open."""


class Row(Struct, frozen=True, kw_only=True):
    """One model on one surface."""

    subject: Subject
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
    figured: Iterable[tuple[Subject, Figures]], together: Iterable[Together] = ()
) -> list[Row]:
    """Make a row for each surface and model, those used most first."""
    compared = comparisons(together)
    rows = [
        Row(
            subject=subject,
            figures=figures,
            comparisons=tuple(compared.get(subject, ())),
        )
        for subject, figures in figured
    ]
    return sorted(rows, key=lambda r: (r.subject.surface, -r.figures.runs, r.subject))


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
