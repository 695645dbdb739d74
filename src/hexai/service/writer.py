"""Writes to one stream from a thread, so that no reader can hold back a race.

A terminal stopped with Ctrl-S, a pipe into a slow program or an editor that hangs would
block whoever writes. On the event loop that would stop every contender and falsify
their times. So each stream has one daemon thread that takes texts off a queue, in
order; only at the end the process waits until all is written.

The thread writes to the descriptor itself: Python's own streams hold a lock while they
write, which the interpreter needs at its exit.
"""

import errno
import os
import selectors
import threading
from collections import deque
from collections.abc import Callable
from math import inf


class Writer:
    """An ordered queue of texts on their way to one file descriptor."""

    def __init__(
        self,
        descriptor: int,
        *,
        encoding: str = "utf-8",
        limit: float = inf,
        on_broken: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_broken` is called once when nobody reads any more, from any thread.

        More than `limit` bytes in the queue count as nobody reading.
        """
        self._descriptor = descriptor
        self._encoding = encoding
        self._limit = limit
        self._on_broken = on_broken
        self._queue: deque[bytes] = deque()
        self._queued = 0
        self._writing = False
        self._closed = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self.error: OSError | None = None
        """Why nothing can be written any more: a closed pipe, a full disk."""

    @property
    def broken(self) -> bool:
        """Whether writing has failed; what is written from then on is dropped."""
        return self.error is not None

    @property
    def idle(self) -> bool:
        """Whether the reader has taken everything that was written."""
        with self._changed:
            return not self._queue and not self._writing

    def write(self, text: str) -> None:
        """Queue a text, to be written by one call; never waits.

        What the encoding cannot express shows itself as an escape.
        """
        self.write_bytes(text.encode(self._encoding, "backslashreplace"))

    def write_bytes(self, data: bytes) -> None:
        """Queue bytes as they are."""
        if not data or self.broken:
            return
        with self._changed:
            if self._closed:
                raise ValueError("write to a closed writer")
            self._queue.append(data)
            self._queued += len(data)
            self._changed.notify_all()
        if self._queued > self._limit:
            self._give_up(OSError(errno.ENOBUFS, "nobody reads what is written"))
        else:
            self._start()

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until the reader has taken all, at most `timeout` seconds.

        Returns whether it has; True as well once the stream is broken.
        """
        with self._changed:
            return self._changed.wait_for(self._is_done, timeout)

    def close(self, timeout: float | None = None) -> bool:
        """Flush and end the thread; the descriptor stays open."""
        done = self.flush(timeout)
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if done and self._thread is not None:
            self._thread.join()
        return done

    def _is_done(self) -> bool:
        return self.broken or not (self._queue or self._writing)

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._run, name=f"writer {self._descriptor}", daemon=True
            )
            self._thread.start()

    def _run(self) -> None:
        while (data := self._next()) is not None:
            try:
                _write_all(self._descriptor, data)
            except OSError as error:
                self._give_up(error)
                return
            with self._changed:
                self._writing = False
                self._changed.notify_all()

    def _next(self) -> bytes | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed)
            if not self._queue:
                return None
            self._writing = True
            data = self._queue.popleft()
            self._queued -= len(data)
            return data

    def _give_up(self, error: OSError) -> None:
        with self._changed:
            if self.error is not None:
                return
            self.error = error
            self._queue.clear()
            self._changed.notify_all()
        self._on_broken()


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:
            _wait_writable(descriptor)


def _wait_writable(descriptor: int) -> None:
    """Wait where another process has made the shared stream non-blocking."""
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_WRITE)
        selector.select()
