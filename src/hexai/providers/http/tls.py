"""Connections that are secured: TLS, whom to trust, and what goes wrong with it.

TLS is spoken by Python's `ssl` in memory, over any wire, also over one that is secured
itself, as with a proxy that is spoken to by https. asyncio's own does not end there in
every release of Python 3.11: a certificate that does not hold leaves it waiting.
"""

import asyncio
import os
import ssl
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from hexai.errors import ConnectionFailed, ProviderError, TLSFailed
from hexai.providers.http.network import Wire
from hexai.providers.http.route import End

_MOST = 64 * 1024
_HUNG_UP = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
"""How Python's releases call the end of a connection."""
_WANTS_OURS = ("CERTIFICATE_REQUIRED", "ALERT_BAD_CERTIFICATE")
"""How OpenSSL calls it that a server finds fault with the certificate of a client. We
never send one, so what is wrong with it is that it is missing."""

P = ParamSpec("P")
R = TypeVar("R")


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
            advice=end.trust_advice,
        )
    if isinstance(error, ssl.SSLError) and not isinstance(error, _HUNG_UP):
        if (error.reason or "").endswith(_WANTS_OURS):
            return TLSFailed(
                f"{end.name} wants a certificate from who asks, and none is sent",
                advice="ask by a proxy of your own that has one",
            )
        reason = (error.reason or "handshake failed").replace("_", " ").lower()
        return TLSFailed(f"no TLS with {end.name}: {reason}", advice=end.trust_advice)
    return ConnectionFailed(
        f"{end.name} closed the connection within TLS", advice=end.advice
    )


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


def _load(ca_file: str) -> ssl.SSLContext:
    source = "SSL_CERT_FILE or SSL_CERT_DIR"
    try:
        context = _system_context()
        context.set_alpn_protocols(["http/1.1"])
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


_ELSEWHERE = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Arch, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora and its kin
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # Alpine, the BSDs
)
"""Where systems keep their authorities; a Python from elsewhere looks in its own."""


def _system_context() -> ssl.SSLContext:
    """Make a context that trusts whom the system, or the user's environment, trusts."""
    environ = os.environ  # noqa: TID251 - as OpenSSL itself reads them
    file, folder = environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR")
    if file or folder:
        return ssl.create_default_context(cafile=file or None, capath=folder or None)
    if sys.platform == "darwin":  # the keychain, which OpenSSL does not know
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    paths = ssl.get_default_verify_paths()
    if not paths.cafile and not (paths.capath and os.listdir(paths.capath)):  # noqa: PTH208
        for file in filter(os.path.isfile, _ELSEWHERE):
            return ssl.create_default_context(cafile=file)
    return ssl.create_default_context()
