"""The process we run in: its loop, a machine that slept, memory given back."""

import asyncio
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any


class Loop(asyncio.SelectorEventLoop):
    """A selector loop that signals wake; each lookup has a daemon thread of its own."""

    def run_forever(self) -> None:
        """Run until `stop`; in the main thread, signals are heard at once.

        Python handles a signal between two instructions of the main thread. One that
        arrives right before the wait for events would be handled when the next of them
        ends it, and a silent upstream sends none. asyncio is woken by all signals once
        it handles one of them: so it is given one that does nothing by itself either.
        """
        if threading.current_thread() is threading.main_thread():
            self.add_signal_handler(signal.SIGURG, _do_nothing)
        super().run_forever()

    async def getaddrinfo(
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002 - asyncio's own
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        """Look a name up as `socket.getaddrinfo` does, in a daemon thread of its own.

        asyncio's executor has six threads on two cores: six contenders behind a name
        server that never answers would stop a seventh, good one, and the exit would
        wait for all of them. There is one lookup a connection, so threads cost nothing.
        """

        def look_up() -> list[Any]:
            return socket.getaddrinfo(host, port, family, type, proto, flags)

        return await self._in_daemon_thread(look_up)

    async def _in_daemon_thread(self, work: Callable[[], list[Any]]) -> list[Any]:
        done: asyncio.Future[list[Any]] = self.create_future()

        def settle(result: list[Any] | None, error: OSError | None) -> None:
            if done.done():
                return
            if error is None:
                done.set_result(result or [])
            else:
                done.set_exception(error)

        def run() -> None:
            result, error = None, None
            try:
                result = work()
            except (OSError, UnicodeError) as caught:
                error = caught if isinstance(caught, OSError) else _as_lookup(caught)
            self._tell(settle, result, error)

        threading.Thread(target=run, name="lookup", daemon=True).start()
        return await done

    def _tell(self, callback: Callable[..., None], *args: object) -> None:
        try:
            self.call_soon_threadsafe(callback, *args)
        except RuntimeError:
            return  # the loop was closed: nobody waits for this lookup any more


def _do_nothing() -> None:
    """Be called at a signal of which only the arrival counts."""


def _as_lookup(error: UnicodeError) -> OSError:
    """Make a name that cannot be encoded an ordinary failed lookup."""
    return socket.gaierror(
        socket.EAI_NONAME, f"not a host name: {type(error).__name__}"
    )


SLEPT = 5.0
"""Seconds by which the wall clock must have run ahead."""


class SleepWatch:
    """Compares two clocks: the monotonic one stands still while a machine sleeps."""

    def __init__(self, wall: Callable[[], float], steady: Callable[[], float]) -> None:
        self._wall = wall
        self._steady = steady
        self._ahead = wall() - steady()

    def slept(self) -> bool:
        """Say whether the machine slept since this was asked last."""
        ahead = self._wall() - self._steady()
        slept = ahead - self._ahead >= SLEPT
        self._ahead = ahead
        return slept


TRIMS_AFTER = 60.0
"""Seconds from work to the next time that memory is given back."""


class Trimmer:
    """Gives memory back after work, and never wakes a process that has none."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, give_back: Callable[[], None]
    ) -> None:
        """Have nothing to give back."""
        self._loop = loop
        self._give_back = give_back
        self._is_due = False

    def worked(self) -> None:
        """Give memory back in `TRIMS_AFTER` seconds, unless that is due anyway."""
        if not self._is_due:
            self._is_due = True
            self._loop.call_later(TRIMS_AFTER, self._trim)

    def _trim(self) -> None:
        self._is_due = False
        self._give_back()


def give_back() -> None:
    """Give free pages back where the C library can; elsewhere do nothing.

    glibc by itself gives back what is free at a heap's end. Where texts come and go all
    day the free pages lie between others that stay: after an hour's typing about 10 MB
    of them (`scripts/bench soak`).
    """
    if sys.platform != "linux":
        return
    import ctypes  # takes 4 ms, which no start should

    with suppress(OSError, AttributeError):  # musl has no such call
        ctypes.CDLL(None).malloc_trim(0)
