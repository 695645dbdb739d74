"""Single keys from a terminal, without a line break after them."""

import os
import signal
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_LOCAL_MODES = 3
_TERMINAL = os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC
_STOP = frozenset("\x03\x04")
"""Ctrl-C and Ctrl-D, wherever they stand in what was typed."""
_SIGNALS = (
    *(signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT),
    *(signal.SIGTSTP, signal.SIGALRM, signal.SIGUSR1, signal.SIGUSR2),
)
"""What ends a process that does not ask for it, or stops it."""

Handler = Callable[[int, FrameType | None], object] | int | None


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
    Ctrl-C is a key here. The terminal gets its modes back however this ends, by a
    signal too; who is stopped and goes on asks as before. For the main thread.
    """
    terminal = _Terminal(descriptor)
    try:
        terminal.take(termios.TCSAFLUSH)
        yield lambda: _read(descriptor)
    finally:
        terminal.leave()


class _Terminal:
    """A terminal in a mode of its own, which no signal leaves behind."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._before = termios.tcgetattr(descriptor)
        self._handlers: dict[int, Handler] = {}

    def take(self, when: int = termios.TCSADRAIN) -> None:
        for number in _SIGNALS:
            handler = signal.getsignal(number)
            if handler not in (signal.SIG_IGN, None):  # as under nohup
                self._handlers[number] = handler
                signal.signal(number, self._on_signal)
        tty.setcbreak(self._descriptor, when)
        modes = termios.tcgetattr(self._descriptor)
        modes[_LOCAL_MODES] &= ~termios.ISIG
        termios.tcsetattr(self._descriptor, termios.TCSANOW, modes)

    def leave(self) -> None:
        with suppress(termios.error):  # it is gone
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        """Do what the signal would have done, in a terminal as it was."""
        del frame
        self.leave()
        os.kill(os.getpid(), number)
        if number != signal.SIGTSTP:
            raise _Ended
        self.take()


class _Ended(Exception):
    """A signal came that somebody else has dealt with: nothing is asked any more."""


def _read(descriptor: int) -> str | None:
    """Read a key, or the piece that keys come in when they are fast, or pasted."""
    try:
        piece = os.read(descriptor, 1024).decode("utf-8", "replace")
    except (OSError, _Ended):
        return None
    return None if not piece or _STOP.intersection(piece) else piece
