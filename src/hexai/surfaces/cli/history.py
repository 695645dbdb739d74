"""`hexai history`: listing, removing, exporting and importing what was asked."""

import itertools
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from hexai.domain.entry import Surface
from hexai.domain.outcome import Status
from hexai.domain.record import DamagedRun, RecordedRun
from hexai.errors import HexaiError, UsageError
from hexai.service.ledger_transfer import from_lines, to_arena_csv, to_lines
from hexai.service.projects import named_project, project_meant
from hexai.service.recorded_runs import (
    Forgotten,
    History,
    Meant,
    forget_all,
    open_history,
)
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.arguments import (
    check_moment,
    read_moment,
    required,
    run_argument,
    yes_option,
)
from hexai.surfaces.cli.command_line import Invocation, make_parser
from hexai.surfaces.cli.json_records import to_json
from hexai.surfaces.cli.output import can_confirm, complain, is_sure, say, table
from hexai.surfaces.cli.process import STANDARD, Process, absolute, folders_of
from hexai.surfaces.cli.recorded import (
    choice_words,
    left_out,
    recorded_run_record,
    when,
)
from hexai.surfaces.words import counted
from hexai.text.cells import truncate, width

_PIPED_COLUMNS = 120
_SHORTEST_PROMPT = 20
"""Cells below which a prompt gets a line of its own."""

_BESIDE_PROMPT = 8
"""Cells that stay free on that line."""

_GOES_ON = "↳ "
"""Before what goes on with an earlier question."""

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
    with open_history(folders_of(process), wall_clock) as history:
        newest = history.listed(surface=surface, project=project)
        runs = [*itertools.islice(newest, min(limit, sys.maxsize))][::-1]
    now = wall_clock()
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
    prompt = " ".join(recorded.run.prompt.split())
    mark = _GOES_ON if recorded.run.follows else ""
    return mark + (prompt or recorded.run.background.project)


def forget_parser() -> click.Command:
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
                help="Runs before a date (2026-11-22) or older than an age (90d); a "
                "thread is as old as its first question.",
            ),
            click.Option(["--project"], metavar="FOLDER", help="Runs of this project."),
            click.Option(
                ["--all"], is_flag=True, help="Everything: runs, cache, kept input."
            ),
            yes_option(),
        ],
        explanation="Remove runs and their texts for good: from the ledger, its log, "
        "what waits to be written, and the cache. Threads go whole.",
    )


def _forget(invocation: Invocation, run: str | None, **options: Any) -> int:
    given = [run, options["before"], options["project"], options["all"] or None]
    if sum(each is not None for each in given) != 1:
        raise UsageError("say what to forget: RUN, --before, --project or --all")
    process = invocation.process
    done = _forgotten(process, run, options)
    if done is None:
        return 1
    say(process, f"forgot {_counted(done.runs, done.benches)}\n")
    if done.outside:
        complain(process, "your team's server forgets them too: hexai team push")
    for error in done.stays:
        reason = error.strerror or str(error)
        complain(process, f"{error.filename}: could not be removed: {reason}")
    return 1 if done.stays else 0


def _forgotten(
    process: Process, run: str | None, options: dict[str, Any]
) -> Forgotten | None:
    """Forget what is meant, once that is sure; None if it is not."""
    folders, yes = folders_of(process), options["yes"]
    if options["all"]:
        what = "everything that Hexai has recorded and kept"
        return forget_all(folders, wall_clock) if _is_sure(process, what, yes) else None
    with open_history(folders, wall_clock) as history:
        meant = _meant(process, history, run, options)
        what = _counted(len(meant.runs), len(meant.benches))
        if run is not None:
            others = len(meant.runs) - 1
            thread = f" and {counted(others, 'other')} of its thread" if others else ""
            what = f"run {history.number(run)}{thread}"
        elif not (meant.runs or meant.benches):
            yes = yes or can_confirm(process)
        return history.forget(meant) if _is_sure(process, what, yes) else None


def _is_sure(process: Process, what: str, yes: bool) -> bool:  # noqa: FBT001
    question = f"Forget {what} for good?"
    return is_sure(process, question, command="history forget", yes=yes)


def _meant(
    process: Process, history: History, run: str | None, options: dict[str, Any]
) -> Meant:
    if run is not None:
        return history.in_thread(history.number(run))
    if options["before"] is not None:
        return history.older(read_moment(options["before"], wall_clock()))
    return history.in_project(named_project(process.folder, options["project"]))


def _counted(runs: int, benches: int) -> str:
    also = f" and {counted(benches, 'bench', 'benches')}" if benches else ""
    return f"{counted(runs, 'run')}{also}"


_FORMATS = ("jsonl", "llm", "arena-rank")
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


def export_parser() -> click.Command:
    """Make the parser of `hexai history export`."""
    return make_parser(
        "history export",
        _export,
        params=[
            click.Argument(["file"], required=False),
            click.Option(
                ["--format"],
                type=click.Choice(_FORMATS),
                default="jsonl",
                show_default=True,
                help="jsonl: to be imported again. llm: a database like the logs.db "
                "of the tool llm. arena-rank: the choices as battles, in CSV.",
            ),
            click.Option(
                ["--no-texts"], is_flag=True, help="Leave prompts and answers out."
            ),
        ],
        explanation="Write the ledger to a new file that only you can read, or, "
        "without FILE or where that is -, to standard output.",
    )


def import_parser() -> click.Command:
    """Make the parser of `hexai history import`."""
    return make_parser(
        "history import",
        _import,
        params=[click.Argument(["file"], required=False, callback=required)],
        explanation="Take in what another ledger has exported, from a FILE or, where "
        "that is -, from standard input. What is known already changes nothing.",
    )


def _export(invocation: Invocation, file: str | None, **options: Any) -> int:
    process = invocation.process
    path = None if file in (None, STANDARD) else absolute(process, file)
    if options["format"] == "llm" and options["no_texts"]:
        raise UsageError("the logs of llm are texts; --no-texts leaves nothing of them")
    with open_history(folders_of(process), wall_clock) as history:
        match options["format"]:
            case "llm":
                _export_llm(process, history, path)
            case "arena-rank":
                _write(process, path, [to_arena_csv(history.all()).encode()])
            case _:
                texts = not options["no_texts"]
                _write(process, path, to_lines(history.all(), texts=texts))
                if path is not None:
                    what = "with" if texts else "without"
                    told = f"written to {path}, {what} prompts and answers"
                    complain(process, f"the ledger is {told}")
        complain(process, *left_out(history.damaged))
    return 0


def _export_llm(process: Process, history: History, path: Path | None) -> None:
    if path is None:
        raise UsageError("a database needs a FILE to be written to")
    with _new(path) as descriptor:
        os.close(descriptor)
        count = history.export_llm(path)
    complain(process, f"{count} answers written to {path}")


def _write(process: Process, path: Path | None, pieces: Iterable[bytes]) -> None:
    if path is None:
        for piece in pieces:
            say(process, piece.decode("utf-8"))
        return
    with _new(path) as descriptor, os.fdopen(descriptor, "wb") as file:
        file.writelines(pieces)


@contextmanager
def _new(path: Path) -> Iterator[int]:
    """Make a file that only the user can read; nothing that is there is replaced.

    It is removed again if it is not all written, so that no half of a ledger is taken
    for a whole one.
    """
    try:
        descriptor = os.open(path, _NEW, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
            yield descriptor
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise HexaiError(f"cannot write {path}: {error.strerror}") from None


def _import(invocation: Invocation, file: str) -> int:
    process = invocation.process
    is_piped = file == STANDARD
    path = "standard input" if is_piped else absolute(process, file)
    source = process.stdin if is_piped else path
    with open_history(folders_of(process), wall_clock) as history:
        before = history.count()
        try:
            with open(source, "rb", closefd=not is_piped) as lines:
                for facts in from_lines(lines):
                    history.add(*facts)
        except OSError as error:
            raise HexaiError(f"cannot read {path}: {error.strerror}") from None
        count = history.count() - before
    say(process, f"{count} new run{'' if count == 1 else 's'}\n")
    return 0
