"""Somebody who votes at a terminal, a key at a time, once the pair is there."""

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from hexai.surfaces.cli.app import run
from hexai.surfaces.cli.process import Process
from tests.support.command_line import Terminal

Keys = Sequence[tuple[str, str]]
"""What is waited for, since the last key was pressed, and what is pressed then."""


LAST = ("That was the last pair", "\r")
"""Enter, where no pair is left."""


def vote(keys: Keys, *arguments: str, columns: int = 120, rows: int = 35) -> "Voted":
    """Run a command on a terminal, and press keys as what they answer is shown."""
    terminal = Terminal(columns=columns, rows=rows)
    problems: list[AssertionError] = []

    def press() -> None:
        try:
            after = 0
            for shown, key in keys:
                terminal.wait_for(shown, after=after)
                after = terminal.size
                os.write(terminal.master, key.encode())
        except AssertionError as problem:
            problems.append(problem)
            os.write(terminal.master, b"\x03")

    typist = threading.Thread(target=press)
    typist.start()
    environ = {"TERM": "xterm", **os.environ}  # noqa: TID251 - the edge of a test
    process = Process(
        arguments=("bench", *arguments),
        environ=environ,
        home=environ["HOME"],
        folder=str(Path.cwd()),
        stdin=terminal.descriptor,
        stdout=terminal.descriptor,
        stderr=terminal.descriptor,
    )
    code = run(process)
    typist.join()
    shown = terminal.text()
    if problems:
        raise problems[0]
    return Voted(code, shown)


class Voted:
    """What came of it."""

    def __init__(self, code: int, shown: str) -> None:
        self.code = code
        self.shown = shown
        """All that was written."""

    @property
    def report(self) -> str:
        """What stays on the screen."""
        return self.shown.rpartition("\x1b[?1049l")[2]


def pairs(count: int, keys: str) -> Keys:
    """Press a key at each pair, of so many that there are, and end after the last."""
    pressed = [(f"pair {n + 1} of {count}", key) for n, key in enumerate(keys)]
    return [*pressed, *([LAST] if len(keys) == count else [])]
