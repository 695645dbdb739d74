"""`hexai leaderboard`: which model is chosen over which, and how sure that is."""

import csv
import io
import time
from typing import Any

import click
from msgspec.structs import asdict

from hexai.domain.choice import Method
from hexai.domain.ranking import Counted, Leaderboard
from hexai.service.history import open_history
from hexai.surfaces.cli.invocation import Invocation, make_parser
from hexai.surfaces.cli.ledger.leaderboard_records import (
    LeaderboardRow,
    board_record,
    board_rows,
)
from hexai.surfaces.cli.ledger.leaderboard_text import left_out, nothing_yet, text_of
from hexai.surfaces.cli.ledger.stats import filters, formats, read_filter
from hexai.surfaces.cli.process import folders_of
from hexai.surfaces.cli.records import to_json
from hexai.surfaces.cli.speak import say


def parser() -> click.Command:
    """Make the parser of `hexai leaderboard`."""
    return make_parser(
        "leaderboard",
        _leaderboard,
        params=[*filters(), *_counted(), *formats()],
        explanation="Rank the models by your votes and by what you took in the editor, "
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
    now = time.time()  # noqa: TID251 - the edge
    chosen = read_filter(options, process.folder, now)
    method = options["method"]
    counted = Counted(now=now, method=method and Method(method), blind=options["blind"])
    with open_history(folders_of(process), time.time) as history:  # noqa: TID251
        boards = history.leaderboard(chosen, counted)
    model = chosen.model.lower()
    if options["json"]:
        records = [board_record(board, model) for board in boards]
        say(process, to_json({"surfaces": records}) + "\n")
    elif options["csv"]:
        say(process, _as_csv(boards, model))
    else:
        columns = process.columns
        texts = (text_of(board, model, columns=columns) for board in boards)
        ranked = "\n".join(filter(None, texts)) or nothing_yet(columns)
        say(process, ranked + "".join(left_out(board, columns) for board in boards))
    return 0


def _as_csv(boards: tuple[Leaderboard, ...], model: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(LeaderboardRow.__struct_fields__)
    for board in boards:
        writer.writerows(asdict(row).values() for row in board_rows(board, model))
    return out.getvalue()
