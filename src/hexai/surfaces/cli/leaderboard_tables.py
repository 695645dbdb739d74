"""How the rankings of a leaderboard are drawn: columns, pairs, what is said below."""

from collections.abc import Mapping
from math import inf

from msgspec import Struct

from hexai.domain.ranking import (
    Comparison,
    Leaderboard,
    Model,
    Ranking,
    Standing,
    Verdict,
)
from hexai.surfaces.cli.leaderboard_records import (
    is_wanted,
    wanted_comparisons,
    wanted_standings,
)
from hexai.surfaces.cli.leaderboard_words import (
    APART_WORDS,
    UNCOMPARED_WORDS,
    comparison_words,
    counted_words,
    entry_words,
    first_place_words,
    of_benches_words,
)
from hexai.surfaces.cli.legend import LEADERBOARD, legend
from hexai.surfaces.cli.output import table, wrapped_lines
from hexai.surfaces.contender_names import board_names
from hexai.surfaces.words import percent
from hexai.text.bars import bar

_CELLS = 25
_HEADER = ("ENTRY", "STRENGTH", "weaker … stronger", "95 %", "BEST", "SHOWN", "CHOSEN")
_BARS = 2
"""The column that says in pictures what those beside it say in figures."""
_MOST_PAIRS = 15
"""Pairs that are judged, unless all that is known is wanted."""
_NEAR = {Verdict.OVER: 0, Verdict.LEANING: 1}
_EARLY = ("ENTRY", "SHOWN", "CHOSEN", "")


def text_of(
    board: Leaderboard, wanted: str, *, columns: int = 0, wide: bool = False
) -> str:
    """Draw the rankings of a surface; empty if no model's name has the wanted text.

    `columns` are the cells of the screen; 0 where there is none. Without `wide`, what
    fits 80 of them.
    """
    names = board_names(board)
    groups = [
        _group(ranking, board, names, wanted, _Room(columns=columns, wide=wide))
        for ranking in board.rankings
        if wanted_standings(ranking, board, wanted)
    ]
    if not groups:
        return ""
    between = "\n" + wrapped_lines([APART_WORDS], columns)
    counted = wrapped_lines(of_benches_words(board), columns)
    changes = wrapped_lines(
        (
            words
            for model, rated in sorted(
                board.models.items(), key=lambda each: names[each[0]]
            )
            if is_wanted(rated, wanted)
            for words in entry_words(board, model, names)
        ),
        columns,
    )
    return f"{board.surface}\n{between.join(groups)}{counted}{changes}"


class _Room(Struct, frozen=True, kw_only=True):
    """How much room a table has, and may take."""

    columns: int
    wide: bool


def _group(
    ranking: Ranking,
    board: Leaderboard,
    names: Mapping[Model, str],
    wanted: str,
    room: _Room,
) -> str:
    standings = wanted_standings(ranking, board, wanted)
    if ranking.is_early:
        # In no order that could be mistaken for a ranking.
        rows = sorted(_early(each, names) for each in standings)
        header: tuple[str, ...] = _EARLY
    else:
        reach = max(max(-each.low, each.high) for each in ranking.standings)
        rows = [_row(each, names, reach) for each in standings]
        header = _HEADER
        if not room.wide:
            header, *rows = (
                (*row[:_BARS], *row[_BARS + 1 :]) for row in (header, *rows)
            )
    judged = [] if ranking.comparisons else [UNCOMPARED_WORDS[len(standings) > 1]]
    compared = [*wanted_comparisons(ranking, board, wanted)]
    for each in compared if room.wide else _most_decided(compared):
        judged += comparison_words(each, board, names)
    if not room.wide and len(compared) > _MOST_PAIRS:
        judged.append(
            f"{len(compared) - _MOST_PAIRS} more pairs are further from a verdict: "
            "--wide names them"
        )
    judged += first_place_words(ranking, names)
    drawn = table(header, rows, columns=room.columns)
    told = [*legend(header, LEADERBOARD), *judged, counted_words(ranking, board)]
    return drawn + wrapped_lines(told, room.columns)


def _most_decided(compared: list[Comparison]) -> list[Comparison]:
    """Give the pairs in their order, of many those that are nearest to a verdict."""
    nearest = sorted(range(len(compared)), key=lambda place: _far(compared[place]))
    return [compared[place] for place in sorted(nearest[:_MOST_PAIRS])]


def _far(compared: Comparison) -> tuple[int, float]:
    """Say how far a pair is from its verdict: the kind, and the choices missing."""
    missing = inf if compared.missing is None else compared.missing
    return _NEAR.get(compared.verdict, len(_NEAR)), missing


def _early(standing: Standing, names: Mapping[Model, str]) -> tuple[str, ...]:
    share = standing.chosen / standing.shown
    counts = str(standing.shown), str(standing.chosen)
    return (names[standing.model], *counts, bar(share, 10))


def _row(
    standing: Standing, names: Mapping[Model, str], reach: float
) -> tuple[str, ...]:
    return (
        names[standing.model],
        f"{standing.strength:+z.2f}",
        _interval(standing, reach),
        f"{standing.low:+z.2f} … {standing.high:+z.2f}",
        percent(standing.best),
        str(standing.shown),
        percent(standing.chosen / standing.shown),
    )


def _interval(standing: Standing, reach: float) -> str:
    """Draw the interval as a bar and the strength as a mark in it."""

    def cell(value: float) -> int:
        return round((value / reach + 1) / 2 * (_CELLS - 1))

    low, middle, high = map(cell, (standing.low, standing.strength, standing.high))
    drawn = ["·"] * _CELLS
    drawn[low : high + 1] = "━" * (high + 1 - low)
    drawn[middle] = "█"
    return "".join(drawn)
