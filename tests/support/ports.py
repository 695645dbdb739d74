"""Ports and connections of loopback that a test can rely on."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

Talk = Callable[
    [asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]
]
"""Serves one connection, which ends with it."""


@contextmanager
def closed_port() -> Iterator[int]:
    """Hold a port on which nobody listens, and nobody else can begin to."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        yield port


def listen(path: Path | str | None = None) -> socket.socket:
    """Listen on a Unix socket, or on a free port of loopback, without blocking."""
    if path is None:
        # By this number asyncio knows TCP, and sends what is written without delay.
        listener = socket.socket(socket.AF_INET, proto=socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
    else:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
    listener.listen(100)
    listener.setblocking(False)
    return listener


class Entrance:
    """Lets in who connects to a socket, until closed; each is a task of its own.

    Not by the loop's own server: until CPython 3.13 that loses, with a
    `ResourceWarning`, who was accepted in the turn of the loop in which it is closed
    (python/cpython#109564).
    """

    def __init__(
        self,
        listener: socket.socket,
        let_in: Callable[[socket.socket], Coroutine[None, None, None]],
    ) -> None:
        """Own the listener from now on; `let_in` owns each connection."""
        self._listener = listener
        self._let_in = let_in
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(listener, self._accept)

    async def close(self, *, cancel: bool) -> None:
        """Let nobody in any more, and wait until all that was begun has ended."""
        self._loop.remove_reader(self._listener)
        self._listener.close()
        await asyncio.sleep(0)  # who was let in last has begun, and so will end
        tasks = [*self._tasks]
        if cancel:
            for task in tasks:
                task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.result()

    def _accept(self) -> None:
        try:
            taken, _ = self._listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return  # gone again
        task = self._loop.create_task(self._let_in(taken))
        self._tasks.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is None:
            self._tasks.discard(task)


@asynccontextmanager
async def served(talk: Talk, path: Path | str | None = None) -> AsyncIterator[int]:
    """Serve a Unix socket, or a free port of loopback, which is given.

    Who is still served when the block ends is cut off.
    """

    async def let_in(taken: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=taken)
        try:
            await talk(reader, writer)
            writer.close()
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()  # the client left
        except BaseException:
            writer.transport.abort()
            raise
        finally:
            with suppress(ConnectionError):
                await writer.wait_closed()

    listener = listen(path)
    port = 0 if path else listener.getsockname()[1]
    entrance = Entrance(listener, let_in)
    try:
        yield port
    finally:
        await entrance.close(cancel=True)
