"""Keeps what is typed during a live view out of it."""

import os
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_LOCAL_MODES = 3


@contextmanager
def quiet(descriptor: int) -> Iterator[None]:
    """Let the terminal not echo keys: a line break would move all that is drawn.

    Keys still act (Ctrl-C) and still reach whoever reads next, as the shell does. A
    process in the background changes nothing: it would be stopped for trying.
    """
    try:
        before = termios.tcgetattr(descriptor)
        in_front = os.tcgetpgrp(descriptor) == os.getpgrp()
    except (OSError, termios.error):
        in_front, before = False, []
    if not in_front:
        yield
        return
    silent = list(before)
    silent[_LOCAL_MODES] &= ~(termios.ECHO | termios.ECHONL)
    termios.tcsetattr(descriptor, termios.TCSANOW, silent)
    try:
        yield
    finally:
        with suppress(termios.error):  # the terminal may be gone
            termios.tcsetattr(descriptor, termios.TCSANOW, before)
