"""`hexai history forget`: what is recorded is really removed."""

import time
from typing import Any

import click

from hexai.errors import UsageError
from hexai.service.history import Forgotten, History, forget_all, open_history
from hexai.service.projects import named_project
from hexai.surfaces.cli.confirm import can_confirm, confirm
from hexai.surfaces.cli.invocation import Invocation, make_parser
from hexai.surfaces.cli.ledger.moments import check_moment, read_moment
from hexai.surfaces.cli.ledger.run_words import run_argument
from hexai.surfaces.cli.process import Process, folders_of
from hexai.surfaces.cli.speak import complain, say


def parser() -> click.Command:
    """Make the parser of `hexai history forget`."""
    return make_parser(
        "history forget",
        _forget,
        params=[
            run_argument(),
            click.Option(
                ["--before"],
                metavar="WHEN",
                callback=check_moment,
                help="Runs before a date (2026-11-22) or older than an age (90d).",
            ),
            click.Option(["--project"], metavar="FOLDER", help="Runs of this project."),
            click.Option(
                ["--all"], is_flag=True, help="Everything: runs, cache, kept input."
            ),
            click.Option(["--yes"], is_flag=True, help="Do not ask before --all."),
        ],
        explanation="Remove runs and their texts for good: from the ledger, its log, "
        "what waits to be written, and the cache.",
    )


def _forget(invocation: Invocation, run: str | None, **options: Any) -> int:
    given = [run, options["before"], options["project"], options["all"] or None]
    if sum(each is not None for each in given) != 1:
        raise UsageError("say what to forget: RUN, --before, --project or --all")
    process = invocation.process
    if options["all"] and not (options["yes"] or _is_sure(process)):
        return 1
    folders = folders_of(process)
    if options["all"]:
        done = forget_all(folders, time.time)  # noqa: TID251
    else:
        with open_history(folders, time.time) as history:  # noqa: TID251
            done = _carry_out(process, history, run, options)
    say(process, f"forgot {done.runs} run{'' if done.runs == 1 else 's'}\n")
    for error in done.stays:
        reason = error.strerror or str(error)
        complain(process, f"{error.filename}: could not be removed: {reason}")
    return 1 if done.stays else 0


def _carry_out(
    process: Process, history: History, run: str | None, options: dict[str, Any]
) -> Forgotten:
    if run is not None:
        return history.forget(history.number(run))
    if options["before"] is not None:
        now = time.time()  # noqa: TID251 - the edge
        return history.forget_before(read_moment(options["before"], now))
    return history.forget_project(named_project(process.folder, options["project"]))


def _is_sure(process: Process) -> bool:
    """Ask where somebody can answer; a script that says --all is sure."""
    if not can_confirm(process):
        return True
    return confirm(process, "Forget everything that Hexai has recorded and kept?")
