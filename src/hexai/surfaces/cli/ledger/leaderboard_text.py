"""A leaderboard for people: bars with their intervals, and honest words; pure."""

from collections.abc import Iterable, Iterator, Mapping

from hexai.domain.ranking import (
    Comparison,
    Leaderboard,
    Model,
    Ranking,
    Standing,
    Verdict,
)
from hexai.surfaces.cli.ledger.leaderboard_records import (
    model_names,
    short_name,
    wanted_comparisons,
    wanted_standings,
)
from hexai.surfaces.cli.ledger.recorded import when
from hexai.surfaces.cli.table import table
from hexai.text.cells import width, wrap
from hexai.text.chart import bar
from hexai.text.visible import visible_line

_NOTHING_YET = (
    "Nobody can know yet: there are no choices that fit.",
    "Vote in the terminal (hexai vote), or take suggestions in the editor.",
    "About 60 choices between two models decide where one wins 70 of 100.",
    "About 200 decide where one wins 60.",
)
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
    changes = _wrapped(_changes(board, names, wanted), columns)
    return f"{board.surface}\n{between.join(groups)}{changes}"


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
    judged += [
        _sentence(each, names) for each in wanted_comparisons(ranking, board, wanted)
    ]
    judged += _first_place(ranking, names)
    what = _LISTS.get(board.surface, "lists")
    nothing = f", {ranking.none} without a choice" if ranking.none else ""
    counted = f"{_count(ranking.trials, what)}{nothing}"
    return drawn + _wrapped([*judged, counted], columns)


def _count(number: int, things: str) -> str:
    return f"{number} {things.removesuffix('s') if number == 1 else things}"


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
        _percent(standing.best),
        str(standing.shown),
        _percent(standing.chosen / standing.shown),
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


def _sentence(comparison: Comparison, names: Mapping[Model, str]) -> str:
    better, worse = (
        visible_line(names[model]) for model in (comparison.better, comparison.worse)
    )
    choices = _count(comparison.choices, "choices")
    match comparison.verdict:
        case Verdict.OVER:
            return f"{better} over {worse} ({choices})"
        case Verdict.LEANING:
            sure = f"leaning, {_percent(comparison.stronger)} likely"
            return f"{better} over {worse}: {sure} ({choices}); {_more(comparison)}"
        case Verdict.ORDER:
            why = "always in the same order, which may be all that there is to it"
            return f"{better}, {worse}: {why} ({choices}); --blind shuffles"
        case Verdict.OPEN:
            return f"{better}, {worse}: not enough yet ({choices}); {_more(comparison)}"


def _first_place(ranking: Ranking, names: Mapping[Model, str]) -> Iterator[str]:
    """Say that the first place does more to one model than to another, if it does."""
    if not ranking.uneven_positions:
        return
    effects = [(each.first_effect or 0.0, each.model) for each in ranking.standings]
    (least, less), (most, more) = min(effects), max(effects)
    yield (
        f"standing first helps {visible_line(names[more])} more than "
        f"{visible_line(names[less])} ({most:+z.1f} and {least:+z.1f}); "
        "the intervals allow for it"
    )


def _more(comparison: Comparison) -> str:
    missing = comparison.missing
    if missing is None:
        return "too close for a verdict any time soon"
    return f"about {_rounded(missing)} more"


def _rounded(number: int) -> int:
    """Round a guess so that it looks like one."""
    step = 1 if number < 10 else 5 if number < 100 else 50 if number < 1000 else 500
    return round(number / step) * step


def _percent(share: float) -> str:
    """Write a share; only what is certain is 0 or 100 %."""
    rounded = min(max(round(share * 100), 1 if share > 0 else 0), 100)
    return f"{99 if rounded == 100 and share < 1 else rounded} %"


def _changes(
    board: Leaderboard, names: Mapping[Model, str], wanted: str
) -> Iterator[str]:
    for model, rated in board.models.items():
        if len(rated.returned) > 1 and wanted in short_name(rated).lower():
            ids = ", ".join(
                f"{visible_line(each.model)} since {when(each.since)}"
                for each in rated.returned
            )
            name = visible_line(names[model])
            yield f"{name} has changed: {ids}; --since looks at one alone"
