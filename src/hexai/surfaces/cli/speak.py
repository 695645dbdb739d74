"""Short texts straight to a stream: help, errors, notes, tables.

What is not ours passes `text.visible` before it reaches a terminal. Answers go
through the writer instead, which never blocks the event loop.
"""

import os

from hexai.surfaces.cli.process import Process
from hexai.text.visible import visible


def say(process: Process, text: str) -> None:
    """Print on standard output; raises `BrokenPipeError` if nobody reads it."""
    if process.stdout_is_terminal:
        text = visible(text)
    _write(process.stdout, text)


def complain(process: Process, text: str) -> None:
    """Say one or several lines on standard error; silent if that is closed."""
    if process.stderr_is_terminal:
        text = visible(text)
    try:
        _write(process.stderr, "".join(f"hexai: {line}\n" for line in text.split("\n")))
    except OSError:
        return  # nobody listens, and there is nowhere else to say it


def _write(descriptor: int, text: str) -> None:
    data = text.encode("utf-8", "replace")
    while data:
        data = data[os.write(descriptor, data) :]
