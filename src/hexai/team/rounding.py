"""Leaderboards as they are published: counts in tens, strengths to two digits; pure."""

from msgspec.structs import replace

from hexai.domain.ranking import Comparison, Ranking, Standing
from hexai.team.results import tens

_DIGITS = 2
_WEEK = 7 * 86_400.0


def round_ranking(ranking: Ranking) -> Ranking:
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
        since=each.since // _WEEK * _WEEK,
        stronger=round(each.stronger, _DIGITS),
        missing=None if each.missing is None else max(10, tens(each.missing)),
        until=None,
        changed=None,
    )
