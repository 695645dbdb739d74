"""`hexai leaderboard`: which entry is chosen over which, and how sure that is."""

from collections.abc import Iterator, Sequence
from typing import Any

import click
from msgspec.structs import asdict

from hexai.domain.bench import BenchRecord
from hexai.domain.figures import By
from hexai.domain.ranking import (
    Counted,
    Leaderboard,
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
)
from hexai.surfaces.cli.leaderboard_tables import text_of
from hexai.surfaces.cli.leaderboard_words import (
    left_out,
    nothing_yet,
)
from hexai.surfaces.cli.output import csv_of, say, wrapped_lines
from hexai.surfaces.cli.plots import plot, plot_option
from hexai.surfaces.cli.process import Process, folders_of
from hexai.surfaces.cli.stats_options import (
    by_option,
    filters,
    formats,
    read_filter,
    team_option,
    wide_option,
)


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
    by: By = options["by"]
    chosen = read_filter(options, process.folder, now)
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
