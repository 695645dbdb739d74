"""Single keys from a terminal, without a line break after them."""

import os
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LOCAL_MODES = 3
_TERMINAL = os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC
_STOP = ("\x03", "\x04", "")
"""Ctrl-C, Ctrl-D, and a terminal that is gone."""


@contextmanager
def keyboard(stdin: int, stdout: int) -> Iterator[int | None]:
    """Give the terminal that a user types at who reads `stdout`; None if there is none.

    That is standard input, or, where something is piped in, the terminal of `stdout`.
    """
    if not os.isatty(stdout):
        yield None
    elif os.isatty(stdin):
        yield stdin if _may_read(stdin) else None
    else:
        with _opened_terminal(stdout) as descriptor:
            may_read = descriptor is not None and _may_read(descriptor)
            yield descriptor if may_read else None


@contextmanager
def _opened_terminal(descriptor: int) -> Iterator[int | None]:
    """Open a terminal anew, for its keys; None if it cannot be."""
    try:
        opened = os.open(os.ttyname(descriptor), _TERMINAL)
    except OSError:
        yield None
        return
    try:
        yield opened
    finally:
        os.close(opened)


def _may_read(descriptor: int) -> bool:
    """Tell whether this process may read a terminal's keys.

    One in the background would be stopped for trying; but only by the terminal that
    it was started from.
    """
    try:
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:
        return os.isatty(descriptor)


@contextmanager
def single_keys(descriptor: int) -> Iterator[Callable[[], str | None]]:
    """Give a function that waits for a key; it gives None if the user wants to stop.

    What was typed before is dropped: it was no answer to what is asked from here on.
    Ctrl-C is a key here, so that nothing can leave the terminal in this mode.
    """
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor, termios.TCSAFLUSH)
        modes = termios.tcgetattr(descriptor)
        modes[_LOCAL_MODES] &= ~termios.ISIG
        termios.tcsetattr(descriptor, termios.TCSANOW, modes)
        yield lambda: _read(descriptor)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _read(descriptor: int) -> str | None:
    try:
        key = os.read(descriptor, 64).decode("utf-8", "replace")
    except OSError:
        return None
    return None if key in _STOP else key
