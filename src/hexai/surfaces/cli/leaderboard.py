"""`hexai leaderboard`: which entry is chosen over which, and how sure that is."""

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import Any

import click
from msgspec import Struct
from msgspec.structs import asdict

from hexai.domain.bench import BenchRecord
from hexai.domain.ranking import (
    Comparison,
    Counted,
    Leaderboard,
    Model,
    Ranking,
    Standing,
    Verdict,
)
from hexai.domain.record import Method
from hexai.service.bench_records import open_benches
from hexai.service.recorded_runs import open_history
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.command_line import Invocation, make_parser
from hexai.surfaces.cli.json_records import to_json
from hexai.surfaces.cli.leaderboard_records import (
    LeaderboardRow,
    board_record,
    board_rows,
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
    left_out,
    nothing_yet,
    of_benches_words,
)
from hexai.surfaces.cli.legend import LEADERBOARD, legend
from hexai.surfaces.cli.output import csv_of, say, table, wrapped_lines
from hexai.surfaces.cli.plots import plot, plot_option
from hexai.surfaces.cli.process import Process, folders_of
from hexai.surfaces.cli.stats import (
    by_option,
    filters,
    formats,
    read_filter,
    team_option,
    wide_option,
)
from hexai.surfaces.contender_names import board_names
from hexai.surfaces.words import percent
from hexai.text.cells import bar

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


def parser() -> click.Command:
    """Make the parser of `hexai leaderboard`."""
    return make_parser(
        "leaderboard",
        _leaderboard,
        params=[
            *filters(),
            by_option(),
            *_counted(),
            wide_option(),
            *formats(),
            plot_option(),
            team_option(),
        ],
        explanation="Rank entries by your votes and by what you took in the editor, "
        "with what the place in a list does taken out. A verdict stays valid however "
        "often you look. Answers from the cache do not count, and what came late or "
        "failed is no loss.",
    )


def _counted() -> list[click.Parameter]:
    return [
        click.Option(
            ["--method"],
            type=click.Choice([each.value for each in Method]),
            help="Choices made known in this way.",
        ),
        click.Option(
            ["--blind/--not-blind"],
            default=None,
            help="Choices made without, or with, the names in sight.",
        ),
    ]


def _leaderboard(invocation: Invocation, **options: Any) -> int:
    process = invocation.process
    now = wall_clock()
    chosen, by = read_filter(options, process.folder, now), options["by"]
    method = options["method"]
    counted = Counted(now=now, method=method and Method(method), blind=options["blind"])
    if options["team"]:
        from hexai.surfaces.cli.team_views import show_leaderboard

        return show_leaderboard(invocation, chosen, now, options)
    if options["plot"]:
        return plot(process, options, chosen, counted, {"answer"})
    with open_history(folders_of(process), wall_clock) as history:
        boards = history.leaderboard(chosen, counted, by)
    model = chosen.model
    if options["json"]:
        records = [board_record(board, model) for board in boards]
        benches = list(_bench_records(process, boards, chosen.surface))
        say(process, to_json({"surfaces": records, "benches": benches}) + "\n")
    elif options["csv"]:
        rows = (row for board in boards for row in board_rows(board, model))
        say(process, csv_of(LeaderboardRow.__struct_fields__, map(asdict, rows)))
    else:
        columns = process.columns
        wide = options["wide"]
        beside = _benches(process, boards, chosen.surface)
        texts = []
        for board in boards:
            if text := text_of(board, model, columns=columns, wide=wide):
                words = wrapped_lines(beside.pop(board.surface, ()), columns)
                texts.append(text + ("\n" + words if words else ""))
        ranked = "\n".join(texts) or nothing_yet(columns)
        left = "".join(left_out(board, columns, by=by) for board in boards)
        alone = [wrapped_lines(words, columns) for words in beside.values()]
        say(process, "\n".join([ranked + left, *alone]))
    return 0


def _benches(
    process: Process, boards: Sequence[Leaderboard], surface: str
) -> dict[str, list[str]]:
    """Say by surface what its newest bench came to; of one surface, or of all."""
    said = {}
    for bench, board in _newest(process, boards, surface):
        from hexai.surfaces.cli.bench_beside import bench_words  # not for most

        said[str(bench.plan.surface)] = bench_words(bench, board)
    return said


def _bench_records(
    process: Process, boards: Sequence[Leaderboard], surface: str
) -> Iterator[dict[str, Any]]:
    """Make the objects of those, with where the choices say otherwise."""
    for bench, board in _newest(process, boards, surface):
        from hexai.surfaces.cli.bench_beside import disagreements  # not for most
        from hexai.surfaces.cli.bench_json import shown

        differ = [asdict(each) for each in disagreements(bench, board)]
        yield {**shown(bench), "disagreements": differ}


def _newest(
    process: Process, boards: Sequence[Leaderboard], surface: str
) -> Iterator[tuple[BenchRecord, Leaderboard | None]]:
    """Give the newest bench of each surface that compares, and its board, if any.

    Where a surface is named, of that one alone.
    """
    with open_benches(folders_of(process)) as records:
        newest = records.newest_of_surfaces()
    by_surface = {board.surface: board for board in boards}
    for bench in newest:
        if surface in ("", bench.plan.surface):
            yield bench, by_surface.get(bench.plan.surface)
