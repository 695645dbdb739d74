"""How what is published is rounded: counts to tens, figures and times to two digits."""

from msgspec.structs import replace

from hexai.domain.figures_by_week import week_began, week_of
from hexai.domain.ranking import Comparison, Leaderboard, Ranking, Standing

_TENS = 10
_DIGITS = 2
_HOUR = 3_600_000


def tens(count: float) -> int:
    """Round a count."""
    return round(count / _TENS) * _TENS


def two_digits(value: float | None) -> float | None:
    """Round a figure."""
    return None if value is None else float(f"{value:.2g}")


def milliseconds_in_sql(figure: str) -> str:
    """Give the SQL that cuts a whole number of milliseconds to two digits.

    The server itself rounds times, so that there are few different ones to be counted.
    """
    return f"""
CASE WHEN {figure} IS NULL THEN NULL WHEN {figure} < 100 THEN {figure}
    WHEN {figure} < 1000 THEN {figure} / 10 * 10
    WHEN {figure} < 10000 THEN {figure} / 100 * 100
    WHEN {figure} < 100000 THEN {figure} / 1000 * 1000
    ELSE least({figure} / 10000 * 10000, {_HOUR})
END
"""


def rounded(board: Leaderboard) -> Leaderboard:
    """Round what a leaderboard counts, and leave out what moments it knows."""
    return replace(board, rankings=tuple(map(_round_ranking, board.rankings)))


def _round_ranking(ranking: Ranking) -> Ranking:
    """Round what it counts; nothing in it tells when somebody chose."""
    return replace(
        ranking,
        standings=tuple(map(_round_standing, ranking.standings)),
        comparisons=tuple(map(_round_comparison, ranking.comparisons)),
        trials=tens(ranking.trials),
        none=tens(ranking.none),
        position_effects=tuple(round(e, _DIGITS) for e in ranking.position_effects),
        growth=(),
    )


def _round_standing(standing: Standing) -> Standing:
    shown = max(10, tens(standing.shown))
    effect = standing.first_effect
    return replace(
        standing,
        strength=round(standing.strength, _DIGITS),
        low=round(standing.low, _DIGITS),
        high=round(standing.high, _DIGITS),
        best=round(standing.best, _DIGITS),
        shown=shown,
        chosen=min(shown, tens(standing.chosen)),
        first_effect=None if effect is None else round(effect, _DIGITS),
    )


def _round_comparison(each: Comparison) -> Comparison:
    choices = tens(each.choices)
    return replace(
        each,
        choices=choices,
        won=min(choices, tens(each.won)),
        drawn=min(choices, tens(each.drawn)),
        joined=0,
        since=week_began(week_of(each.since)),
        stronger=round(each.stronger, _DIGITS),
        missing=None if each.missing is None else max(10, tens(each.missing)),
        until=None,
        changed=None,
    )
