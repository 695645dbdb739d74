"""The server's end of the pipe: bytes, messages, the process that started us."""

import asyncio
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from enum import Enum

MESSAGE_LIMIT = 64 * 2**20
"""Bytes of one message."""
HEADER_LIMIT = 64 * 2**10
"""Bytes of the headers of one message."""

_PROMISE_LIMIT = 2**32
"""A header that promises more is garbage; its body is not waited for."""
_LENGTH = re.compile(
    rb"content-length[ \t]*:[ \t]*(\d{1,20})[ \t]*\r?\Z", re.IGNORECASE
)
_TAIL = 256
"""Bytes of an endless line that are kept: a `Content-Length: N` may end it."""


class Fault(Enum):
    """Why there is no message."""

    TOO_LARGE = "the message is larger than 64 MiB"
    NO_LENGTH = "there is no Content-Length before the message"


class Frames:
    """Cuts one stream into messages.

    Editors' wrappers print lines of their own between them, or write the header in
    another case, and a broken one may promise bytes without end. So a
    `Content-Length: N` counts wherever it ends a line, all else outside of a body is
    passed over, as is a body that is too long, and what is kept is bounded.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self._header_size = 0
        self._length: int | None = None
        self._has_headers = False
        self._body: int | None = None
        self._skip = 0

    def feed(self, data: bytes) -> Iterator[bytes | Fault]:
        """Take the next bytes; gives the messages that they complete."""
        self._buffer += data
        while self._pass_over():
            if self._body is not None:
                body = self._cut(self._body)
                if body is None:
                    return
                self._body = None
                yield body
                continue
            line = self._next_line()
            if line is None:
                return
            fault = self._take(line)
            if fault is not None:
                yield fault

    def _pass_over(self) -> bool:
        """Drop what is left of a body that is too long; says whether all of it is."""
        dropped = min(self._skip, len(self._buffer))
        del self._buffer[:dropped]
        self._skip -= dropped
        return not self._skip

    def _cut(self, length: int) -> bytes | None:
        if len(self._buffer) < length:
            return None
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return body

    def _next_line(self) -> bytes | None:
        end = self._buffer.find(b"\n", self._searched)
        if end < 0:
            if len(self._buffer) > HEADER_LIMIT:
                del self._buffer[:-_TAIL]
                self._has_headers = True
            self._searched = len(self._buffer)
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._searched = 0
        return line

    def _take(self, line: bytes) -> Fault | None:
        """Take a header line, or the blank one that ends them."""
        if line.strip():
            self._header_size += len(line)
            if self._header_size > HEADER_LIMIT:
                self._length, self._header_size = None, len(line)
            self._has_headers = True
            if (found := _LENGTH.search(line[-_TAIL:])) is not None:
                promised = int(found[1])
                self._length = promised if promised < _PROMISE_LIMIT else None
            return None
        length, had_headers = self._length, self._has_headers
        self._length, self._header_size, self._has_headers = None, 0, False
        if length is None:
            return Fault.NO_LENGTH if had_headers else None
        if length > MESSAGE_LIMIT:
            self._skip = length
            return Fault.TOO_LARGE
        self._body = length
        return None


_PIECE = 2**18
_LOOK_AGAIN = 1.0

Deliver = Callable[[Sequence[bytes | Fault]], None]


class Reader:
    """Reads messages in a thread and hands them to the loop, in order.

    An event loop cannot wait for all that an editor's pipe may be. The thread goes on
    when the loop has dealt with what one read has brought, so an editor that sends
    faster than it can be answered fills the pipe and not our memory.
    """

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
