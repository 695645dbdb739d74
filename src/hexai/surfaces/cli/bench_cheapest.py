"""Which entry is the cheapest of those that are not worse, in one line; pure."""

from collections.abc import Iterator, Sequence

from hexai.bench.known import Known
from hexai.bench.standing import Cheaper, Cheapest
from hexai.surfaces.cli.bench_units import points

_SEEN = 0.005
"""The difference by `similar` that a table shows."""
_MOST = 2
"""Cheaper ones of which it is said what is known."""
_BEGINS = "cheapest of those that are not worse: "


def cheapest_words(known: Known, labels: Sequence[str]) -> list[str]:
    """Say in one line which is the cheapest of those that are not worse."""
    if sum(known.counts[i] > 0 for i in range(known.contenders)) < 2:
        return []
    if known.blocks and not any(known.comparison.standing().means):
        return []  # nothing was checked, so nobody can be worse
    prices = [None if p is None else float(p) for p in known.prices()]
    if all(price is None for price in prices):
        return [f"{_BEGINS}no price is known"]
    found = known.cheapest()
    if None not in prices and len({*prices}) == 1:
        return [_BEGINS + _all_alike(found, labels, is_free=not prices[0])]
    return [_BEGINS + _cheapest(found, labels, prices)]


def _all_alike(found: Cheapest, labels: Sequence[str], *, is_free: bool) -> str:
    """Say that the price decides nothing, and whether anything else does."""
    alike = "all are free" if is_free else "all cost the same"
    if found.contender is not None:
        return f"{labels[found.contender]}; {alike}"
    return f"{alike}, so it is whichever is better, and that is not known yet"


def _cheapest(
    found: Cheapest, labels: Sequence[str], prices: Sequence[float | None]
) -> str:
    rest = "; ".join([*_cheaper_words(found, labels, prices)][:_MOST])
    if found.contender is not None:
        named = labels[found.contender]
        beside = f" ({rest}: not known yet)" if rest else ""
        return f"{named}{beside}"
    return f"not known yet{f': {rest}' if rest else ''}"


def _cheaper_words(
    found: Cheapest, labels: Sequence[str], prices: Sequence[float | None]
) -> Iterator[str]:
    """Say of those who cost less than who they may be worse than what is known."""
    for each in found.open:
        price, other = prices[each.contender], prices[each.against]
        if price is not None and (other is None or price <= other):
            same = price == other
            yield _cheaper(each, labels, "costs the same" if same else "is cheaper")


def _cheaper(each: Cheaper, labels: Sequence[str], costs: str) -> str:
    told = (
        f"{labels[each.contender]} {costs}, and between {_worse(each.low)} and "
        f"{_better(each.high)} than {labels[each.against]}"
    )
    if each.similar is not None and each.similar < -_SEEN:
        told += f", and {points(each.similar)} less similar to what was written"
    return told


def _worse(value: float) -> str:
    return f"{points(-value)} worse" if value < 0 else f"{points(value)} better"


def _better(value: float) -> str:
    return f"{points(value)} better" if value >= 0 else f"{points(-value)} worse"
