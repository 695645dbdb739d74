"""Connections that are secured: TLS, and what goes wrong with it.

TLS is spoken by Python's `ssl` in memory, over any wire, also over one that is secured
itself, as with a proxy that is spoken to by https. asyncio's own does not end there in
every release of Python 3.11: a certificate that does not hold leaves it waiting.
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from hexai.errors import ConnectionFailed, ProviderError, TLSFailed
from hexai.providers.http.network import Wire, open_tcp
from hexai.providers.http.route import End
from hexai.providers.http.tls_contexts import Trust

_MOST = 64 * 1024
_HUNG_UP = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
"""How Python's releases call the end of a connection."""
_WANTS_OURS = ("CERTIFICATE_REQUIRED", "ALERT_BAD_CERTIFICATE")
"""How OpenSSL says that a server wants a certificate of ours. We never send one."""

P = ParamSpec("P")
R = TypeVar("R")


async def open_tls(host: str, port: int, end: End, trust: Trust, ca_file: str) -> Wire:
    """Connect to a name or an address and begin TLS; raises `ProviderError`.

    Authorities take about as long to load as a connection takes to be made, so both is
    done at once. What is wrong with them is told first.
    """
    opening: asyncio.Task[Wire | ProviderError] | None = None
    try:
        async with asyncio.TaskGroup() as group:
            opening = group.create_task(_connected(host, port, end))
            context = await trust.context(ca_file)
    except BaseExceptionGroup as errors:
        _abandon(opening)
        raise errors.exceptions[0] from None  # what authorities raised: the only one
    except asyncio.CancelledError:
        _abandon(opening)
        raise
    wire = opening.result()
    if isinstance(wire, ProviderError):
        raise wire
    return await secured(wire, context, host, end)


async def _connected(host: str, port: int, end: End) -> Wire | ProviderError:
    try:
        return await open_tcp(host, port, end)
    except ProviderError as error:
        return error


def _abandon(opening: asyncio.Task[Wire | ProviderError] | None) -> None:
    if opening is None or opening.cancelled():
        return
    wire = opening.result()
    if not isinstance(wire, ProviderError):
        wire.abort()


async def secured(wire: Wire, context: ssl.SSLContext, host: str, end: End) -> Wire:
    """Begin TLS on a wire with `end`, whose certificate must be for `host`.

    Raises `TLSFailed`, or `ConnectionFailed` for one that hangs up. The wire is closed
    unless that succeeds.
    """
    try:
        made = _Secured(wire, context, host, end)
        await made.shake_hands()
    except OSError as error:
        wire.abort()
        raise _insecure(error, end) from None
    except BaseException:
        wire.abort()
        raise
    return made


class _Secured:
    """A wire within TLS."""

    def __init__(
        self, wire: Wire, context: ssl.SSLContext, host: str, end: End
    ) -> None:
        self.end = end
        self._wire = wire
        self._came, self._goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._came, self._goes, server_hostname=host)
        self._has_spoken = False

    async def shake_hands(self) -> None:
        await self._through(self._tls.do_handshake)

    async def read(self, most: int) -> bytes:
        try:
            data = await self._through(self._tls.read, most)
        except ssl.SSLZeroReturnError:
            return b""
        except ssl.SSLEOFError:
            # Who ends a connection says so within TLS. One that was cut on its way must
            # not end a body that is over when its connection is (RFC 9112, 9.8).
            raise ConnectionResetError("the connection was cut") from None
        except ssl.SSLError as error:
            if self._has_spoken:
                raise
            # In TLS 1.3 a server looks at a client's certificate, or finds that there
            # is none, when for the client the handshake is over.
            raise _insecure(error, self.end) from None
        self._has_spoken = True
        return data

    async def write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[await self._through(self._tls.write, left) :]

    def abort(self) -> None:
        self._wire.abort()

    @property
    def is_quiet(self) -> bool:
        return not (self._came.pending or self._tls.pending()) and self._wire.is_quiet

    async def _through(self, act: Callable[P, R], *args: P.args, **more: P.kwargs) -> R:
        """Do something that TLS may have to read or write for first."""
        while True:
            try:
                done = act(*args, **more)
            except ssl.SSLWantReadError:
                await self._send()
                data = await self._wire.read(_MOST)
                if data:
                    self._came.write(data)
                else:
                    self._came.write_eof()
            except ssl.SSLError:
                await self._send()  # what the other end should know
                raise
            else:
                await self._send()
                return done

    async def _send(self) -> None:
        if data := self._goes.read():
            await self._wire.write(data)


def _insecure(error: OSError, end: End) -> ProviderError:
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = error.verify_message.removesuffix(".")
        return TLSFailed(
            f"the certificate of {end.name} is not valid: {reason}",
            advice=end.advice.trust,
        )
    if isinstance(error, ssl.SSLError) and not isinstance(error, _HUNG_UP):
        if (error.reason or "").endswith(_WANTS_OURS):
            return TLSFailed(
                f"{end.name} wants a certificate from who asks, and none is sent",
                advice="ask by a proxy of your own that has one",
            )
        reason = (error.reason or "handshake failed").replace("_", " ").lower()
        return TLSFailed(f"no TLS with {end.name}: {reason}", advice=end.advice.trust)
    return ConnectionFailed(
        f"{end.name} closed the connection within TLS", advice=end.advice.reach
    )
