"""`hexai report`: one page that shows what the ledger knows."""

import os
from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from typing import Any

import click
from msgspec.structs import replace

from hexai.config.order import load
from hexai.domain.entry import Surface
from hexai.domain.figures import Filter, Subject
from hexai.domain.ranking import (
    Comparison,
    Counted,
    Leaderboard,
    Ranking,
    Standing,
    Verdict,
)
from hexai.errors import ConfigError, HexaiError, UsageError
from hexai.report.bench_section import Bench
from hexai.report.blocks import Words
from hexai.report.draw import check_installed, start
from hexai.report.gather import read_known
from hexai.report.names import shown_names
from hexai.report.page import Given, Page, make_page
from hexai.report.write import LARGEST, drawing, to_fitting_html, to_html
from hexai.service.browser import browser_command, open_page
from hexai.service.private_files import write_private
from hexai.service.statistics import Row
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.command_line import Invocation, make_parser
from hexai.surfaces.cli.leaderboard_records import (
    is_wanted,
    wanted_comparisons,
    wanted_standings,
)
from hexai.surfaces.cli.leaderboard_words import (
    comparison_words,
    entry_words,
    first_place_words,
    nothing_yet,
)
from hexai.surfaces.cli.output import complain, say
from hexai.surfaces.cli.process import Process, absolute, folders_of
from hexai.surfaces.cli.recorded import when
from hexai.surfaces.cli.report_bench import read_bench
from hexai.surfaces.cli.report_runs import with_runs, with_tasks
from hexai.surfaces.cli.stats_options import filters, read_filter, team_option
from hexai.surfaces.cli.stats_tables import subject_names
from hexai.surfaces.contender_names import board_names
from hexai.surfaces.words import percent, usd
from hexai.text.model_ids import without_folder
from hexai.text.sanitise import visible_line
from hexai.version import __version__

_FILE = "hexai-report.html"


def parser() -> click.Command:
    """Make the parser of `hexai report`."""
    return make_parser(
        "report",
        _report,
        params=[
            click.Option(
                ["-o", "--output"],
                metavar="FILE",
                default=_FILE,
                show_default=True,
                help="Write the page there; nobody else can read it.",
            ),
            *filters(),
            click.Option(
                ["--bench"], metavar="ID", help="Show this bench instead of the newest."
            ),
            click.Option(
                ["--texts"],
                is_flag=True,
                help="Put questions and answers into it, which are not else.",
            ),
            click.Option(["--open"], is_flag=True, help="Show it in the browser."),
            team_option(),
        ],
        explanation="Write one page that shows what is known: who is preferred and how "
        "sure that is, how fast, what was taken and stayed, for how much money. It is "
        "complete in itself and asks nobody for anything, so it can be sent to others.",
    )


def _report(invocation: Invocation, **options: Any) -> int:
    check_installed()
    process = invocation.process
    file = file_named(process, options["output"])
    now = wall_clock()
    chosen = read_filter(options, process.folder, now)
    counted = Counted(now=now)
    with_texts = options["texts"]
    bench = None
    if options["team"]:
        from hexai.surfaces.cli.report_team import team_page

        given = _given(process, chosen, now, with_texts=False)
        page = team_page(invocation, chosen, given, words(chosen), options)
    else:
        bench = read_bench(folders_of(process), options["bench"], with_texts=with_texts)
        page = page_of(process, chosen, counted, bench, with_texts=with_texts)
    draw = drawing()
    most = LARGEST // 2 if with_texts else LARGEST
    page, written = to_fitting_html(page, draw, most=most)
    if with_texts:
        page = with_tasks(page, bench, used=len(written))
        page = with_runs(page, folders_of(process), chosen, now, used=len(written))
        written = to_html(page, draw)
    write_file(file, written)
    opened = options["open"] and _open(process, file)
    if not opened:
        say(process, f"{file}\n")
    return 0


def page_of(
    process: Process,
    chosen: Filter,
    counted: Counted,
    bench: Bench | None = None,
    *,
    with_texts: bool = False,
) -> Page:
    """Read what the ledger knows, as a page; raises `LedgerError`."""
    known = read_known(folders_of(process), chosen, counted, meanwhile=start)
    given = _given(process, chosen, counted.now, with_texts=with_texts)
    return make_page(known, bench, given, words(chosen))


def _given(process: Process, chosen: Filter, now: float, *, with_texts: bool) -> Given:
    since = when(chosen.since) if chosen.since else ""
    narrowed = (
        ("--since", since.replace(" ", "T"), since and f"since {since}"),
        ("--surface", chosen.surface, f"of {chosen.surface}"),
        ("--language", chosen.language, f"in {chosen.language}"),
        ("--model", chosen.model, f"of models with “{chosen.model}” in their names"),
        ("--project", chosen.project, "of project 1"),
    )
    folder = quote(chosen.project) if with_texts else "FOLDER"
    kept = [each for each in narrowed if each[1]]
    return Given(
        version=__version__,
        made=when(now),
        filters=tuple(visible_line(each[2]) for each in kept),
        options=tuple(
            f"{name} {folder if name == '--project' else quote(visible_line(value))}"
            for name, value, _ in kept
        ),
        deadlines=_deadlines(process),
        with_texts=with_texts,
    )


def _deadlines(process: Process) -> dict[str, float]:
    """Give how long an editor is kept waiting; what is recorded needs no more of it."""
    try:
        settings = load(folders_of(process), process.environ).settings
    except ConfigError as error:
        complain(process, f"without the deadline of completion: {error}")
        return {}
    return {Surface.COMPLETION: settings.completion.deadline}


def words(chosen: Filter) -> Words:
    """Word a page as the tables of the terminal are."""

    def standings(ranking: Ranking, board: Leaderboard) -> list[Standing]:
        return wanted_standings(ranking, board, chosen.model)

    def verdicts(ranking: Ranking, board: Leaderboard) -> list[str]:
        names = shown_names(board_names(board))
        compared = wanted_comparisons(ranking, board, chosen.model)
        told = [
            sentence
            for each in sorted(compared, key=_is_open)
            for sentence in comparison_words(each, board, names)
        ]
        return [*told, *first_place_words(ranking, names)]

    def changes(board: Leaderboard) -> list[str]:
        names = shown_names(board_names(board))
        shown = _without_folders(board)
        return [
            sentence
            for model, rated in board.models.items()
            if is_wanted(rated, chosen.model)
            for sentence in entry_words(shown, model, names)
        ]

    return Words(
        names=_names,
        board_names=lambda board: shown_names(board_names(board)),
        percent=percent,
        usd=usd,
        standings=standings,
        verdicts=verdicts,
        changes=changes,
        nothing_yet=" ".join(nothing_yet().splitlines()),
    )


def _without_folders(board: Leaderboard) -> Leaderboard:
    return replace(
        board,
        models={
            model: replace(
                rated,
                model=without_folder(rated.model),
                returned=tuple(
                    replace(each, model=without_folder(each.model))
                    for each in rated.returned
                ),
            )
            for model, rated in board.models.items()
        },
    )


def _is_open(comparison: Comparison) -> bool:
    """Tell what nobody knows yet from what is decided, which comes first."""
    return comparison.verdict is not Verdict.OVER


def _names(rows: Sequence[Row]) -> dict[Subject, str]:
    return shown_names(subject_names(rows, {row.subject: row.title for row in rows}))


def file_named(process: Process, name: str) -> Path:
    """Give the file of a name that is to be written.

    Raises `UsageError` where there is a folder or a device, and for standard output.
    """
    if name in ("", "-"):
        raise UsageError("it is written into a private file; name one")
    file = absolute(process, name)
    if os.path.exists(file) and not os.path.isfile(file):
        raise UsageError(f"cannot write {file}: it is no regular file")
    return file


def write_file(file: Path, written: bytes) -> None:
    """Write a file that nobody else can read, in place of a file or link."""
    try:
        write_private(file, written)
    except OSError as error:
        raise HexaiError(f"cannot write {file}: {error.strerror}") from None


def _open(process: Process, file: Path) -> bool:
    command = browser_command(process.environ)
    if command is None:
        complain(process, "no browser was found; name one by BROWSER")
        return False
    if not open_page(command, file, process.environ):
        complain(process, f"{command[0]} could not open the page")
        return False
    return True
