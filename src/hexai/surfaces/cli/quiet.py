"""Keeps what is typed during a live view out of it."""

import os
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_LOCAL_MODES = 3


class Keys:
    """What a terminal does with keys: it echoes them, or it is silent."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._before: list[int | list[bytes | int]] = []

    def silence(self) -> None:
        """Let the terminal not echo keys: a line break would move all that is drawn.

        They still act (Ctrl-C) and still reach whoever reads next, as the shell does.
        A process in the background changes nothing: it would be stopped for trying.
        """
        with suppress(OSError, termios.error):  # no terminal, or none any more
            if os.tcgetpgrp(self._descriptor) == os.getpgrp():
                before = termios.tcgetattr(self._descriptor)
                silent = list(before)
                silent[_LOCAL_MODES] &= ~(termios.ECHO | termios.ECHONL)
                self._set(silent)
                self._before = before

    def restore(self) -> None:
        """Let the terminal do what it did before it was silenced."""
        if self._before:
            with suppress(termios.error):
                self._set(self._before)
            self._before = []

    def _set(self, modes: list[int | list[bytes | int]]) -> None:
        termios.tcsetattr(self._descriptor, termios.TCSANOW, modes)


@contextmanager
def quiet(descriptor: int) -> Iterator[Keys]:
    """Silence a terminal's keys until the end."""
    keys = Keys(descriptor)
    keys.silence()
    try:
        yield keys
    finally:
        keys.restore()
