"""Who reads a provider's stream, and what happens when closing it does not end.

A stream is closed in the scope that opened it, and closing may wait: for a TLS
farewell, for a lock, for ever. Cancelling does not help, because it is while being
cancelled that a stream closes. Were the contender itself to read, a close that hangs
would hold back its outcome, and the exit of the race with it.

So every attempt is read by a task of its own, a reader, whose owner is not the race
but a `Streams` that lives as long as the process works. The contender waits for its
reader as long as its budgets say; then it cancels it and grants `CLOSE_WITHIN` for
closing, which is ample. What has not closed by then is abandoned: nobody listens to
it any more, and its owner cancels it once again when the process ends its work.

A `TaskGroup` cannot be that owner, since it waits for its tasks without a limit.
"""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Self

from hexai.errors import ProviderError

CLOSE_WITHIN = 0.1
"""Seconds that a contender waits for its stream to close."""

Reader = asyncio.Task[None]


class Streams:
    """Owns the readers of every race; leaving its context ends what still runs."""

    def __init__(self) -> None:
        self._readers: set[Reader] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for reader in self._readers:
            reader.cancel()
        if self._readers:
            await asyncio.wait(self._readers, timeout=CLOSE_WITHIN)

    def start(self, reading: Coroutine[None, None, None]) -> Reader:
        """Begin to read; the caller waits for the reader, or hands it to `close`."""
        reader = asyncio.get_running_loop().create_task(reading)
        self._readers.add(reader)
        reader.add_done_callback(self._readers.discard)
        return reader

    async def close(self, reader: Reader, within: float = CLOSE_WITHIN) -> None:
        """Cancel a reader if it runs, and wait for its end, at most `within` seconds.

        A first cancel of the caller does not shorten the wait. What the reader raised
        is raised here if it is a bug; expected failures are left to the caller.
        """
        if not reader.done():
            reader.cancel()
            await _wait(reader, within)
        if not reader.done():
            reader.add_done_callback(_report)
        elif bug := _bug(reader):
            raise bug


async def _wait(reader: Reader, within: float) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + within
    try:
        await asyncio.wait({reader}, timeout=within)
    except asyncio.CancelledError:
        await asyncio.wait({reader}, timeout=max(0.0, until - loop.time()))
        raise


def _bug(reader: Reader) -> BaseException | None:
    error = None if reader.cancelled() else reader.exception()
    return None if isinstance(error, ProviderError) else error


def _report(reader: Reader) -> None:
    """Tell the loop about a bug in an abandoned reader: its race is over."""
    if bug := _bug(reader):
        reader.get_loop().call_exception_handler(
            {"message": "closing an abandoned stream failed", "exception": bug}
        )
