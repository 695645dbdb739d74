"""The authorities that certificates are checked against, loaded once a process."""

import asyncio
import ssl
from functools import cache

from httpcore2 import default_ssl_context

from hexai.errors import TLSFailed


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
