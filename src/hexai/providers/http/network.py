"""Bytes to and from an upstream by a socket, and why there is none.

Connections are opened step by step instead of by `asyncio.open_connection`, which, when
it is cancelled at the wrong moment, leaves the socket open that it has just connected.
"""

import asyncio
import os
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, zip_longest
from typing import Any, Protocol

from hexai.errors import ConnectionFailed
from hexai.providers.http.route import End

_STAGGER = 0.25
"""Seconds that an address has before the next one is tried beside it (RFC 8305)."""
_MOST_HELD = 256 * 1024
"""Bytes that are held for a slow reader; beyond that nothing more is taken in."""
_STRETCH = 32 * 1024
"""Bytes that are given at once: some hundred tokens, which take 10 to 20 ms to read."""


class Wire(Protocol):
    """One connection as a stream of bytes, for one that reads and writes in turn.

    Plain, or secured: `tls.py` has the other implementation.
    """

    @property
    def end(self) -> End:
        """Whom it leads to, as messages name him."""

    async def read(self, most: int) -> bytes:
        """Give what has come, at most so many bytes; nothing at the end.

        Raises `OSError` where the connection broke, or was aborted from here.
        """

    async def write(self, data: bytes) -> None:
        """Send bytes; wait until nearly all are on their way, or an answer comes first.

        What breaks meanwhile is told by the next `read`.
        """

    def abort(self) -> None:
        """Close the connection at once; whoever reads has it broken."""

    @property
    def is_quiet(self) -> bool:
        """Whether the connection stands and nothing has come: it can be used again.

        What a server says that was not asked would be taken for the next answer.
        """


class Socket(asyncio.Protocol):
    """A plain connection; asyncio's protocol and what is read of it in one."""

    def __init__(self, end: End) -> None:
        """Speak with `end`, once a transport is made for this protocol."""
        self.end = end
        self._is_ended = False
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._held = bytearray()
        self._is_paused = False
        self._is_lost = False
        self._reading: asyncio.Future[None] | None = None
        self._writing: asyncio.Future[None] | None = None
        self._is_full = False

    async def read(self, most: int) -> bytes:
        """See `Wire`; of a lot that has come a bit, and others run before the next."""
        if self._held:
            await asyncio.sleep(0)
        while not self._held:
            if self._is_ended:
                return b""
            if self._is_lost:
                raise ConnectionResetError("the connection is lost")
            self._reading = self._loop.create_future()
            try:
                await self._reading
            finally:
                self._reading = None
        data = bytes(self._held[: min(most, _STRETCH)])
        del self._held[: len(data)]
        if self._is_paused and self._transport is not None:
            self._is_paused = False
            self._transport.resume_reading()
        return data

    async def write(self, data: bytes) -> None:
        """See `Wire`."""
        if self._transport is None or self._is_lost:
            return
        self._transport.write(data)
        while self._is_full and not (self._held or self._is_ended or self._is_lost):
            self._writing = self._loop.create_future()
            try:
                await self._writing
            finally:
                self._writing = None

    def abort(self) -> None:
        """See `Wire`."""
        if self._transport is not None:
            self._transport.abort()

    @property
    def is_quiet(self) -> bool:
        """See `Wire`."""
        if self._transport is None or self._transport.is_closing() or self._held:
            return False
        if self._is_ended or self._is_lost or self._transport.get_write_buffer_size():
            return False
        return not _is_readable(self._transport)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Hold what has come until somebody reads it."""
        self._held += data
        if len(self._held) > _MOST_HELD and self._transport and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()
        _wake(self._reading)
        _wake(self._writing)

    def eof_received(self) -> None:
        """Take note of the end; asyncio closes the connection then."""
        self._is_ended = True
        _wake(self._reading)
        _wake(self._writing)

    def connection_lost(self, error: Exception | None) -> None:
        """Take note, whoever ended it."""
        if error is not None:
            self._keep_the_last()
        self._is_lost = True
        _wake(self._reading)
        _wake(self._writing)

    def _keep_the_last(self) -> None:
        """Take in what had come when writing failed, which asyncio leaves unread.

        Who refuses a request says why, hangs up, and does not wait for its end.
        """
        if self._transport is None:
            return
        descriptor = self._transport.get_extra_info("socket").fileno()
        with suppress(OSError):
            while len(self._held) <= _MOST_HELD and (
                data := os.read(descriptor, _MOST_HELD)
            ):
                self._held += data

    def pause_writing(self) -> None:
        """Let the writer wait."""
        self._is_full = True

    def resume_writing(self) -> None:
        """Let the writer go on."""
        self._is_full = False
        _wake(self._writing)


def _is_readable(transport: asyncio.Transport) -> bool:
    """Ask the system: the loop may not have looked since a machine woke up."""
    poll = select.poll()
    poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _wake(future: asyncio.Future[None] | None) -> None:
    if future is not None and not future.done():
        future.set_result(None)


async def open_socket(path: str, end: End) -> Socket:
    """Connect to a Unix socket; raises `ConnectionFailed`."""
    with _reachable(end):
        return await _wired(await _connected(socket.AF_UNIX, 0, path), end)


async def open_tcp(host: str, port: int, end: End) -> Socket:
    """Connect to a name or an address; raises `ConnectionFailed`."""
    with _reachable(end):
        found = await _first_to_connect(await _addresses(host, port))
        return await _wired(found, end)


async def _wired(connected: socket.socket, end: End) -> Socket:
    """Read and write by a connected socket, which is closed unless that succeeds."""
    wire = Socket(end)
    loop = asyncio.get_running_loop()
    try:
        await loop.create_connection(lambda: wire, sock=connected)
    except BaseException:
        wire.abort()
        connected.close()
        raise
    return wire


_Address = tuple[int, int, Any]
"""Family, protocol, and what `connect` takes."""


async def _addresses(host: str, port: int) -> list[_Address]:
    """Give the addresses of a host, by turns of one family and of the other."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except (OSError, ValueError):
            continue
        return [(family, socket.IPPROTO_TCP, (host, port))]
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    first = [each for each in found if each[0] == found[0][0]]
    others = [each for each in found if each[0] != found[0][0]]
    by_turns = chain.from_iterable(zip_longest(first, others))
    return [(each[0], each[2], each[4]) for each in by_turns if each is not None]


async def _first_to_connect(addresses: list[_Address]) -> socket.socket:
    """Connect to the first address that lets us, beginning with one after another.

    Raises the `OSError` of the first that failed.
    """
    if len(addresses) == 1:
        return await _connected(*addresses[0])
    race = _AddressRace()
    try:
        async with asyncio.TaskGroup() as group:
            for address in addresses:
                race.attempts.append(group.create_task(race.attempt(address)))
                if await race.has_won():
                    break
    except BaseException:
        race.close_all_but(0)
        raise
    race.close_all_but(1)
    if not race.won:
        raise race.failed[0] if race.failed else OSError("no address could be reached")
    return race.won[0]


class _AddressRace:
    """Attempts at several addresses of one host, of which the first one counts."""

    def __init__(self) -> None:
        self.attempts: list[asyncio.Task[None]] = []
        self.won: list[socket.socket] = []
        self.failed: list[OSError] = []
        self._news = asyncio.Event()

    async def attempt(self, address: _Address) -> None:
        try:
            self.won.append(await _connected(*address))
        except OSError as error:
            self.failed.append(error)
        else:
            for task in self.attempts:
                if task is not asyncio.current_task():
                    task.cancel()
        self._news.set()

    async def has_won(self) -> bool:
        """Wait for news, but not for long; tell whether an attempt has succeeded."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_STAGGER):
                await self._news.wait()
        self._news.clear()
        return bool(self.won)

    def close_all_but(self, count: int) -> None:
        for each in self.won[count:]:
            each.close()


async def _connected(family: int, protocol: int, address: Any) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM, protocol)
    try:
        made.settimeout(0)
        if family != socket.AF_UNIX:
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(made, address)
    except BaseException:
        made.close()
        raise
    return made


@contextmanager
def _reachable(end: End) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConnectionFailed(
            f"cannot connect to {end.name}: {_words(error)}", advice=end.advice.reach
        ) from None


def _words(error: OSError) -> str:
    """Give the system's own words, or ours where it has none for a person."""
    if isinstance(error, socket.gaierror):
        if error.errno == socket.EAI_AGAIN:
            return "no name server answers"
        return "the name is not known"
    if error.errno is not None:
        return os.strerror(error.errno).lower()
    return "no address could be reached"
