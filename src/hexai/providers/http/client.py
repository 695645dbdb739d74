"""One HTTP client for each upstream, which does exactly what it is told.

Common clients bring redirects, cookies, netrc, proxies for loopback, decompression and
time-outs of their own. None of that may happen here, and all of it would be loaded at
every start; what is not there cannot be switched on by mistake.

There are no time-outs: the engine has the clock, and ends an attempt by cancelling
it, which closes the connection at once. Leaving an answer before its end closes the
connection too; one that was read to its end is kept for the next request.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from functools import cache
from urllib.parse import urlsplit

from hexai.config.addresses import host_and_port, origin
from hexai.errors import BadAnswer, BadRequest, ConnectionFailed
from hexai.providers.http.connection import FAULTS, Connection, Head, Stage
from hexai.providers.http.network import open_socket, open_tcp
from hexai.providers.http.proxies import proxy_for
from hexai.providers.http.route import Advice, Route
from hexai.providers.http.tls_contexts import Trust
from hexai.text.sanitise import mend, shorten
from hexai.version import __version__

# HTTP libraries quote an illegal header in their error texts, and the value may be a
# key. So what cannot be sent is refused here, by its name alone.

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?")

_FRAMING = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that say how a message is framed; only the client itself sets them."""


def composed(
    given: Mapping[str, str], *, host: str, length: int | None
) -> list[tuple[bytes, bytes]]:
    """Give all headers of a request with a body of `length` bytes; None: with none.

    Raises `BadRequest` for a header that cannot be sent.
    """
    headers = {"user-agent": f"hexai/{__version__}"}
    for name, value in given.items():
        _check(name, value)
        headers[name.lower()] = value
    ours = {"host": host, "accept-encoding": "identity"}
    if length is not None:
        ours["content-length"] = str(length)
    return [
        (name.encode(), value.encode()) for name, value in {**ours, **headers}.items()
    ]


def _check(name: str, value: str) -> None:
    if not _NAME.fullmatch(name):
        raise BadRequest(
            "a configured header has a name that cannot be sent",
            advice="check `headers` of this provider",
        )
    if name.lower() in _FRAMING:
        raise BadRequest(f"the header {name} is not for the configuration to set")
    if not _VALUE.fullmatch(value):
        raise BadRequest(
            f"the header {name} holds characters that cannot be sent",
            advice="allowed: visible ASCII, with blanks inside",
        )


_IDLE_SECONDS = 30.0
"""How long a connection is kept for the next request."""
_AT_ONCE = 1.0
"""Seconds in which a server that closes a kept connection hangs up. One that thinks for
longer has the request, and it may be paid for: it is not sent a second time."""

Open = Callable[[], Awaitable[Connection]]


class Answer:
    """The answer to one request, its body not read yet."""

    def __init__(self, head: Head, connection: Connection) -> None:
        self._connection = connection
        self.header = head.header
        self.status = head.status
        self.begun = False
        """Set by the reader once something of it was shown; it tells how a failure that
        comes afterwards is called."""

    async def body(self) -> AsyncGenerator[bytes, None]:
        """Give the body in pieces, as they arrive."""
        try:
            while piece := await self._connection.piece():
                yield piece
        except FAULTS as error:
            raise self._connection.named(error, begun=self.begun) from None

    @property
    def encoded(self) -> bool:
        """Tell whether the body is compressed, though nobody asked for that."""
        return self.header("content-encoding").strip().lower() not in {"", "identity"}

    async def read(self, limit: int) -> bytes:
        """Read the body, cut at `limit` bytes; nothing of one that is compressed."""
        data = bytearray()
        await self.read_into(data, limit)
        return bytes(data)

    async def read_into(self, data: bytearray, limit: int) -> None:
        """Read the body as `read` does; what came before it broke is in `data`."""
        if self.encoded:
            return
        async with aclosing(self.body()) as pieces:
            async for piece in pieces:
                data += piece[: limit - len(data)]
                if len(data) >= limit:
                    break


class HttpClient:
    """The connections to one upstream; nothing is opened or loaded before its use."""

    def __init__(
        self,
        base_url: str,
        route: Route,
        connect: Open,
        *,
        hands_over_redirects: bool = False,
    ) -> None:
        """Use `for_origin` or `for_socket`."""
        self._hands_over_redirects = hands_over_redirects
        self.where = route.origin
        self.route = route
        self._connect = connect
        self._open: set[Connection] = set()
        self._resting: list[Connection] = []
        self._is_closed = False
        parts = urlsplit(base_url)
        self._host = parts.netloc
        self._path = parts.path.rstrip("/")

    @classmethod
    def for_origin(
        cls,
        base_url: str,
        *,
        environ: Mapping[str, str],
        trust: Trust,
        ca_file: str = "",
        advice: Advice = Advice(),  # noqa: B008 - frozen
        hands_over_redirects: bool = False,
    ) -> "HttpClient":
        """Make the client for the origin of `base_url`.

        `environ` is asked for proxies alone; they serve https beyond loopback only.
        `advice` is what errors say to do about the upstream.
        `hands_over_redirects`: answers that redirect are given as they are, instead of
        being refused; they are never followed here. Raises ConnectionFailed for a proxy
        that cannot be used.
        """
        proxy = proxy_for(base_url, environ)
        route = Route(
            origin=origin(base_url),
            proxy=proxy.url if proxy else "",
            advice=advice,
        )
        host, port = host_and_port(route.origin)

        async def connect() -> Connection:
            if route.origin.startswith("http:"):
                return Connection(await open_tcp(host, port, route.ends[0]))
            if proxy is None:
                from hexai.providers.http.tls import open_tls

                (end,) = route.ends
                return Connection(await open_tls(host, port, end, trust, ca_file))
            from hexai.providers.http.tunnel import open_tunnel

            context = await trust.context(ca_file)
            outer = await trust.context() if proxy.url.startswith("https:") else None
            return Connection(await open_tunnel(route, proxy, context, outer))

        return cls(
            base_url,
            route,
            connect,
            hands_over_redirects=hands_over_redirects,
        )

    @classmethod
    def for_socket(cls, path: str) -> "HttpClient":
        """Make the client for a server on a Unix socket; proxies do not exist here."""
        route = Route(origin=f"unix:{path}")

        async def connect() -> Connection:
            return Connection(await open_socket(path, route.ends[0]))

        return cls("http://localhost", route, connect)

    @asynccontextmanager
    async def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
        connected: Callable[[], None] | None = None,
    ) -> AsyncGenerator[Answer, None]:
        """Send one request and give its answer; leaving it closes what is unread.

        `path` goes below the base URL, or beside its last part if it begins with
        `/../`: below `…/v1`, `/../props` is `…/props`. `connected` is called once
        it can be sent: lookup, TCP and TLS are done, or a kept connection was taken.
        """
        # Some servers refuse a GET that tells of a body, though it is one of no bytes.
        length = None if method == "GET" and not body else len(body)
        asked = composed(headers, host=self._host, length=length)
        target = self._target(path)
        if connected is not None:
            connected = cache(connected)  # told once, whoever is asked
        connection, head = await self._answered(
            lambda each: each.ask(method, target, asked, body), connected
        )
        try:
            answer = Answer(head, connection)
            if not (self._hands_over_redirects and 300 <= answer.status < 400):
                _refuse_strange(answer, self.route.advice)
            yield answer
        finally:
            self._open.discard(connection)
            if connection.rest(_now()) and not self._is_closed:
                self._resting.append(connection)
                loop = asyncio.get_running_loop()
                since = connection.rests_since
                loop.call_later(_IDLE_SECONDS, self._expire, connection, since)
            else:
                connection.wire.abort()

    def _expire(self, connection: Connection, since: float) -> None:
        """Close a connection that nobody has used since."""
        if connection in self._resting and connection.rests_since == since:
            self._resting.remove(connection)
            connection.wire.abort()

    async def _answered(
        self,
        ask: Callable[[Connection], Awaitable[Head]],
        connected: Callable[[], None] | None,
    ) -> tuple[Connection, Head]:
        """Ask by a kept connection, or by a new one, and give it with its answer.

        A server may close a kept one just as it is used (RFC 9112, 9.6), as llama.cpp
        was seen to. Then nothing comes back, and it is asked once more by a new one.
        """
        if (kept := self._rested()) is not None:
            asked_at = _now()
            try:
                return kept, await self._ask(kept, ask, connected)
            except ConnectionFailed:
                if kept.stage is not Stage.AWAITED or _now() - asked_at > _AT_ONCE:
                    raise
        connection = await self._connected()
        return connection, await self._ask(connection, ask, connected)

    async def _ask(
        self,
        connection: Connection,
        ask: Callable[[Connection], Awaitable[Head]],
        connected: Callable[[], None] | None,
    ) -> Head:
        """Ask by a connection, which is closed if no answer begins."""
        self._open.add(connection)
        try:
            if connected is not None:
                connected()
            return await ask(connection)
        except BaseException:
            self._open.discard(connection)
            connection.wire.abort()
            raise

    async def _connected(self) -> Connection:
        connection = await self._connect()
        if self._is_closed:
            connection.wire.abort()
            raise ConnectionFailed("the connection was closed before it was used")
        return connection

    def _rested(self) -> Connection | None:
        """Take a kept connection that still stands; the others are closed."""
        while self._resting:
            connection = self._resting.pop()
            if connection.wire.is_quiet:
                return connection
            connection.wire.abort()
        return None

    async def drop_idle(self) -> None:
        """Close the kept connections; requests under way go on."""
        while self._resting:
            self._resting.pop().wire.abort()

    async def aclose(self) -> None:
        """Close all connections, those of requests under way too."""
        self._is_closed = True
        await self.drop_idle()
        for connection in self._open:
            connection.wire.abort()
        await asyncio.sleep(0)  # in which asyncio closes their sockets

    def _target(self, path: str) -> bytes:
        base = self._path
        if path.startswith("/../"):
            base, path = base.rpartition("/")[0], path.removeprefix("/..")
        return (base + path).encode("ascii")


def _now() -> float:
    return asyncio.get_running_loop().time()


def _refuse_strange(answer: Answer, advice: Advice) -> None:
    """Refuse redirects and what nobody asked for."""
    if 300 <= answer.status < 400:
        target = shorten(mend(answer.header("location")), 200) or "nowhere"
        raise BadAnswer(
            f"the upstream redirects to {target}, and redirects are never followed",
            http_status=answer.status,
            advice="set base_url to the final address, if you trust it",
        )
    if answer.status < 300 and answer.encoded:
        raise BadAnswer(
            "the upstream compressed its answer, though told not to",
            http_status=answer.status,
            advice=advice.speech,
        )
