"""A fault server: an upstream that does what a test tells it, byte by byte.

It runs in a thread of its own, so that synchronous tests, event loops and child
processes can all talk to it, and listens on 127.0.0.1 and a free port, or on a Unix
socket. What it answers is a script of replies (`replies.py`, `answers.py`); what it saw
is recorded.

    with Upstream(status(429), openai_answer("hello")) as upstream:
        ask(upstream.url)
    assert [request.path for request in upstream.requests] == ["/chat", "/chat"]
"""

import asyncio
import json
import socket
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Any, Self

from msgspec import Struct

from tests.support.connection import Connection, Line, LineProtocol
from tests.support.patience import PATIENCE
from tests.support.ports import Entrance, listen

Reply = Callable[["Exchange"], Awaitable[None]]
"""Answers one request."""


class Request(Struct, frozen=True, kw_only=True):
    """One request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case; of a repeated one the last."""
    body: bytes
    at: float
    """When it was complete, by `time.monotonic`."""
    connection: Connection

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


class Exchange:
    """What a reply can do with its request and connection."""

    def __init__(
        self, request: Request, reader: asyncio.StreamReader, line: Line
    ) -> None:
        self.request = request
        self.reader = reader
        self.line = line
        self.chunked = False

    @property
    def left(self) -> bool:
        """Whether the client has ended the connection."""
        return self.line.left.is_set()

    async def send(self, data: bytes) -> None:
        """Send raw bytes and let them go out before anything else happens."""
        await self.line.send(data)

    async def head(
        self,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        *,
        content_type: str = "",
        length: int | None = None,
    ) -> None:
        """Send a status line and headers; without a length the body is chunked."""
        self.chunked = length is None
        framing = (
            "transfer-encoding: chunked"
            if length is None
            else f"content-length: {length}"
        )
        lines = [f"HTTP/1.1 {status} Scripted", framing]
        if content_type:
            lines.append(f"content-type: {content_type}")
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        await self.send("\r\n".join([*lines, "", ""]).encode("latin-1"))

    async def piece(self, data: bytes) -> None:
        """Send a part of the body, in a chunk of its own."""
        await self.send(b"%x\r\n%b\r\n" % (len(data), data) if self.chunked else data)

    async def end(self) -> None:
        """End a chunked body."""
        if self.chunked:
            await self.send(b"0\r\n\r\n")

    async def pause(self, seconds: float) -> None:
        """Let time pass, unless the client leaves."""
        if seconds:
            await self.line.wait_left(seconds)

    async def hang(self) -> None:
        """Do nothing more until the client leaves."""
        await self.line.wait_left(None)

    def cut(self) -> None:
        """Close the connection in good order, whatever is still owed."""
        self.line.close()

    def reset(self) -> None:
        """Break the connection (RST)."""
        self.line.reset()


class Upstream:
    """The server. Use as a context manager; leaving it ends all connections."""

    def __init__(
        self,
        *replies: Reply,
        tls: ssl.SSLContext | None = None,
        socket_path: str | None = None,
    ) -> None:
        """Answer requests by `replies` in turn; the last one answers all that follow.

        Without any reply, requests are recorded and never answered.
        """
        self.requests: list[Request] = []
        self.connections: list[Connection] = []
        self.port = 0
        self._default = _Script(replies)
        self._routes: dict[str, _Script] = {}
        self._tls = tls
        self._socket_path = socket_path
        self._changed = threading.Condition()
        self._ready = threading.Event()
        self._bugs: list[BaseException] = []
        self._protocols: list[LineProtocol] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="upstream", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    @property
    def url(self) -> str:
        """The base URL, without a path."""
        scheme = "https" if self._tls else "http"
        return f"{scheme}://127.0.0.1:{self.port}"

    def on(self, path: str, *replies: Reply) -> Self:
        """Answer requests for this path by a script of their own."""
        self._routes[path] = _Script(replies)
        return self

    def answer_with(self, *replies: Reply) -> None:
        """Begin a new script for all paths that have none of their own."""
        self._default = _Script(replies)

    def wait(self, condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait until something seen makes the condition true; fail if it never is."""
        with self._changed:
            if not self._changed.wait_for(condition, seconds):
                raise AssertionError("the upstream never saw what was waited for")

    async def until(
        self, condition: Callable[[], bool], seconds: float = PATIENCE
    ) -> None:
        """Wait as `wait` does, without blocking the event loop."""
        await asyncio.to_thread(self.wait, condition, seconds)

    def all_closed(self) -> bool:
        """Tell whether every connection that was opened has ended."""
        return all(one.closed_at is not None for one in self.connections)

    def forget(self) -> None:
        """Drop what was recorded of requests and of connections that have ended."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._note, self._forget)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        if self._bugs:
            raise self._bugs[0]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        if self._bugs and error is None:
            raise self._bugs[0]

    def _forget(self) -> None:
        self.requests.clear()
        self.connections[:] = [one for one in self.connections if not one.closed_at]
        self._protocols[:] = [one for one in self._protocols if not one.is_over]

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._bugs.append(error)
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        listener = listen(self._socket_path)
        if self._socket_path is None:
            self.port = listener.getsockname()[1]
        entrance = Entrance(listener, self._let_in)
        self._ready.set()
        await self._stop.wait()
        # Of those who come by TLS some may never have greeted.
        await entrance.close(cancel=self._tls is not None)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        for protocol in self._protocols:
            await protocol.abandon()

    async def _let_in(self, taken: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.connect_accepted_socket(self._protocol, taken, ssl=self._tls)
        except OSError:
            return  # it left, or found no TLS to its liking

    def _protocol(self) -> LineProtocol:
        protocol = LineProtocol(self._talk, self._note)
        self._protocols.append(protocol)
        return protocol

    def _note(self, change: Callable[[], None]) -> None:
        with self._changed:
            change()
            self._changed.notify_all()

    async def _talk(self, reader: asyncio.StreamReader, line: Line) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._note(partial(self.connections.append, line.connection))
        try:
            while not line.closing:
                request = await _read_request(reader, line.connection)
                if request is None:
                    return
                if request.path.endswith(ASIDES) and request.path not in self._routes:
                    await _tell_nothing(Exchange(request, reader, line))
                    continue
                self._note(partial(self.requests.append, request))
                script = self._routes.get(request.path, self._default)
                await script.next()(Exchange(request, reader, line))
        except (ConnectionError, asyncio.CancelledError):
            return  # the client left while a reply was being sent, or the test is over
        except Exception as bug:  # noqa: BLE001 - raised again when the test leaves
            self._bugs.append(bug)
        finally:
            self._tasks.discard(task)
            line.close()


ASIDES = ("/api/ps", "/api/tags", "/api/version", "/props")
"""What servers are asked of themselves beside the questions; a test that cares routes
them, or has all requests answered by `tests.support.ollama`."""


async def _tell_nothing(exchange: Exchange) -> None:
    await exchange.head(404, length=0)


class _Script:
    """Replies in turn; the last one stays."""

    def __init__(self, replies: tuple[Reply, ...]) -> None:
        self._replies = list(replies)

    def next(self) -> Reply:
        if not self._replies:
            return Exchange.hang
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]


async def _read_request(
    reader: asyncio.StreamReader, connection: Connection
) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")[:-2]
        method, path, _ = first.split(" ")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    except asyncio.IncompleteReadError:
        return None
    return Request(
        method=method,
        path=path,
        headers=headers,
        body=body,
        at=time.monotonic(),
        connection=connection,
    )
