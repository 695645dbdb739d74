"""Statistics per surface and model, made of the ledger's sums; pure."""

from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

from hexai.domain.figures import Cell, Figures, Quantile

_SLOTS = 12
_FASTEST_MS, _SLOWEST_MS = 100, 60_000
"""Slots of a distribution: of equal ratio, from here to there, the ends open."""


class Row(Struct, frozen=True, kw_only=True):
    """One model on one surface."""

    surface: str
    provider: str
    model: str
    upstream: str
    figures: Figures

    @property
    def cost_per_accepted(self) -> Decimal | None:
        """All that was spent by all that was accepted; None if nothing was."""
        accepted = self.figures.accepted
        return self.figures.cost_usd / accepted if accepted else None

    @property
    def first_token(self) -> tuple[Quantile | None, Quantile | None]:
        """Half and nine tenths of the answers began by then."""
        times = self.figures.first_token
        return times.quantile(0.5), times.quantile(0.9)

    @property
    def total(self) -> tuple[Quantile | None, Quantile | None]:
        """Half and nine tenths of the contenders were done by then."""
        times = self.figures.total
        return times.quantile(0.5), times.quantile(0.9)


def make_rows(cells: Iterable[tuple[Cell, Figures]]) -> list[Row]:
    """Add up what belongs to one surface and model, those used most first."""
    groups: dict[tuple[str, str, str, str], Figures] = {}
    for cell, figures in cells:
        key = (cell.surface, cell.provider, cell.model, cell.upstream)
        groups.setdefault(key, Figures()).add(figures)
    rows = [
        Row(surface=surface, provider=provider, model=model, upstream=where, figures=f)
        for (surface, provider, model, where), f in groups.items()
    ]
    return sorted(rows, key=lambda r: (r.surface, -r.figures.runs, r.provider, r.model))


def distribution(figures: Figures) -> list[int]:
    """Count total times by slots of equal ratio, the fastest first."""
    from math import log

    counts = [0] * _SLOTS
    span = log(_SLOWEST_MS / _FASTEST_MS)
    for times in (figures.total.seen, figures.total.cut):
        for time, count in times.items():
            place = log(max(time, 1) / _FASTEST_MS) / span * _SLOTS
            counts[min(max(int(place), 0), _SLOTS - 1)] += count
    return counts
