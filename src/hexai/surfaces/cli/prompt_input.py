"""Where a prompt comes from: arguments, a pipe, or the editor; and where it is kept."""

import os
import select
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from hexai.domain.outcome import Outcome
from hexai.errors import (
    Authentication,
    BadRequest,
    ConnectionFailed,
    NoInput,
    NotSent,
    TimedOut,
    TLSFailed,
    UnknownModel,
    UsageError,
)
from hexai.prompts.cli import cli_messages, join_input
from hexai.service.guard.guard import Source, inspect
from hexai.service.state_files import KeptPrompts
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.output import complain, insist
from hexai.surfaces.cli.process import Process, folders_of
from hexai.text.sanitise import mend

STDIN_LIMIT = 8 * 1024 * 1024
"""Bytes of standard input that are taken."""
_BOM = b"\xef\xbb\xbf"


class Prompt(Struct, frozen=True, kw_only=True):
    """What is asked."""

    text: str
    """Empty only where what is attached says all."""
    own_words: str
    """The part that the user wrote for us: arguments or the editor's text."""
    worth_keeping: bool
    """It was typed or piped, and would be lost if it were not kept."""
    sources: tuple[Source, ...]
    """Its parts under the names that people know them by."""
    system: str | None = None
    """The system prompt that goes with it; None: the usual one."""


def read_piped(process: Process) -> str:
    """Read what is piped in, trimmed; empty if standard input is a terminal.

    Raises `UsageError` for what is no text. Of a text with bytes that are no UTF-8 the
    rest is worth asking about, and what is replaced is told.
    """
    if process.stdin_is_terminal:
        return ""
    data = read_bytes(process).removeprefix(_BOM)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        _refuse_what_is_no_text(data)
        text = data.decode("utf-8", "replace")
        insist(process, "note: what is no UTF-8 in standard input went as \ufffd")
    if "\0" in text:
        _refuse_what_is_no_text(data)
    return text.strip()


def _refuse_what_is_no_text(data: bytes) -> None:
    from hexai.service.attachments.kinds import image_type, is_pdf, why_no_text

    if image_type(data) or is_pdf(data):
        raise UsageError(
            "standard input is an image or a PDF; attach it: … | hexai -f - …"
        )
    if why := why_no_text(data):
        raise UsageError(f"standard input {why}")


def from_line(words: tuple[str, ...], piped: str) -> Prompt | None:
    """Make the prompt of arguments and piped text; None if both are empty.

    A dash alone names standard input, as in other programs, and is no word.
    """
    arguments = "" if words == ("-",) else " ".join(map(mend, words)).strip()
    text = join_input(arguments, piped)
    if not text:
        return None
    parts = (("the arguments", arguments), ("standard input", piped))
    return Prompt(
        text=text,
        own_words=arguments,
        worth_keeping=bool(piped),
        sources=tuple(Source(name=name, text=part) for name, part in parts if part),
    )


NO_WORDS = Prompt(text="", own_words="", worth_keeping=False, sources=())
"""A question that is no more than what is attached."""


def from_editor(
    process: Process, folder: Path, *, on_lost: Callable[[str], None]
) -> Prompt:
    """Let the user write the prompt; raises `NoInput` if there is none in the end.

    `on_lost` is given what an editor that fails has left.
    """
    screen = next(filter(os.isatty, (process.stdout, process.stderr)), None)
    if not process.stdin_is_terminal or screen is None:
        raise NoInput("no input; pass a prompt as arguments or on standard input")
    from hexai.service.external_editor import (
        VARIABLES,
        editor_command,
        write_in_editor,
    )

    command = editor_command(process.environ, process.home)
    if command is None:
        raise NoInput(
            "no input; pass a prompt as arguments or on standard input, or name the "
            f"editor to write it in by {', '.join(VARIABLES)}"
        )
    written = write_in_editor(command, folder, keyboard=process.stdin, screen=screen)
    text = written.text.strip()
    if written.failure:
        if text:
            on_lost(text)
        raise NoInput(f"{written.failure}, nothing was asked")
    if not text:
        raise NoInput("no input; the editor left an empty file")
    source = Source(name="what you wrote", text=text)
    return Prompt(text=text, own_words=text, worth_keeping=True, sources=(source,))


def read_bytes(process: Process) -> bytes:
    """Read what is piped in as it is; raises `UsageError` past the limit."""
    pieces: list[bytes] = []
    size = 0
    while piece := _read_some(process.stdin):
        pieces.append(piece)
        size += len(piece)
        if size > STDIN_LIMIT:
            raise UsageError(
                "standard input holds more than 8 MiB; pass the part that matters"
            )
    return b"".join(pieces)


def _read_some(descriptor: int) -> bytes:
    while True:
        try:
            return os.read(descriptor, 1 << 16)
        except BlockingIOError:
            select.select([descriptor], [], [])
        except OSError as error:
            raise UsageError(
                f"standard input cannot be read: {error.strerror}"
            ) from None


def is_unsent(outcome: Outcome) -> bool:
    """Tell whether a contender failed before it could send anything."""
    error = outcome.error
    if error is None:
        return False
    if outcome.attempts == 0:
        return True
    if isinstance(error, TimedOut):
        return error.phase in ("connect", "load")
    if isinstance(error, Authentication | BadRequest | UnknownModel):
        # An upstream's refusal has its status or its words; ours came before it.
        return error.http_status is None and not error.upstream_message
    return isinstance(error, ConnectionFailed | TLSFailed | NotSent)


def keep(process: Process, prompt: Prompt) -> None:
    """Keep typed or piped input in a private file, unless it holds a secret."""
    if prompt.worth_keeping:
        keep_text(process, prompt.text)


def keep_text(process: Process, text: str) -> None:
    """Keep a text; what the guard would refuse is not kept anywhere."""
    if inspect(cli_messages("", text)).local_only:
        return
    folder = folders_of(process).kept_prompts
    try:
        path = KeptPrompts(folder, now=wall_clock).keep(text)
    except OSError as error:
        complain(process, f"your input could not be kept: {error.strerror}")
    else:
        complain(process, f"nothing was answered; your input is kept in {path}")
