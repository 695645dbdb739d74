"""Standard output and the terminal: what it is, its writer, and Ctrl-Z."""

import asyncio
import os
import select
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from hexai.service.writer import Writer
from hexai.surfaces.cli.keys import PASTES_AS_KEYS, PASTES_MARKED, Keys, quiet
from hexai.surfaces.cli.process import Process
from hexai.surfaces.colour import is_colour_wanted


@contextmanager
def stoppable(before: Callable[[], None], after: Callable[[], None]) -> Iterator[None]:
    """Call `before` when asked to stop, and `after` when the process goes on.

    The cursor of a live view is hidden and keys are not echoed, and a process that
    simply stopped would leave all that to the shell.
    For the main thread, on a running loop.
    """
    if signal.getsignal(signal.SIGTSTP) is signal.SIG_IGN:
        yield  # nobody here could make the process go on
        return
    loop = asyncio.get_running_loop()

    def stop() -> None:
        before()
        # The signal itself, not SIGSTOP: the kernel drops it where no shell would
        # ever let the process go on.
        loop.remove_signal_handler(signal.SIGTSTP)
        os.kill(os.getpid(), signal.SIGTSTP)
        loop.add_signal_handler(signal.SIGTSTP, stop)
        after()

    loop.add_signal_handler(signal.SIGTSTP, stop)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTSTP)


@contextmanager
def _on_quit(call: Callable[[], None]) -> Iterator[None]:
    """Call a function at SIGQUIT; for the main thread, on a running loop."""
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGQUIT)
    loop.add_signal_handler(signal.SIGQUIT, call)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGQUIT)
        signal.signal(signal.SIGQUIT, before)


_AS_IT_WAS = b"\x1b[?2026l\x1b[?7h\x1b[?25h\x1b[m\x1b[999B\n"
"""Modes, cursor and colours; and below a live view, whose cursor rests at its top."""

_STOPS_WITHIN = 1.0
"""Seconds that a terminal has to take the last frame before the process stops."""


class Screen:
    """Where answers are shown; a terminal, or what takes their bytes."""

    def __init__(self, process: Process, *, keeps_keys: bool = False) -> None:
        """`keeps_keys`: what is typed into a live view is for who reads next."""
        self._keeps_keys = keeps_keys
        self.is_terminal = process.stdout_is_terminal
        self.is_dumb = process.environ.get("TERM", "") in {"", "dumb"}
        self.colour = self.is_terminal and is_colour_wanted(process.environ)
        self._descriptor = process.stdout
        self._live = ExitStack()
        self._keys: Keys | None = None
        self._broken_is_told: Callable[[], None] = lambda: None
        self._writer = Writer(process.stdout, on_broken=self._tell_broken)

    @property
    def broken(self) -> bool:
        """Whether nothing can be written any more."""
        return self._writer.broken

    @property
    def abandoned(self) -> bool:
        """Whether the reader has gone, as `head` does when it has seen enough."""
        return isinstance(self._writer.error, BrokenPipeError)

    @property
    def error(self) -> OSError | None:
        """Why nothing can be written, where that is no reader's choice."""
        return None if self.abandoned else self._writer.error

    def write(self, text: str) -> None:
        """Queue a text; never waits."""
        self._writer.write(text)

    def is_ready(self) -> bool:
        """Whether all that was written has been taken."""
        return self._writer.idle

    def size(self) -> tuple[int, int]:
        """Give columns and lines; 0 where unknown."""
        try:
            return os.get_terminal_size(self._descriptor)
        except OSError:
            return 0, 0

    @contextmanager
    def when_broken(self, stop: Callable[[], None]) -> Iterator[None]:
        """Call `stop` on the event loop as soon as nothing can be written."""
        loop = asyncio.get_running_loop()
        self._broken_is_told = lambda: _call_in(loop, stop)
        if self.broken:
            stop()
        try:
            yield
        finally:
            self._broken_is_told = lambda: None

    @contextmanager
    def live(
        self, pause: Callable[[], None], toggle: Callable[[], None] | None = None
    ) -> Iterator[None]:
        """Keep what is typed out of a live view, and the view out of a stop's way.

        `pause` is called before the process stops, to leave the terminal to the shell,
        and `toggle` at its key.
        """
        with self._live:
            keys = self._live.enter_context(
                quiet(self._descriptor, with_toggle=toggle is not None)
            )
            self._keys = keys
            if toggle is not None:
                self._live.enter_context(_on_quit(toggle))

            def step_aside() -> None:
                pause()
                self.drop_typed()
                if self._keeps_keys:
                    self.write(PASTES_AS_KEYS)
                self._writer.flush(_STOPS_WITHIN)
                keys.restore()

            def come_back() -> None:
                keys.silence()
                if self._keeps_keys:
                    self.write(PASTES_MARKED)

            self._live.enter_context(stoppable(step_aside, come_back))
            yield

    def drop_typed(self) -> None:
        """Forget what was typed into a live view, unless that is kept."""
        if self._keys is not None and not self._keeps_keys:
            self._keys.drop_typed()

    def close(self) -> None:
        """Wait until all that was written has been taken, however long that takes."""
        self._writer.close()

    def abandon(self, code: int) -> None:
        """Leave at once, with the terminal as it was if it takes that."""
        self._live.close()
        if self.is_terminal and select.select([], [self._descriptor], [], 0)[1]:
            pastes = PASTES_AS_KEYS.encode() if self._keeps_keys else b""
            with suppress(OSError):  # it is gone
                os.write(self._descriptor, pastes + _AS_IT_WAS)
        os._exit(code)

    def _tell_broken(self) -> None:
        self._broken_is_told()


def _call_in(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    try:
        loop.call_soon_threadsafe(stop)
    except RuntimeError:
        return  # the loop is closed: there is nothing left to stop
