"""`hexai history export` and `import`: ledgers in files, merged without doubles."""

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from hexai.errors import HexaiError, UsageError
from hexai.service.history import History, open_history
from hexai.service.transfer import from_lines, to_arena_csv, to_lines
from hexai.surfaces.cli.invocation import Invocation, make_parser, wants_help
from hexai.surfaces.cli.ledger.recorded import left_out
from hexai.surfaces.cli.process import Process, folders_of
from hexai.surfaces.cli.speak import complain, say

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
        explanation="Write the ledger to a new file that only you can read, or to "
        "standard output.",
    )


def import_parser() -> click.Command:
    """Make the parser of `hexai history import`."""
    return make_parser(
        "history import",
        _import,
        params=[click.Argument(["file"], required=False, callback=_check_file)],
        explanation="Take in what another ledger has exported. What is known already "
        "changes nothing.",
    )


def _check_file(
    context: click.Context, parameter: click.Parameter, file: str | None
) -> str | None:
    if file is None and not wants_help(context):
        raise click.MissingParameter(None, context, parameter)
    return file


def _export(invocation: Invocation, file: str | None, **options: Any) -> int:
    process = invocation.process
    path = None if file is None else Path(process.folder) / file
    if options["format"] == "llm" and options["no_texts"]:
        raise UsageError("the logs of llm are texts; --no-texts leaves nothing of them")
    with open_history(folders_of(process), time.time) as history:  # noqa: TID251
        match options["format"]:
            case "llm":
                _export_llm(process, history, path)
            case "arena-rank":
                _write(process, path, [to_arena_csv(history.all()).encode()])
            case _:
                texts = not options["no_texts"]
                _write(process, path, to_lines(history.all(), texts=texts))
        complain(process, *left_out(history.damaged))
    return 0


def _export_llm(process: Process, history: History, path: Path | None) -> None:
    if path is None:
        raise UsageError("a database needs a FILE to be written to")
    os.close(_create(path))
    count = history.export_llm(path)
    complain(process, f"{count} answers written to {path}")


def _write(process: Process, path: Path | None, pieces: Iterable[bytes]) -> None:
    if path is None:
        for piece in pieces:
            say(process, piece.decode("utf-8"))
        return
    descriptor = _create(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
    except OSError as error:
        raise HexaiError(f"cannot write {path}: {error.strerror}") from None


def _create(path: Path) -> int:
    """Make a file that only the user can read; nothing that is there is replaced."""
    try:
        descriptor = os.open(path, _NEW, 0o600)
    except OSError as error:
        raise HexaiError(f"cannot write {path}: {error.strerror}") from None
    os.fchmod(descriptor, 0o600)
    return descriptor


def _import(invocation: Invocation, file: str) -> int:
    process = invocation.process
    path = Path(process.folder) / file
    with open_history(folders_of(process), time.time) as history:  # noqa: TID251
        before = history.count()
        try:
            with path.open("rb") as lines:
                for facts in from_lines(lines):
                    history.add(*facts)
        except OSError as error:
            raise HexaiError(f"cannot read {path}: {error.strerror}") from None
        count = history.count() - before
    say(process, f"{count} new run{'' if count == 1 else 's'}\n")
    return 0
