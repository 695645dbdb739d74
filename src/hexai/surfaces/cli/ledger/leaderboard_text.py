"""A leaderboard for people: bars with their intervals, and honest words; pure."""

from collections.abc import Iterable, Mapping

from hexai.domain.ranking import Leaderboard, Model, Ranking, Standing
from hexai.surfaces.cli.ledger.leaderboard_records import (
    model_names,
    short_name,
    wanted_comparisons,
    wanted_standings,
)
from hexai.surfaces.cli.ledger.leaderboard_words import (
    comparison_words,
    count_of,
    first_place_words,
    percent,
    returned_words,
)
from hexai.surfaces.cli.table import table
from hexai.text.cells import width, wrap
from hexai.text.chart import bar

_NOTHING_YET = (
    "Nobody can know yet: there are no choices that fit.",
    "Vote in the terminal (hexai vote), or take suggestions in the editor.",
    "About 60 choices between two models, in a drawn order and each at another time,",
    "decide where one wins 70 of 100. About 200 decide where one wins 60.",
    "If you mostly take what stands first, it takes half as many again.",
)
_NARROWED = "it did not note who was seen before the letters that were typed"
_APART = "Nothing compares these with those above, so they are not ranked against them:"
_CELLS = 25
_TOO_FEW = 20
"""Choices before which strengths would be noise that looks like knowledge."""
_HEADER = ("MODEL", "STRENGTH", "weaker … stronger", "95 %", "BEST", "SHOWN", "CHOSEN")
_EARLY = ("MODEL", "SHOWN", "CHOSEN", "")
_LISTS = {"cli": "votes"}


def text_of(board: Leaderboard, wanted: str, *, columns: int = 0) -> str:
    """Draw the rankings of a surface; empty if no model's name has the wanted text.

    `columns` are the cells of the screen; 0 where there is none.
    """
    names = model_names(board)
    groups = [
        _group(ranking, board, names, wanted, columns)
        for ranking in board.rankings
        if wanted_standings(ranking, board, wanted)
    ]
    if not groups:
        return ""
    between = "\n" + _wrapped([_APART], columns)
    changes = _wrapped(
        (
            words
            for model, rated in sorted(
                board.models.items(), key=lambda each: short_name(each[1])
            )
            if wanted in short_name(rated).lower()
            for words in returned_words(board, model, names)
        ),
        columns,
    )
    return f"{board.surface}\n{between.join(groups)}{changes}"


def left_out(board: Leaderboard, columns: int = 0) -> str:
    """Say how many lists are left out, and why; empty if none is."""
    if not board.narrowed:
        return ""
    lists = count_of(board.narrowed, "lists")
    words = f"{board.surface}: {lists} of an older version left out: {_NARROWED}"
    return _wrapped([words], columns)


def nothing_yet(columns: int = 0) -> str:
    """Say that nobody can know, and what it takes."""
    return _wrapped(_NOTHING_YET, columns)


def _wrapped(lines: Iterable[str], columns: int) -> str:
    """Break lines between words where the screen ends."""
    rows = (row for line in lines for row in (wrap(line, columns or width(line))))
    return "".join(f"{row.rstrip()}\n" for row in rows)


def _group(
    ranking: Ranking,
    board: Leaderboard,
    names: Mapping[Model, str],
    wanted: str,
    columns: int,
) -> str:
    standings = wanted_standings(ranking, board, wanted)
    if max((each.choices for each in ranking.comparisons), default=0) < _TOO_FEW:
        # In no order that could be mistaken for a ranking.
        rows = sorted(_early(each, names) for each in standings)
        drawn = table(_EARLY, rows, columns=columns)
    else:
        reach = max(max(-each.low, each.high) for each in ranking.standings)
        rows = [_row(each, names, reach) for each in standings]
        drawn = table(_HEADER, rows, columns=columns)
    judged = [] if ranking.comparisons else ["no choice compares it with another yet"]
    for each in wanted_comparisons(ranking, board, wanted):
        judged += comparison_words(each, board, names)
    judged += first_place_words(ranking, names)
    what = _LISTS.get(board.surface, "lists")
    nothing = f", {ranking.none} without a choice" if ranking.none else ""
    counted = f"{count_of(ranking.trials, what)}{nothing}"
    return drawn + _wrapped([*judged, counted], columns)


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
