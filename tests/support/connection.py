"""The server's end of one connection, which notices when the client leaves."""

import asyncio
import socket
import struct
import time
from collections.abc import Awaitable, Callable

from msgspec import Struct, field

_BUFFER = 16 * 1024 * 1024


class Connection(Struct, eq=False):
    """One connection that a client opened."""

    opened_at: float
    closed_at: float | None = None
    """When its end was seen, by `time.monotonic`."""
    closed_by_client: bool = False
    received: bytearray = field(default_factory=bytearray)
    """Everything that the client sent, after TLS."""


Note = Callable[[Callable[[], None]], None]
"""Makes a change to what was recorded, and tells those who wait for one."""


class Line:
    """Sends to one client, and knows whether it is still there."""

    def __init__(self, writer: asyncio.StreamWriter, connection: Connection) -> None:
        self._writer = writer
        self.connection = connection
        self.left = asyncio.Event()
        self.closing = False

    async def send(self, data: bytes) -> None:
        """Send bytes, and let them go out before anything else happens."""
        self._writer.write(data)
        await self._writer.drain()

    async def wait_left(self, seconds: float | None) -> None:
        """Wait for the client to leave, or for time to pass."""
        try:
            async with asyncio.timeout(seconds):
                await self.left.wait()
        except TimeoutError:
            return

    def close(self) -> None:
        """Close in good order, once everything has gone out."""
        self.closing = True
        self._writer.close()

    def reset(self) -> None:
        """Break the connection (RST)."""
        self.closing = True
        own = self._writer.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


class LineProtocol(asyncio.StreamReaderProtocol):
    """Records what one client sends, and when it ends the connection."""

    def __init__(
        self,
        talk: Callable[[asyncio.StreamReader, Line], Awaitable[None]],
        note: Note,
    ) -> None:
        loop = asyncio.get_running_loop()
        self._lost = asyncio.Event()
        self._connection = Connection(opened_at=time.monotonic())
        self._note = note
        self._line: Line | None = None
        self._transport: asyncio.BaseTransport | None = None

        async def begin(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            self._line = Line(writer, self._connection)
            if self._connection.closed_at is not None:
                self._line.left.set()
            await talk(reader, self._line)

        super().__init__(asyncio.StreamReader(_BUFFER, loop), begin, loop)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what can end it."""
        self._transport = transport
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Keep a copy."""
        self._connection.received += data
        super().data_received(data)

    def eof_received(self) -> bool | None:
        """Take the client's end of sending for its leaving: HTTP has no other use."""
        self._end()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note, whoever ended it."""
        self._end()
        self._lost.set()
        super().connection_lost(exc)

    @property
    def is_over(self) -> bool:
        """Whether the connection is gone."""
        return self._lost.is_set()

    async def abandon(self) -> None:
        """End the connection whatever its state, and wait until it is gone."""
        if self._line is not None:
            self._line.closing = True
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.abort()
            await self._lost.wait()

    def _end(self) -> None:
        if self._connection.closed_at is None:
            self._note(self._record_end)
        if self._line is not None:
            self._line.left.set()

    def _record_end(self) -> None:
        self._connection.closed_at = time.monotonic()
        self._connection.closed_by_client = self._line is None or not self._line.closing
