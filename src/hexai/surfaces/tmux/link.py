"""The parent's end of the talk with its view."""

import asyncio
import hmac
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

from hexai.surfaces.tmux.private_socket import Door
from hexai.surfaces.tmux.view_messages import (
    LONGEST_FROM_PARENT,
    LONGEST_FROM_VIEW,
    FromParent,
    FromView,
    Hello,
    encode,
    from_view,
)

_LARGEST_QUEUE = 2 * LONGEST_FROM_PARENT
"""Bytes that may wait for a view that does not read."""
_TOO_LONG = "it is too long to be shown in the menu; select less"
_TOO_SLOW = "the menu does not take what it is to show"
_PIECE = 1 << 16
_PATIENCE = 5.0
"""Seconds for somebody who knocks to show the key."""


async def admit(door: Door) -> "Link":
    """Wait for the view; whoever else knocks is sent away, and keeps nobody waiting."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Link] = loop.create_future()

    hearing: list[asyncio.Task[None]] = []

    async def hear(connection: socket.socket) -> None:
        link, is_ours = await Link.over(connection), False
        try:
            async with asyncio.timeout(_PATIENCE):
                is_ours = _is_key(await link.receive(), door) and not found.done()
        except TimeoutError:
            return
        finally:
            if is_ours:
                found.set_result(link)
            else:
                link.close()

    async def listen(group: asyncio.TaskGroup) -> None:
        while True:
            connection, _ = await loop.sock_accept(door.socket)
            hearing.append(group.create_task(hear(connection)))

    async with asyncio.TaskGroup() as group:
        hearing.append(group.create_task(listen(group)))
        link = await found
        for task in hearing:
            task.cancel()
    return link


def _is_key(first: FromView | None, door: Door) -> bool:
    return isinstance(first, Hello) and hmac.compare_digest(
        first.key.encode(), door.key.encode()
    )


class _LastWords(asyncio.StreamReader):
    """Gives all that a view has said, however the talk broke.

    asyncio's own forgets what it holds, and reads no more, once a write has failed; and
    a write fails as soon as the view has said what its user wants, and left.
    """

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(limit=LONGEST_FROM_VIEW)
        self._connection = connection

    def set_exception(self, exc: type[BaseException] | BaseException) -> None:
        """Take what is still to be read; an error is an end like any other."""
        del exc
        with suppress(OSError):
            while piece := self._connection.recv(_PIECE):
                self.feed_data(piece)
        self.feed_eof()


class Link:
    """The talk with a view that came in."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer
        self.failure = ""
        """Why the talk was ended from here; empty if it was not."""

    @classmethod
    async def over(cls, connection: socket.socket) -> "Link":
        """Make a connection a talk, which closes it."""
        loop = asyncio.get_running_loop()
        reader = _LastWords(connection)
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await loop.create_unix_connection(
            lambda: protocol, sock=connection
        )
        return cls(reader, asyncio.StreamWriter(transport, protocol, reader, loop))

    async def receive(self) -> FromView | None:
        """Wait for the next message; None once the view is gone, or talks nonsense."""
        try:
            return from_view(await self._reader.readuntil(b"\n"))
        except (
            OSError,
            EOFError,  # `IncompleteReadError` is one
            ValueError,
            asyncio.LimitOverrunError,
        ):
            return None

    async def __aiter__(self) -> AsyncIterator[FromView]:
        """Give the messages until the view is gone."""
        while (message := await self.receive()) is not None:
            yield message

    def send(self, message: FromParent) -> None:
        """Send a message when the view can take it; nothing to one that is gone.

        What it cannot be shown ends the talk.
        """
        transport = self._writer.transport
        if transport.is_closing():
            return
        line = encode(message)
        if len(line) > LONGEST_FROM_PARENT:
            self.failure = _TOO_LONG
        elif transport.get_write_buffer_size() > _LARGEST_QUEUE:
            self.failure = _TOO_SLOW
        else:
            self._writer.write(line)
            return
        transport.abort()

    async def sent(self) -> None:
        """Wait until most of what was sent is out."""
        with suppress(OSError):
            await self._writer.drain()

    def abort(self) -> None:
        """End the talk at once, though nobody takes what was sent."""
        self._writer.transport.abort()

    def close(self) -> None:
        """End the talk once what was sent is out."""
        self._writer.close()
