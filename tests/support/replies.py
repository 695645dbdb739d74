"""Replies for the fault server: streams, whole bodies, and all the ways to go wrong.

Those that go wrong wrap another reply (`cut(openai_answer("…"), after=2)`) or stand
alone. The vendors' own formats are in `tests.support.answers`.
"""

import asyncio
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tests.support.patience import PATIENCE
from tests.support.upstream import Exchange, Reply


def sse(
    *events: str | bytes | Mapping[str, Any],
    delay: float = 0.0,
    gap: float = 0.0,
    content_type: str = "text/event-stream",
) -> Reply:
    """Send events: their data (mappings as JSON), or whole blocks given as bytes.

    `delay` comes before the headers, `gap` between the events.
    """
    return _stream([_event(one) for one in events], content_type, delay, gap)


def ndjson(
    *objects: Mapping[str, Any] | str, delay: float = 0.0, gap: float = 0.0
) -> Reply:
    """Send lines of JSON; a text is sent as it is, with a line end."""
    lines = [one if isinstance(one, str) else json.dumps(one) for one in objects]
    pieces = [f"{line}\n".encode() for line in lines]
    return _stream(pieces, "application/x-ndjson", delay, gap)


def json_answer(
    value: object,
    *,
    code: int = 200,
    headers: Mapping[str, str] | None = None,
    delay: float = 0.0,
) -> Reply:
    """Answer with one JSON value."""
    typed = {"content-type": "application/json", **(headers or {})}
    return status(code, json.dumps(value), typed, delay=delay)


def status(
    code: int,
    body: str | bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    delay: float = 0.0,
) -> Reply:
    """Answer with a status and a whole body."""
    data = body.encode() if isinstance(body, str) else body

    async def reply(exchange: Exchange) -> None:
        await exchange.pause(delay)
        await exchange.head(code, headers, length=len(data))
        await exchange.piece(data)

    return reply


def redirect(to: str, code: int = 307) -> Reply:
    """Point elsewhere."""
    return status(code, headers={"location": to})


def raw(*parts: bytes, close: bool = True) -> Reply:
    """Send bytes that need not be HTTP, then close the connection."""

    async def reply(exchange: Exchange) -> None:
        for part in parts:
            await exchange.send(part)
        if close:
            exchange.cut()

    return reply


def hang() -> Reply:
    """Take the request and never answer."""
    return Exchange.hang


def close() -> Reply:
    """Take the request and close the connection without an answer."""
    return raw()


def break_off() -> Reply:
    """Take the request and break the connection (RST) without an answer."""

    async def reply(exchange: Exchange) -> None:
        exchange.reset()

    return reply


def cut(reply: Reply, after: int) -> Reply:
    """Begin a reply, and close the connection after so many pieces of its body."""
    return _stopped(reply, after, Exchange.cut)


def reset(reply: Reply, after: int) -> Reply:
    """Begin a reply, and break the connection after so many pieces of its body."""
    return _stopped(reply, after, Exchange.reset)


def gated(reply: Reply, gate: threading.Event, *, after: int | None = None) -> Reply:
    """Hold a reply back until a gate is opened, or its body after so many pieces."""

    async def held(exchange: Exchange) -> None:
        if after is None:
            await _opened(gate)
            await reply(exchange)
        else:
            await reply(_Gated(exchange, after, gate))

    return held


async def _opened(gate: threading.Event) -> None:
    opened = await asyncio.to_thread(gate.wait, PATIENCE)
    assert opened, "the gate stayed closed"


def stall(reply: Reply, after: int, *, silent: threading.Event | None = None) -> Reply:
    """Begin a reply, and fall silent after so many pieces of its body; tell of that."""

    async def stalled(exchange: Exchange) -> None:
        try:
            await reply(_Counted(exchange, after))
        except _Enough:
            if silent is not None:
                silent.set()
            await exchange.hang()

    return stalled


def inserting(reply: Reply, before: int, piece: bytes) -> Reply:
    """Send a reply, and one piece more before that of a number of its body."""

    async def inserted(exchange: Exchange) -> None:
        await reply(_Inserting(exchange, before, piece))

    return inserted


def endless(
    piece: bytes, *, gap: float = 0.0, content_type: str = "text/event-stream"
) -> Reply:
    """Send the same piece of a body until the client leaves."""

    async def reply(exchange: Exchange) -> None:
        await exchange.head(content_type=content_type)
        while not exchange.left:
            await exchange.piece(piece)
            await exchange.pause(gap)

    return reply


def huge_line(size: int = 64 * 1024 * 1024) -> Reply:
    """Send an event that has no end, at most `size` bytes of it."""

    async def reply(exchange: Exchange) -> None:
        await exchange.head(content_type="text/event-stream")
        await exchange.piece(b"data: ")
        for _ in range(size // 65536):
            if exchange.left:
                return
            await exchange.piece(b"x" * 65536)

    return reply


def huge_headers(size: int = 1024 * 1024) -> Reply:
    """Send a head of `size` bytes."""
    line = b"x-filler: " + b"y" * 1000 + b"\r\n"
    return raw(b"HTTP/1.1 200 OK\r\n" + line * (size // len(line)) + b"\r\n")


def early_hints(reply: Reply, times: int = 1) -> Reply:
    """Send informational answers before the real one."""

    async def hinted(exchange: Exchange) -> None:
        for _ in range(times):
            await exchange.send(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")
        await reply(exchange)

    return hinted


def lingering(reply: Reply) -> Reply:
    """Send a whole reply, but never the end of its body."""

    async def lingered(exchange: Exchange) -> None:
        counted = _Counted(exchange, None)
        try:
            await reply(counted)
        except _Enough:
            await exchange.hang()

    return lingered


def tunnel(host: str, port: int) -> Reply:
    """Answer a proxy's CONNECT, and pass all that follows on to another server."""

    async def reply(exchange: Exchange) -> None:
        await exchange.send(b"HTTP/1.1 200 Connected\r\n\r\n")
        reader, writer = await asyncio.open_connection(host, port)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_pass_on(exchange.reader, writer))
                while data := await reader.read(65536):
                    await exchange.send(data)
        finally:
            writer.close()

    return reply


class _Enough(Exception):
    """Ends a reply from within."""


class _Counted(Exchange):
    """Lets so many pieces of a body through, or all but the body's end."""

    def __init__(self, exchange: Exchange, pieces: int | None) -> None:
        super().__init__(exchange.request, exchange.reader, exchange.line)
        self._pieces = pieces

    async def piece(self, data: bytes) -> None:
        if self._pieces == 0:
            raise _Enough
        await super().piece(data)
        if self._pieces is not None:
            self._pieces -= 1

    async def end(self) -> None:
        raise _Enough


class _Gated(Exchange):
    """Lets so many pieces of a body through, and the others once a gate is open."""

    def __init__(self, exchange: Exchange, pieces: int, gate: threading.Event) -> None:
        super().__init__(exchange.request, exchange.reader, exchange.line)
        self._pieces = pieces
        self._gate = gate

    async def piece(self, data: bytes) -> None:
        if self._pieces == 0:
            await _opened(self._gate)
        self._pieces -= 1
        await super().piece(data)


class _Inserting(Exchange):
    """Sends one piece more than it is given.

    What is around it shall see all pieces, so it sends by the exchange that it wraps.
    """

    def __init__(self, exchange: Exchange, before: int, piece: bytes) -> None:
        super().__init__(exchange.request, exchange.reader, exchange.line)
        self._exchange = exchange
        self._left = before
        self._piece = piece

    async def head(self, *args: Any, **more: Any) -> None:
        await self._exchange.head(*args, **more)

    async def piece(self, data: bytes) -> None:
        if self._left == 0:
            await self._exchange.piece(self._piece)
        self._left -= 1
        await self._exchange.piece(data)

    async def end(self) -> None:
        await self._exchange.end()


def _stopped(reply: Reply, after: int, stop: Callable[[Exchange], None]) -> Reply:
    async def stopped(exchange: Exchange) -> None:
        try:
            await reply(_Counted(exchange, after))
        except _Enough:
            stop(exchange)

    return stopped


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.write_eof()


def _stream(
    pieces: Iterable[bytes], content_type: str, delay: float, gap: float
) -> Reply:
    parts = list(pieces)

    async def reply(exchange: Exchange) -> None:
        await exchange.pause(delay)
        await exchange.head(content_type=content_type)
        for index, part in enumerate(parts):
            await exchange.pause(gap if index else 0.0)
            await exchange.piece(part)
        await exchange.end()

    return reply


def _event(one: str | bytes | Mapping[str, Any]) -> bytes:
    if isinstance(one, bytes):
        return one
    data = one if isinstance(one, str) else json.dumps(one)
    return f"data: {data}\n\n".encode()
