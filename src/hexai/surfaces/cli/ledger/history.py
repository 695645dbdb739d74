"""`hexai history`: what was asked, the newest last, and how to come back to it."""

import itertools
import time
from typing import Any

import click

from hexai.domain.entry import Surface
from hexai.domain.outcome import Status
from hexai.domain.record import DamagedRun, RecordedRun
from hexai.service.history import open_history
from hexai.service.projects import project_meant
from hexai.surfaces.cli.invocation import Invocation, make_parser
from hexai.surfaces.cli.ledger.recorded import (
    choice_words,
    left_out,
    prompt_of,
    when,
)
from hexai.surfaces.cli.ledger.run_records import recorded_run_record
from hexai.surfaces.cli.process import folders_of
from hexai.surfaces.cli.records import to_json
from hexai.surfaces.cli.speak import complain, say
from hexai.surfaces.cli.table import table
from hexai.text.cells import truncate, width

_PIPED_COLUMNS = 120
_SHORTEST_PROMPT = 20
"""Cells below which a prompt gets a line of its own."""

_BESIDE_PROMPT = 8
"""Cells that stay free on that line."""

_HEADER = ("RUN", "WHEN", "SURFACE", "ANSWERED", "CHOSEN", "PROMPT")


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
                ["--project"],
                metavar="FOLDER",
                help="Only runs of this project, or of its name.",
            ),
            click.Option(["--json"], is_flag=True, help="Print one JSON object a run."),
        ],
        explanation="List the recorded runs, the newest last.",
    )


def _list(invocation: Invocation, limit: int, **options: Any) -> int:
    process = invocation.process
    surface = Surface(options["surface"]) if options["surface"] else None
    project = project_meant(process.folder, options["project"] or "")
    with open_history(folders_of(process), time.time) as history:  # noqa: TID251
        newest = history.listed(surface=surface, project=project)
        runs = [*itertools.islice(newest, limit)][::-1]
    now = time.time()  # noqa: TID251 - the edge
    if options["json"]:
        whole = [run for run in runs if isinstance(run, RecordedRun)]
        records = (recorded_run_record(each, now) for each in whole)
        say(process, "".join(to_json(record) + "\n" for record in records))
        damaged = [run.number for run in runs if isinstance(run, DamagedRun)]
        complain(process, *left_out(damaged))
    elif runs:
        say(process, _as_table(runs, now, process.columns or _PIPED_COLUMNS))
    else:
        fits = "that fits" if surface or project else "yet"
        complain(process, f"nothing is recorded {fits}")
    return 0


def _as_table(runs: list[RecordedRun | DamagedRun], now: float, columns: int) -> str:
    """Give each prompt what the other columns leave of a line, or one of its own."""
    rows = [_row(run, now) for run in runs]
    others = table(_HEADER[:-1], rows)
    room = columns - max(map(width, others.splitlines())) - 2
    if room < _SHORTEST_PROMPT:
        room = columns - _BESIDE_PROMPT
    prompts = (truncate(_prompt(run), room) for run in runs)
    full = [(*row, prompt) for row, prompt in zip(rows, prompts, strict=True)]
    return table(_HEADER, full, columns=columns)


def _row(recorded: RecordedRun | DamagedRun, now: float) -> tuple[str, ...]:
    if isinstance(recorded, DamagedRun):
        moment = "" if recorded.started_at is None else when(recorded.started_at)
        return (str(recorded.number), moment, "", "", "")
    run = recorded.run
    answered = sum(each.status is Status.ANSWERED for each in run.contenders)
    return (
        str(recorded.number),
        when(run.started_at),
        run.surface,
        f"{answered}/{len(run.contenders)}",
        truncate(choice_words(recorded, now), 20),
    )


def _prompt(recorded: RecordedRun | DamagedRun) -> str:
    if isinstance(recorded, DamagedRun):
        return "(damaged: it cannot be read)"
    prompt = " ".join(prompt_of(recorded.run).split())
    return prompt or recorded.run.background.project
