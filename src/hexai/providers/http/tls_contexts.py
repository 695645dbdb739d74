"""Contexts of TLS: the authorities that are trusted, the system's or the user's.

Python's `ssl` is loaded with the first https upstream, and not by a start.
"""

import asyncio
import os
import sys
from typing import TYPE_CHECKING

from hexai.errors import TLSFailed

if TYPE_CHECKING:
    from ssl import SSLContext


class Trust:
    """Makes TLS contexts at first use and shares them: each costs 20 to 50 ms.

    That is spent in a thread, since all else would stand still meanwhile: the other
    contenders, the editor, the painter. Contexts trust the system's authorities, or
    those that `SSL_CERT_FILE` or `SSL_CERT_DIR` name, as other programs do; a `ca_file`
    adds to these. Nothing turns the checks off.
    """

    def __init__(self) -> None:
        self._contexts: dict[str, SSLContext] = {}
        self._loading = asyncio.Lock()

    async def context(self, ca_file: str = "") -> "SSLContext":
        """Give the context for upstreams with this extra authority, or none."""
        if ca_file not in self._contexts:
            async with self._loading:
                if ca_file not in self._contexts:
                    self._contexts[ca_file] = await asyncio.to_thread(_load, ca_file)
        return self._contexts[ca_file]


def _load(ca_file: str) -> "SSLContext":
    import ssl

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


def _system_context() -> "SSLContext":
    """Make a context that trusts whom the system, or the user's environment, trusts."""
    import ssl

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
