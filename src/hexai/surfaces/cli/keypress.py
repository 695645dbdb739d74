"""One key from a terminal, without a line break after it."""

import os
import termios
import tty

_LOCAL_MODES = 3
_STOP = ("\x03", "\x04", "")
"""Ctrl-C, Ctrl-D, and a terminal that is gone."""


def can_ask(descriptor: int) -> bool:
    """Tell whether this process may read the terminal's keys.

    One in the background would be stopped for trying.
    """
    try:
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:
        return False


def read_key(descriptor: int) -> str | None:
    """Wait for a key; None if the user wants to stop.

    What was typed before the question is dropped: it was not the answer. Ctrl-C is a
    key here, so that nothing can leave the terminal in this mode.
    """
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor, termios.TCSAFLUSH)
        modes = termios.tcgetattr(descriptor)
        modes[_LOCAL_MODES] &= ~termios.ISIG
        termios.tcsetattr(descriptor, termios.TCSANOW, modes)
        key = os.read(descriptor, 64).decode("utf-8", "replace")
    except OSError:
        return None
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
    return None if key in _STOP else key
