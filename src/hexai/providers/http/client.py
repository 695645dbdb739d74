"""One HTTP client for each upstream, which does exactly what it is told.

It stands on httpcore, the lower half of httpx: all that the upper half adds is what
must not be here (redirects, cookies, netrc, proxies for loopback, decompression,
time-outs of its own), and costs 25 ms at every start. What is not there cannot be
switched on by mistake.

There are no time-outs: the engine has the clock, and ends an attempt by cancelling
it, which closes the connection at once. Leaving an answer before its end closes the
connection too; one that was read to its end is kept for the next request.
"""

import re
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpcore2

from hexai.config.addresses import origin
from hexai.config.schema_providers import ProviderSettings
from hexai.errors import BadAnswer, BadRequest
from hexai.providers.http.network import (
    FAULTS,
    Backend,
    Stream,
    Trust,
    named,
    nobody_trusted,
)
from hexai.providers.http.proxies import Proxy, proxy_for
from hexai.providers.http.route import End, Route
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
    given: Mapping[str, str], *, host: str, length: int
) -> list[tuple[bytes, bytes]]:
    """Give all headers of a request with a body of `length` bytes.

    Raises `BadRequest` for a header that cannot be sent.
    """
    headers = {"user-agent": f"hexai/{__version__}"}
    for name, value in given.items():
        _check(name, value)
        headers[name.lower()] = value
    ours = {
        "host": host,
        "accept-encoding": "identity",
        "content-length": str(length),
    }
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


_Pool = httpcore2.AsyncConnectionPool

_IDLE_SECONDS = 30.0
"""How long a connection is kept for the next request."""


class Answer:
    """The answer to one request, its body not read yet."""

    def __init__(self, response: httpcore2.Response, end: End) -> None:
        self._response = response
        self._end = end
        self.status = response.status
        self.begun = False
        """Set by the reader once something was shown: what breaks then, broke."""

    def header(self, name: str) -> str:
        """Give a header's value, or an empty text."""
        wanted = name.lower().encode()
        for key, value in self._response.headers:
            if key.lower() == wanted:
                return value.decode("latin-1")
        return ""

    async def body(self) -> AsyncGenerator[bytes, None]:
        """Give the body in pieces, as they arrive."""
        try:
            async with aclosing(self._response.aiter_stream()) as pieces:
                async for piece in pieces:
                    yield piece
        except FAULTS as error:
            cut = _stream(self._response).ended
            raise named(error, self._end, begun=self.begun, cut=cut) from None

    @property
    def encoded(self) -> bool:
        """Tell whether the body is compressed, though nobody asked for that."""
        return self.header("content-encoding").strip().lower() not in {"", "identity"}

    async def read(self, limit: int) -> bytes:
        """Read the body, cut at `limit` bytes; nothing of one that is compressed."""
        data = bytearray()
        if self.encoded:
            return b""
        async with aclosing(self.body()) as pieces:
            async for piece in pieces:
                data += piece
                if len(data) >= limit:
                    break
        return bytes(data[:limit])


class HttpClient:
    """The connections to one upstream; nothing is opened or loaded before its use."""

    hands_over_redirects = False
    """Give answers that redirect as they are; they are never followed here."""

    def __init__(
        self, base_url: str, route: Route, make_pool: Callable[[], Awaitable[_Pool]]
    ) -> None:
        """Use `for_origin` or `for_socket`."""
        self.where = route.origin
        self.route = route
        self._make_pool = make_pool
        self._pool: _Pool | None = None
        self._base = httpcore2.URL(base_url)
        self._host = urlsplit(base_url).netloc

    @classmethod
    def for_origin(
        cls, settings: ProviderSettings, *, environ: Mapping[str, str], trust: Trust
    ) -> "HttpClient":
        """Make the client for the origin of `settings.base_url`.

        `environ` is asked for proxies alone; they serve https beyond loopback only.
        Raises ConnectionFailed for a proxy that cannot be used.
        """
        proxy = proxy_for(settings.base_url, environ)
        route = Route(
            origin=origin(settings.base_url), proxy=proxy.url if proxy else ""
        )

        async def make_pool() -> _Pool:
            if route.origin.startswith("http:"):
                return _direct_pool(route, nobody_trusted())
            context = await trust.context(settings.ca_file)
            if proxy is None:
                return _direct_pool(route, context)
            return await _tunnel_pool(route, proxy, context, trust)

        return cls(settings.base_url, route, make_pool)

    @classmethod
    def for_socket(cls, path: str) -> "HttpClient":
        """Make the client for a server on a Unix socket; proxies do not exist here."""
        route = Route(origin=f"unix:{path}")

        async def make_pool() -> _Pool:
            return _direct_pool(route, nobody_trusted(), socket=path)

        return cls("http://localhost", route, make_pool)

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
        `/../`. `connected` is called once the request can be
        sent: lookup, TCP and TLS are done, or a kept connection was taken.
        """
        watcher = _Watcher(connected)
        request = httpcore2.Request(
            method,
            httpcore2.URL(
                scheme=self._base.scheme,
                host=self._base.host,
                port=self._base.port,
                target=self._target(path),
            ),
            headers=composed(headers, host=self._host, length=len(body)),
            content=body,
            extensions={"trace": watcher},
        )
        response = await self._answer(request, watcher)
        try:
            answer = Answer(response, self.route.ends[-1])
            if not (self.hands_over_redirects and 300 <= answer.status < 400):
                _refuse_strange(answer)
            yield answer
        finally:
            await response.aclose()

    async def drop_idle(self) -> None:
        """Close the kept connections; requests under way go on."""
        for connection in self._pool.connections if self._pool else ():
            if connection.is_idle():
                await connection.aclose()

    async def aclose(self) -> None:
        """Close all connections, those of requests under way too."""
        if self._pool is not None:
            await self._pool.aclose()

    def _target(self, path: str) -> bytes:
        base = self._base.target.rstrip(b"/")
        if path.startswith("/../"):
            base, path = base.rpartition(b"/")[0], path.removeprefix("/..")
        return base + path.encode("ascii")

    async def _answer(
        self, request: httpcore2.Request, watcher: "_Watcher"
    ) -> httpcore2.Response:
        if self._pool is None:
            pool = await self._make_pool()
            if self._pool is None:  # else another request was quicker
                self._pool = pool
        try:
            response = await self._pool.handle_async_request(request)
        except FAULTS as error:
            end = self.route.ends[-1 if watcher.is_connected else 0]
            raise named(error, end, begun=False, cut=False) from None
        _stream(response).head_complete()
        return response


class _Watcher:
    """Listens to httpcore's trace for the moment when a request can be sent.

    A proxy's CONNECT is a request too, and not the one that counts.
    """

    def __init__(self, connected: Callable[[], None] | None) -> None:
        self._connected = connected
        self.is_connected = False
        """Whether it can: until then it is a proxy that speaks, where there is one."""

    async def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        if event != "http11.send_request_headers.started":
            return
        if info["request"].method != b"CONNECT":
            self.is_connected = True
            if self._connected is not None:
                self._connected()


def _direct_pool(
    route: Route, context: ssl.SSLContext, *, socket: str | None = None
) -> _Pool:
    return _Pool(
        ssl_context=context,
        max_connections=None,
        keepalive_expiry=_IDLE_SECONDS,
        uds=socket,
        network_backend=Backend(route),
    )


async def _tunnel_pool(
    route: Route, proxy: Proxy, context: ssl.SSLContext, trust: Trust
) -> _Pool:
    secure = proxy.url.startswith("https:")
    return httpcore2.AsyncHTTPProxy(
        proxy_url=proxy.url,
        proxy_auth=proxy.credential,
        ssl_context=context,
        proxy_ssl_context=await trust.context() if secure else None,
        max_connections=None,
        keepalive_expiry=_IDLE_SECONDS,
        network_backend=Backend(route),
    )


def _stream(response: httpcore2.Response) -> Stream:
    stream = response.extensions["network_stream"]
    if not isinstance(stream, Stream):
        raise TypeError(f"httpcore gave a {type(stream).__name__}")
    return stream


def _refuse_strange(answer: Answer) -> None:
    """Refuse redirects and what nobody asked for."""
    if 300 <= answer.status < 400:
        target = shorten(mend(answer.header("location")), 200) or "nowhere"
        raise BadAnswer(
            f"the upstream redirects to {target}, and redirects are never followed",
            http_status=answer.status,
            advice="set base_url to the final address, if you trust it",
        )
    if answer.status < 200:
        raise BadAnswer(
            f"the upstream switched protocols by {answer.status}",
            http_status=answer.status,
        )
    if answer.status < 300 and answer.encoded:
        raise BadAnswer(
            "the upstream compressed its answer, though told not to",
            http_status=answer.status,
        )
