"""Keys at a terminal: echoed or not, kept for who reads next, or asked for one by one.

Whatever happens, the terminal gets its modes back.
"""

import os
import signal
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_INPUT_MODES = 0
_LOCAL_MODES = 3
_CONTROLS = 6
PASTES_AS_KEYS, PASTES_MARKED = "\x1b[?2004l", "\x1b[?2004h"
"""What makes a terminal give a paste as if it were typed, or between two marks."""
_AS_WRITTEN = b"\x12"
"""Ctrl-R: shows answers as they were written, or rendered again."""


class Keys:
    """What a terminal does with keys: it echoes them, or it is silent."""

    def __init__(
        self, descriptor: int, *, with_toggle: bool = False, keeps_keys: bool = False
    ) -> None:
        """`with_toggle`: one key becomes a signal, SIGQUIT.

        So nothing has to be read, and whatever else is typed still reaches the shell.
        It takes the place of the key that would end us with a dump of our memory.
        `keeps_keys`: Ctrl-D and Enter too are kept, as they are, for who reads next.
        """
        self._descriptor = descriptor
        self._with_toggle = with_toggle
        self._keeps_keys = keeps_keys
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
                if self._with_toggle:
                    _make_signal(silent)
                if self._keeps_keys:
                    _keep_keys(silent, self._descriptor)
                self._set(silent)
                self._before = before

    def restore(self) -> None:
        """Let the terminal do what it did before it was silenced."""
        if self._before:
            with suppress(termios.error):
                self._set(self._before)
            self._before = []

    def drop_typed(self) -> None:
        """Forget what was typed, as a terminal does at Ctrl-C in its usual modes."""
        if self._before:
            with suppress(termios.error):
                termios.tcflush(self._descriptor, termios.TCIFLUSH)

    def _set(self, modes: list[int | list[bytes | int]]) -> None:
        termios.tcsetattr(self._descriptor, termios.TCSANOW, modes)


def _make_signal(modes: list[int | list[bytes | int]]) -> None:
    """Let a key be a signal, and no signal throw away what we have printed."""
    flags, controls = modes[_LOCAL_MODES], modes[_CONTROLS]
    assert isinstance(flags, int)
    assert isinstance(controls, list)
    modes[_LOCAL_MODES] = flags | termios.NOFLSH
    own = list(controls)
    own[termios.VQUIT] = _AS_WRITTEN
    modes[_CONTROLS] = own


def _keep_keys(modes: list[int | list[bytes | int]], descriptor: int) -> None:
    """Let Ctrl-D and Enter be keys, and no signal drop what was typed.

    A terminal that collects lines would end what it has read with them, and drop what
    one line has beyond 4 KiB: the mark at the end of a paste too.
    """
    flags, local = modes[_INPUT_MODES], modes[_LOCAL_MODES]
    controls = modes[_CONTROLS]
    assert isinstance(flags, int)
    assert isinstance(local, int)
    assert isinstance(controls, list)
    modes[_INPUT_MODES] = flags & ~termios.ICRNL
    modes[_LOCAL_MODES] = (local | termios.NOFLSH) & ~termios.ICANON
    own = list(controls)
    own[termios.VEOF] = bytes([os.fpathconf(descriptor, "PC_VDISABLE") & 0xFF])
    modes[_CONTROLS] = own


@contextmanager
def quiet(
    descriptor: int, *, with_toggle: bool = False, keeps_keys: bool = False
) -> Iterator[Keys]:
    """Silence a terminal's keys until the end."""
    keys = Keys(descriptor, with_toggle=with_toggle, keeps_keys=keeps_keys)
    keys.silence()
    try:
        yield keys
    finally:
        keys.restore()


_TERMINAL = os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC
CTRL_C = "\x03"
_CTRL_D = "\x04"
_SUSPEND = "\x1a"
"""Ctrl-Z."""
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
def single_keys(
    descriptor: int,
    ask_again: Callable[[], None] = lambda: None,
    tell_dropped: Callable[[], None] = lambda: None,
) -> Iterator[Callable[[], str | None]]:
    """Give a function that waits for a key; it gives None if the user wants to stop.

    What was typed before is dropped: it was no answer to what is asked from here on.
    `tell_dropped` is called if there was anything.
    Ctrl-C is a key here. The terminal gets its modes back however this ends, by a
    signal too. Who is stopped, by Ctrl-Z or otherwise, has the shell's terminal
    meanwhile; `ask_again` is called when they go on. For the main thread.
    """
    terminal = _Terminal(descriptor, ask_again)
    try:
        terminal.take()
        if terminal.drop_typed():
            tell_dropped()
        yield lambda: _read(descriptor)
    finally:
        terminal.leave()


class _Terminal:
    """A terminal in a mode of its own, which no signal leaves behind."""

    def __init__(self, descriptor: int, ask_again: Callable[[], None]) -> None:
        self._descriptor, self._ask_again = descriptor, ask_again
        self._before = termios.tcgetattr(descriptor)
        self._handlers: dict[int, Handler] = {}

    def take(self) -> None:
        for number in _SIGNALS:
            handler = signal.getsignal(number)
            if handler not in (signal.SIG_IGN, None):  # as under nohup
                self._handlers[number] = handler
                signal.signal(number, self._on_signal)
        tty.setcbreak(self._descriptor, termios.TCSADRAIN)
        modes = termios.tcgetattr(self._descriptor)
        modes[_LOCAL_MODES] &= ~termios.ISIG
        termios.tcsetattr(self._descriptor, termios.TCSANOW, modes)

    def drop_typed(self) -> bool:
        """Forget what was typed so far; says whether there was anything."""
        import fcntl  # few questions end with a vote

        with suppress(OSError, termios.error):  # it is gone
            waiting = fcntl.ioctl(self._descriptor, termios.FIONREAD, bytes(4))
            termios.tcflush(self._descriptor, termios.TCIFLUSH)
            return any(waiting)
        return False

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
        self._ask_again()


class _Ended(Exception):
    """A signal came that somebody else has dealt with: nothing is asked any more."""


def _read(descriptor: int) -> str | None:
    """Read a key, or the piece that keys come in when they are fast, or pasted.

    Ctrl-C is one wherever it stands in that, and so is Ctrl-D, which gives None.

    Ctrl-Z stops the whole job, as the terminal would, and is no key.
    """
    while True:
        try:
            piece = os.read(descriptor, 1024).decode("utf-8", "replace")
            if piece == _SUSPEND:
                os.killpg(os.getpgrp(), signal.SIGTSTP)
                continue
        except (OSError, _Ended):
            return None
        if CTRL_C in piece:
            return CTRL_C
        return None if _CTRL_D in piece else piece or None
