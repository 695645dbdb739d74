"""Single figures of `hexai stats` in words: shares, money, times; pure."""

from decimal import Decimal
from math import isfinite

from hexai.domain.estimates import Estimate
from hexai.domain.figures import Figures, Quantile
from hexai.service.statistics import Row
from hexai.surfaces.words import percent, seconds, usd

NOT_YET = "not yet"


def speed_words(figures: Figures) -> str:
    """Write tokens a second; only nothing is `0`."""
    speed = figures.tokens_per_s
    if speed is None:
        return NOT_YET
    shown = "<1" if 0 < speed < 0.5 else f"{speed:.0f}"
    return f"{guess_mark(figures)}{shown}"


def accepted_words(accepted: float) -> str:
    """Write a number of accepted answers, of which some may be shared by several."""
    return f"{accepted:.1f}".removesuffix(".0")


def part_words(part: int, whole: int) -> str:
    """Write a share of a whole; where there is none, that nobody knows."""
    return percent(part / whole) if whole else NOT_YET


def share_words(estimate: Estimate | None) -> str:
    """Write a share with the interval of the true one."""
    if estimate is None:
        return NOT_YET
    low, high = 100 * estimate.low, 100 * estimate.high
    return f"{_about(estimate)}{percent(estimate.value)} ({low:.0f} … {high:.0f})"


def points_words(estimate: Estimate) -> str:
    """Write a difference of shares in points of a hundred."""
    value, low, high = (
        f"{100 * x:+.0f}" for x in (estimate.value, estimate.low, estimate.high)
    )
    return f"{_about(estimate)}{value} ({low} … {high})"


def each_words(row: Row) -> str:
    """Write what an accepted answer costs, or what none was had for."""
    each, figures = row.cost_per_accepted, row.figures
    if not figures.shown:
        return NOT_YET
    spent = money_words(row.shown_cost_usd, figures, unpriced=figures.shown_unpriced)
    if each is None:
        return f"none for {spent}"
    value = money_words(Decimal(each.value), figures, unpriced=figures.shown_unpriced)
    if figures.shown_unpriced or not each.value:
        return value
    high = usd(Decimal(each.high)) if isfinite(each.high) else "…"
    return f"{_about(each)}{value} ({usd(Decimal(each.low))} … {high})"


def _about(estimate: Estimate) -> str:
    return "about " if estimate.is_rough else ""


def times_of(row: Row) -> tuple[Quantile | None, ...]:
    """Give when first tokens and answers came; how soon somebody failed tells none."""
    times = (*row.first_token, *row.total)
    return times if row.figures.answered else (None,) * len(times)


def time_words(quantile: Quantile | None) -> str:
    """Write a time that so many are below."""
    if quantile is None:
        return NOT_YET
    return f"{'>' if quantile.at_least else ''}{seconds(quantile.seconds)}"


def money_words(dollars: Decimal, figures: Figures, *, unpriced: int) -> str:
    """Write money, and that something is in it whose price nobody knows."""
    if unpriced and not dollars:
        return "?"
    unknown = " + ?" if unpriced else ""
    return usd(dollars, estimated=bool(figures.estimated)) + unknown


def guess_mark(figures: Figures) -> str:
    """Mark what is estimated."""
    return "~" if figures.estimated else ""
