"""The server's end of the pipe, and the process that started us.

A thread reads because an editor's pipe may be anything that a descriptor can be, and an
event loop cannot wait for all of these. It hands over what one read has brought and
goes on when the loop has dealt with it, so that an editor that sends faster than it
can be answered fills the pipe and not our memory.
"""

import asyncio
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from hexai.surfaces.lsp.protocol.frames import Fault, Frames

BACKLOG_LIMIT = 64 * 2**20
"""Bytes that wait for an editor that does not read; more ends the connection."""

_PIECE = 2**18
_LOOK_AGAIN = 1.0

Deliver = Callable[[Sequence[bytes | Fault]], None]


class Reader:
    """Reads messages in a thread and hands them to the loop, in order."""

    def __init__(
        self,
        descriptor: int,
        *,
        deliver: Deliver,
        on_end: Callable[[], None],
    ) -> None:
        """Both are called in the loop; `on_end` once, when nothing comes any more."""
        self._descriptor = descriptor
        self._deliver = deliver
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._handled = threading.Semaphore(0)
        self._closed = False

    def start(self) -> None:
        """Begin to read."""
        threading.Thread(target=self._run, name="reader", daemon=True).start()

    def close(self) -> None:
        """Hand over nothing any more; the thread ends with the next read."""
        self._closed = True
        self._handled.release()

    def _run(self) -> None:
        frames = Frames()
        with suppress(RuntimeError):  # the loop was closed
            while not self._closed and (data := self._read()):
                messages = list(frames.feed(data))
                if messages:
                    self._loop.call_soon_threadsafe(self._hand_over, messages)
                    self._handled.acquire()
            self._loop.call_soon_threadsafe(self._end)

    def _read(self) -> bytes:
        while True:
            try:
                return os.read(self._descriptor, _PIECE)
            except BlockingIOError:
                _wait_readable(self._descriptor)
            except OSError:
                return b""

    def _hand_over(self, messages: Sequence[bytes | Fault]) -> None:
        """Hand over one message, and the others when the loop comes round again.

        So the task of a request begins before what follows can change its document.
        """
        if self._closed or not messages:
            self._handled.release()
            return
        try:
            self._deliver(messages[:1])
        finally:
            self._loop.call_soon(self._hand_over, messages[1:])

    def _end(self) -> None:
        if not self._closed:
            self._on_end()


def _wait_readable(descriptor: int) -> None:
    """Wait where another process has made the shared pipe non-blocking."""
    import select

    select.select([descriptor], [], [])


async def wait_for_death(pid: int) -> None:
    """Wait until a process has ended."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    except (AttributeError, OSError):  # not on this system
        while is_alive(pid):  # noqa: ASYNC110 - nothing else tells
            await asyncio.sleep(_LOOK_AGAIN)
        return
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def is_alive(pid: int) -> bool:
    """Tell whether there is a process of that number."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True
