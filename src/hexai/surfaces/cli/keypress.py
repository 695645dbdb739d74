"""Single keys from a terminal, without a line break after them."""

import os
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LOCAL_MODES = 3
_STOP = ("\x03", "\x04", "")
"""Ctrl-C, Ctrl-D, and a terminal that is gone."""


def can_ask(descriptor: int) -> bool:
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
