"""How the figures of a bench are written: shares, differences, durations; pure."""

from decimal import Decimal

from hexai.bench.bets import Bounds
from hexai.surfaces.words import percent, usd


def share(value: float | None) -> str:
    """Write a share, `?` where it is unknown."""
    return "?" if value is None else percent(min(max(value, 0.0), 1.0))


def interval(bounds: Bounds | None, *, signed: bool = True) -> str:
    """Write an interval of shares; with their signs where they may be below 0."""
    if bounds is None:
        return "not yet"
    sign = "+" if signed else ""
    low, high = 100 * bounds.low, 100 * bounds.high
    if not signed:
        low, high = max(low, 0.0), min(high, 100.0)
    return f"{low:{sign}.0f} … {high:{sign}.0f} %"


def points(value: float) -> str:
    """Write a difference of shares: `9 points`."""
    shown = f"{100 * abs(value):.0f}"
    if shown == "0" and value:
        shown = f"{100 * abs(value):.1f}"
    return f"{shown} point{'' if shown == '1' else 's'}"


def spent(cost: Decimal, *, is_known: bool) -> str:
    """Write a sum of money of which some may not be known."""
    if is_known:
        return usd(cost)
    return f"{usd(cost)} and unknown" if cost else "price unknown"


def duration(value: float) -> str:
    """Write a duration: `0.41 s`, `12 s`, `4 min`, `2 h 5 min`."""
    if value < 10:
        return f"{value:.2f} s"
    if value < 100:
        return f"{value:.0f} s"
    minutes = round(value / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
