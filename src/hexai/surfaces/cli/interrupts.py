"""Ctrl-C and its relatives: the first asks to stop, the second does not ask."""

import asyncio
import os
import signal
from collections.abc import Callable
from types import TracebackType
from typing import Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Turns signals into a call, while it is entered; made inside the event loop.

    `stop` is called at the first signal; what it stops then ends in its own way. A
    second signal calls `leave` and nothing else, for when that takes too long.
    """

    def __init__(
        self, stop: Callable[[], None], leave: Callable[[int], None] = os._exit
    ) -> None:
        self._stop = stop
        self._leave = leave
        self._code: int | None = None

    @property
    def code(self) -> int | None:
        """The exit code that the signal asks for; None if there was no signal."""
        return self._code

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
                loop.add_signal_handler(number, self._on_signal, int(number))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.remove_signal_handler(number)

    def _on_signal(self, number: int) -> None:
        if self._code is not None:
            self._leave(128 + number)
            return
        self._code = 128 + number
        self._stop()
