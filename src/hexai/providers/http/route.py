"""Whom a connection leads to, and who stands on the way: what messages call them.

A connection through a proxy has two ends that can fail: the proxy, and the upstream
behind it. They want different advice, so an error names the end at which it happened.
How many layers of TLS are open tells which one that is: none for a plain proxy, the
first for a proxy by https, and the last for the upstream.
"""

from msgspec import Struct

from hexai.errors import (
    BadAnswer,
    ConnectionFailed,
    TLSFailed,
)

_CHECK_PROXY = "check HTTPS_PROXY, ALL_PROXY and NO_PROXY"


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
