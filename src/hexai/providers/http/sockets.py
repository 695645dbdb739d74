"""Sockets for httpcore, straight on the event loop.

httpcore's own backend for asyncio stands on anyio, which registers a socket with the
selector anew for each piece that is read, enters five context managers and goes once
more around the loop. That cost more than all the rest of a delta: 16 streams of 200 a
second took 60 % of a core, half of it there (decision 61). Here a socket stays
registered and keeps what comes until it is fetched.

No call has a time-out: the engine has the clock, and cancels.
"""

import asyncio
import select
import ssl
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

import httpcore2

_KEPT = 64 * 1024
"""Bytes that nobody has fetched, above which no more are taken from the system."""

_NEXT_ADDRESS_AFTER = 0.25
"""Seconds after which a name's next address is tried beside the last (RFC 8305)."""

_HANDSHAKE_WITHIN = 3600.0
"""Seconds; asyncio wants a limit, and would set one of its own."""


async def connect(host: str, port: int) -> "Socket":
    """Connect to the first address of a name that answers; raises `ConnectError`."""
    return await _made(
        lambda loop: loop.create_connection(
            Socket, host, port, happy_eyeballs_delay=_NEXT_ADDRESS_AFTER
        )
    )


async def connect_unix(path: str) -> "Socket":
    """Connect to a Unix socket; raises `ConnectError`."""
    return await _made(lambda loop: loop.create_unix_connection(Socket, path))


_Connecting = Coroutine[Any, Any, tuple[asyncio.BaseTransport, "Socket"]]


async def _made(make: Callable[[asyncio.AbstractEventLoop], _Connecting]) -> "Socket":
    try:
        _, made = await make(asyncio.get_running_loop())
    except OSError as error:
        raise httpcore2.ConnectError from error
    return made


class Socket(asyncio.Protocol):
    """One connection, for one reader and one writer at a time."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._pieces: deque[bytes] = deque()
        self._kept = 0
        self._is_over = False
        self._is_full = False
        self._fault: Exception | None = None
        self._reading: asyncio.Future[None] | None = None
        self._writing: asyncio.Future[None] | None = None

    async def read(self, max_bytes: int) -> bytes:
        """Give what has come, in the pieces in which it came; nothing at the end."""
        if self._pieces:
            await asyncio.sleep(0)  # an upstream that never pauses lets others in
        elif not self._is_over:
            self._reading = self._loop.create_future()
            try:
                await self._reading
            finally:
                self._reading = None
        if self._pieces:
            return self._fetch(max_bytes)
        if self._fault is not None:
            raise httpcore2.ReadError from self._fault
        return b""

    async def write(self, buffer: bytes) -> None:
        """Send bytes, and wait until the system has taken nearly all of them."""
        if self._is_over and self._fault is not None:
            raise httpcore2.WriteError from self._fault
        self._connected.write(buffer)
        if self._writing is not None:
            await self._writing

    async def aclose(self) -> None:
        """Close the connection at once, whatever is under way."""
        self._connected.abort()
        await asyncio.sleep(0)  # asyncio closes the descriptor on its next turn

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None
    ) -> "Socket":
        """Secure the connection; raises `ConnectError`, closed then, if that fails."""
        secured = Socket()
        try:
            transport = await self._loop.start_tls(
                self._connected,
                secured,
                ssl_context,
                server_hostname=server_hostname,
                ssl_handshake_timeout=_HANDSHAKE_WITHIN,
            )
        except (OSError, ssl.SSLError) as error:
            self._connected.abort()
            raise httpcore2.ConnectError from error
        if transport is None:
            raise httpcore2.ConnectError
        secured.connection_made(transport)
        return secured

    def get_extra_info(self, info: str) -> Any:
        """Give what httpcore asks about the socket."""
        if info == "is_readable":
            return self._is_over or bool(self._pieces) or self._has_unread()
        names = {"client_addr": "sockname", "server_addr": "peername"}
        return self._connected.get_extra_info(names.get(info, info))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError(f"asyncio gave a {type(transport).__name__}")
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Keep a piece until it is fetched."""
        self._pieces.append(data)
        self._kept += len(data)
        if self._kept > _KEPT and not self._is_full:
            self._is_full = True
            self._connected.pause_reading()
        _wake(self._reading)

    def eof_received(self) -> bool:
        """Take note that nothing more will come; the other way stays open."""
        self._is_over = True
        _wake(self._reading)
        return self._connected.get_extra_info("ssl_object") is None

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note of the end, and of why it came too early."""
        self._fault = self._fault or (None if self._is_over else exc)
        self._is_over = True
        _wake(self._reading)
        self.resume_writing()

    def pause_writing(self) -> None:
        """Have the writer wait: the other end is slow to take what is sent."""
        self._writing = self._loop.create_future()

    def resume_writing(self) -> None:
        """Let the writer go on."""
        writing, self._writing = self._writing, None
        _wake(writing)

    @property
    def _connected(self) -> asyncio.Transport:
        assert self._transport is not None
        return self._transport

    def _fetch(self, max_bytes: int) -> bytes:
        piece = self._pieces.popleft()
        if len(piece) > max_bytes:
            self._pieces.appendleft(piece[max_bytes:])
            piece = piece[:max_bytes]
        self._kept -= len(piece)
        if self._is_full and self._kept <= _KEPT:
            self._is_full = False
            self._connected.resume_reading()
        return piece

    def _has_unread(self) -> bool:
        """Say whether the system holds something for it, be it the end."""
        poll = select.poll()
        poll.register(self._connected.get_extra_info("socket"), select.POLLIN)
        return bool(poll.poll(0))


def _wake(waiting: asyncio.Future[None] | None) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(None)
