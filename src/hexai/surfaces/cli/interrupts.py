"""Ctrl-C and its relatives: the first asks to stop, the second does not ask."""

import os
import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

Handler = Callable[[int, FrameType | None], object] | int | None

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Turns signals into calls, while it is entered; for the main thread.

    `stop` is called at the first signal and says whether there was anything to stop,
    which then ends in its own way. Where there is not, and at any later signal, `leave`
    is called with the exit code: nothing may keep a user waiting who asks twice.
    """

    def __init__(
        self, stop: Callable[[], bool], leave: Callable[[int], None] = os._exit
    ) -> None:
        self._stop = stop
        self._leave = leave
        self._before: dict[int, Handler] = {}
        self._code: int | None = None

    @property
    def code(self) -> int | None:
        """The exit code that the first signal asks for; None if there was none."""
        return self._code

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
                self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del frame
        first = self._code is None
        self._code = self._code or 128 + number
        if not (first and self._stop()):
            self._leave(128 + number)
