"""Short texts straight to a stream: help, errors, notes, tables.

What is not ours passes `text.visible`. Answers go through the writer instead, which
never blocks the event loop.
"""

import os
import select
from collections.abc import Iterable
from functools import partial

from hexai.errors import HexaiError
from hexai.surfaces.cli.process import Process
from hexai.text.visible import visible, visible_line


def say(process: Process, text: str) -> None:
    """Print on standard output.

    Raises `BrokenPipeError` if nobody reads it, `HexaiError` if it cannot be written.
    """
    try:
        _write(process.stdout, visible(text) if process.stdout_is_terminal else text)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise HexaiError(f"cannot write the output: {error.strerror}") from None


def complain(process: Process, *messages: str) -> None:
    """Say one line each on standard error; silent if nobody listens there."""
    tell(process, *(f"hexai: {message}" for message in messages))


def tell(process: Process, *lines: str) -> None:
    """Write lines on standard error; silent if nobody listens there.

    Each stays one line, and is harmless in whatever shows it later.
    """
    if process.hush is None:
        _tell(process, lines)
    else:
        process.hush.do(partial(_tell, process, lines))


def _tell(process: Process, lines: Iterable[str]) -> None:
    try:
        _write(process.stderr, "".join(f"{visible_line(line)}\n" for line in lines))
    except OSError:
        return  # there is nowhere else to say it


def _write(descriptor: int, text: str) -> None:
    data = text.encode("utf-8", "replace")
    while data:
        try:
            data = data[os.write(descriptor, data) :]
        except BlockingIOError:  # whoever shares the terminal or pipe made it so
            select.select([], [descriptor], [])
