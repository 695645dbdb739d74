"""Connections that know how they ended: where network faults get their names.

httpcore reports a refused connection, a certificate of the wrong host and a reset
after half an answer by a few classes whose differences are in their texts. What the
engine does next depends on exactly these differences (retry, fall back, open the
breaker), so they are told apart where they happen: this backend stands between
httpcore and its sockets and raises our own errors, which httpcore lets through.

Two things are known only here. The *head* of an answer (status, headers, 1xx before
them) is limited to 64 KiB, so a stream counts bytes until its owner says that the
head is complete. And an end of the connection within the head means that there is no
answer at all, while one later may be the answer's proper end.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import Iterable
from functools import cache
from typing import Any

import httpcore2
from httpcore2 import default_ssl_context

from hexai.errors import (
    BadAnswer,
    BrokenStream,
    ConnectionFailed,
    Internal,
    ProviderError,
    TLSFailed,
    TooLarge,
)
from hexai.providers.http.route import End, Route, refused_by_proxy

_HUNG_UP = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
"""How Python's releases call the end of a connection within the handshake."""

FAULTS = (
    httpcore2.ConnectionNotAvailable,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.TimeoutException,
    httpcore2.UnsupportedProtocol,
)
"""Every exception that httpcore raises on purpose."""

HEAD_LIMIT = 64 * 1024
"""Bytes of an answer before its body: status line, headers, and any 1xx."""


class Backend(httpcore2.AsyncNetworkBackend):
    """Opens connections as httpcore's own backend does, with faults named."""

    def __init__(self, route: Route) -> None:
        """Go by a route, whose ends are named in messages."""
        self._inner = httpcore2.AnyIOBackend()
        self._ends = route.ends

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Open a TCP connection."""
        try:
            stream = await self._inner.connect_tcp(
                host, port, timeout, local_address, socket_options
            )
        except httpcore2.ConnectError as error:
            raise self._unreachable(error) from None
        return Stream(stream, self._ends)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Open a connection to a Unix socket."""
        try:
            stream = await self._inner.connect_unix_socket(
                path, timeout, socket_options
            )
        except httpcore2.ConnectError as error:
            raise self._unreachable(error) from None
        return Stream(stream, self._ends)

    async def sleep(self, seconds: float) -> None:
        """Wait between httpcore's own retries, of which there are none."""
        await self._inner.sleep(seconds)

    def _unreachable(self, error: httpcore2.ConnectError) -> ConnectionFailed:
        end = self._ends[0]
        return ConnectionFailed(
            f"cannot connect to {end.name}: {_reason(error)}", advice=end.advice
        )


class Stream(httpcore2.AsyncNetworkStream):
    """One connection; `ended` once the other end has closed it in good order."""

    def __init__(
        self, inner: httpcore2.AsyncNetworkStream, ends: tuple[End, ...]
    ) -> None:
        """Speak with the first of `ends`; the next one is behind the next TLS."""
        self._inner = inner
        self._ends = ends
        self._head: int | None = 0
        self.ended = False

    def head_complete(self) -> None:
        """Say that the headers of the answer under way have been read."""
        self._head = None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has come; within the head, an end is an error of its own."""
        if self._head is None:
            data = await self._inner.read(max_bytes, timeout)
            self.ended = not data
            return data
        if self._head >= HEAD_LIMIT:
            raise TooLarge(
                f"{self._end.name} sent more than 64 KiB of headers",
                advice=self._end.speech_advice,
            )
        try:
            data = await self._inner.read(
                min(max_bytes, HEAD_LIMIT - self._head), timeout
            )
        except httpcore2.ReadError:
            raise self._no_answer("broke") from None
        if not data:
            raise self._no_answer("closed")
        self._head += len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send a part of a request; the next answer begins with its head."""
        self._head = 0
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection at once."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Secure the connection; a certificate that does not hold is `TLSFailed`.

        Closes it unless that succeeds: httpcore does not when it is cancelled here.
        """
        following = self._ends[1:] or self._ends
        try:
            stream = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except httpcore2.ConnectError as error:
            raise _insecure(error, following[0]) from None
        except asyncio.CancelledError:
            await self._inner.aclose()
            raise
        return Stream(stream, following)

    def get_extra_info(self, info: str) -> Any:
        """Give what httpcore asks about the socket."""
        return self._inner.get_extra_info(info)

    @property
    def _end(self) -> End:
        return self._ends[0]

    def _no_answer(self, how: str) -> ConnectionFailed:
        return ConnectionFailed(
            f"{self._end.name} {how} the connection without an answer",
            advice=self._end.advice,
        )


def _insecure(error: httpcore2.ConnectError, end: End) -> ProviderError:
    cause = error.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason = cause.verify_message.removesuffix(".")
        return TLSFailed(
            f"the certificate of {end.name} is not valid: {reason}",
            advice=end.trust_advice,
        )
    if isinstance(cause, ssl.SSLError) and not isinstance(cause, _HUNG_UP):
        reason = (cause.reason or "handshake failed").replace("_", " ").lower()
        return TLSFailed(f"no TLS with {end.name}: {reason}", advice=end.trust_advice)
    return ConnectionFailed(
        f"{end.name} closed the connection within TLS", advice=end.advice
    )


def named(error: Exception, end: End, *, begun: bool, cut: bool) -> ProviderError:
    """Turn what httpcore raises into one of our errors; complete over its classes.

    `begun`: something of the answer has been shown. `cut`: the other end closed the
    connection. Texts of httpcore stay out: they may quote header values and bodies.
    """
    if isinstance(error, httpcore2.ProxyError):
        return refused_by_proxy(str(error), end)
    if isinstance(error, httpcore2.RemoteProtocolError) and not cut:
        return BadAnswer(
            f"{end.name} does not speak HTTP as it should", advice=end.speech_advice
        )
    if isinstance(error, httpcore2.NetworkError | httpcore2.RemoteProtocolError):
        if begun:
            return BrokenStream(f"{end.name} cut the answer off")
        return ConnectionFailed(
            f"{end.name} closed the connection before it answered", advice=end.advice
        )
    return Internal(f"the HTTP client failed by {type(error).__name__}")


def _reason(error: httpcore2.ConnectError) -> str:
    """Find the system's own words behind an attempt on several addresses."""
    cause: BaseException | None = error.__cause__
    while cause is not None:
        if isinstance(cause, BaseExceptionGroup):
            cause = cause.exceptions[0]
        elif isinstance(cause, OSError) and cause.errno is None and cause.__cause__:
            cause = cause.__cause__
        else:
            break
    return _words(cause)


def _words(cause: BaseException | None) -> str:
    if isinstance(cause, socket.gaierror):
        return "the name is not known"
    if isinstance(cause, OSError) and cause.errno is not None:
        return os.strerror(cause.errno).lower()
    return "no address could be reached"


class Trust:
    """Makes TLS contexts at first use and shares them: each costs 20 to 50 ms.

    That is spent in a thread, since all else would stand still meanwhile: the other
    contenders, the editor, the painter. Contexts trust the system's authorities, or
    those that `SSL_CERT_FILE` or `SSL_CERT_DIR` name, as other programs do; a `ca_file`
    adds to these. Nothing turns the checks off.
    """

    def __init__(self) -> None:
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._loading = asyncio.Lock()

    async def context(self, ca_file: str = "") -> ssl.SSLContext:
        """Give the context for upstreams with this extra authority, or none."""
        if ca_file not in self._contexts:
            async with self._loading:
                if ca_file not in self._contexts:
                    self._contexts[ca_file] = await asyncio.to_thread(_load, ca_file)
        return self._contexts[ca_file]


@cache
def nobody_trusted() -> ssl.SSLContext:
    """Give a context for plain http: cheap, and no certificate would ever pass it."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _load(ca_file: str) -> ssl.SSLContext:
    source = "SSL_CERT_FILE or SSL_CERT_DIR"
    try:
        context = default_ssl_context()
        if ca_file:
            source = f"ca_file {ca_file}"
            context.load_verify_locations(ca_file)
    except OSError as error:  # ssl.SSLError is one too
        reason = "not a PEM file" if isinstance(error, ssl.SSLError) else error.strerror
        raise TLSFailed(
            f"no authorities can be read from {source}: {reason}",
            advice="name a readable PEM file",
        ) from None
    return context
