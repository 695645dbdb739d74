"""Whom a connection leads to, and who stands on the way: what messages call them.

By a proxy one connection has two ends that can fail: the proxy itself, and behind it
the upstream. Each wants other advice, so what went wrong is told by the name of the end
that it went wrong with. Where a connection stands is known by the TLS on it: a plain
proxy is spoken to without, a secure one within the first, and the upstream within the
last.
"""

import re

from msgspec import Struct

from hexai.errors import (
    Authentication,
    BadAnswer,
    ConnectionFailed,
    Permission,
    ProviderError,
    TLSFailed,
)

_CHECK_PROXY = "check HTTPS_PROXY, ALL_PROXY and NO_PROXY"
_MAY_PASS = frozenset({408, 425, 429})


class End(Struct, frozen=True, kw_only=True):
    """One that a connection has reached, and what to do where it fails."""

    name: str
    advice: str = ConnectionFailed.advice
    trust_advice: str = TLSFailed.advice
    speech_advice: str = BadAnswer.advice


class Route(Struct, frozen=True, kw_only=True):
    """The way to an upstream."""

    origin: str
    """`scheme://host:port`, or a socket."""
    proxy: str = ""
    """`scheme://host:port` of the proxy on the way, without user and password."""

    @property
    def ends(self) -> tuple[End, ...]:
        """Who is reached one after the other: by TCP, then within each TLS."""
        if not self.proxy:
            return (End(name=self.origin),)
        proxy = End(
            name=f"the proxy {self.proxy} for {self.origin}",
            advice=_CHECK_PROXY,
            trust_advice=f"{_CHECK_PROXY}; for a private authority set SSL_CERT_FILE",
            speech_advice=_CHECK_PROXY,
        )
        upstream = End(
            name=f"{self.origin} by the proxy {self.proxy}",
            advice=f"check base_url; {_CHECK_PROXY}",
        )
        secured = (proxy,) if self.proxy.startswith("https:") else ()
        return (proxy, *secured, upstream)


def refused_by_proxy(said: str, proxy: End) -> ProviderError:
    """Give what it means that a proxy opened no tunnel.

    `said` begins with its status. The words behind it are the proxy's own, and may
    repeat the password that it was given: they are left out.
    """
    found = re.match(r"[1-9][0-9]{2}(?= |$)", said)
    status = int(found[0]) if found else 0
    message = f"{proxy.name} opened no tunnel" + (f" (status {status})" * bool(found))
    if status == 407:
        return Authentication(
            message,
            advice="give its user and password in HTTPS_PROXY or ALL_PROXY, "
            "as http://USER:PASSWORD@HOST:PORT",
        )
    if 400 <= status < 500 and status not in _MAY_PASS:
        return Permission(
            message, advice="ask who runs it, or name the host in NO_PROXY"
        )
    return ConnectionFailed(message, advice=proxy.advice)
