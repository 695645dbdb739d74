"""`hexai history`: what was asked, the newest last, and how to come back to it."""

import itertools
import shutil
import time
from typing import Any

import click

from hexai.domain.entry import Surface
from hexai.domain.outcome import Status
from hexai.domain.record import RecordedRun
from hexai.service.history import open_history
from hexai.service.projects import named_project
from hexai.surfaces.cli.invocation import Invocation, make_parser
from hexai.surfaces.cli.ledger.recorded import choice_words, prompt_of, when
from hexai.surfaces.cli.ledger.run_records import recorded_run_record
from hexai.surfaces.cli.process import Process, folders_of
from hexai.surfaces.cli.records import to_json
from hexai.surfaces.cli.speak import complain, say
from hexai.surfaces.cli.table import table
from hexai.text.cells import truncate

_PIPED_COLUMNS = 120
_PROMPT_AFTER = 60
"""Cells that the other columns take, about."""


def parser() -> click.Command:
    """Make the parser of `hexai history`."""
    return make_parser(
        "history",
        _list,
        params=[
            click.Option(
                ["-n", "--limit"],
                type=click.IntRange(min=1),
                default=20,
                show_default=True,
                help="List this many runs.",
            ),
            click.Option(
                ["--surface"],
                type=click.Choice([each.value for each in Surface]),
                help="Only runs of this surface.",
            ),
            click.Option(
                ["--project"], metavar="FOLDER", help="Only runs of this project."
            ),
            click.Option(["--json"], is_flag=True, help="Print one JSON object a run."),
        ],
        explanation="List the recorded runs, the newest last.",
    )


def _list(invocation: Invocation, limit: int, **options: Any) -> int:
    process = invocation.process
    surface = Surface(options["surface"]) if options["surface"] else None
    project = options["project"]
    folder = named_project(process.folder, project) if project else ""
    with open_history(folders_of(process), time.time) as history:  # noqa: TID251
        newest = history.newest(surface=surface, project=folder)
        runs = [*itertools.islice(newest, limit)][::-1]
    if options["json"]:
        say(process, "".join(to_json(recorded_run_record(r)) + "\n" for r in runs))
    elif runs:
        columns = _columns(process)
        header = ("RUN", "WHEN", "SURFACE", "ANSWERED", "CHOSEN", "PROMPT")
        say(process, table(header, [_row(run, columns) for run in runs]))
    else:
        complain(process, "nothing is recorded yet")
    return 0


def _columns(process: Process) -> int:
    if not process.stdout_is_terminal:
        return _PIPED_COLUMNS
    return shutil.get_terminal_size((_PIPED_COLUMNS, 24)).columns


def _row(recorded: RecordedRun, columns: int) -> tuple[str, ...]:
    run = recorded.run
    answered = sum(each.status is Status.ANSWERED for each in run.contenders)
    prompt = " ".join(prompt_of(run).split()) or run.background.project
    return (
        str(recorded.number),
        when(run.started_at),
        run.surface,
        f"{answered}/{len(run.contenders)}",
        truncate(choice_words(recorded), 20),
        truncate(prompt, max(columns - _PROMPT_AFTER, 20)),
    )
