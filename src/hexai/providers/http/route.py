"""Whom a connection leads to, and who stands on the way: what messages call them.

A connection through a proxy has two ends that can fail: the proxy, and the upstream
behind it. They want different advice, so an error names the end at which it happened.
How many layers of TLS are open tells which one that is: none for a plain proxy, the
first for a proxy by https, and the last for the upstream.
"""

from msgspec import Struct
from msgspec.structs import replace

from hexai.errors import (
    BadAnswer,
    ConnectionFailed,
    TLSFailed,
)

_CHECK_PROXY = "check HTTPS_PROXY, ALL_PROXY and NO_PROXY"


class Advice(Struct, frozen=True, kw_only=True):
    """What to do where an end fails; by default one that the configuration names."""

    reach: str = ConnectionFailed.advice
    """Where nobody is there, or hangs up."""
    trust: str = TLSFailed.advice
    speech: str = BadAnswer.advice
    """Where it does not say what it should."""
    place: str = "check base_url"
    """Where it may be another that was meant."""


class End(Struct, frozen=True, kw_only=True):
    """One that a connection has reached, and what to do where it fails."""

    name: str
    advice: Advice = Advice()


_OF_PROXY = Advice(
    reach=_CHECK_PROXY,
    trust=f"{_CHECK_PROXY}; for a private authority set SSL_CERT_FILE",
    speech=_CHECK_PROXY,
)


class Route(Struct, frozen=True, kw_only=True):
    """The way to an upstream."""

    origin: str
    """`scheme://host:port`, or a socket."""
    proxy: str = ""
    """`scheme://host:port` of the proxy on the way, without user and password."""
    advice: Advice = Advice()
    """What to do where the upstream fails."""

    @property
    def ends(self) -> tuple[End, ...]:
        """Who is reached one after the other: by TCP, then within each TLS."""
        if not self.proxy:
            return (End(name=self.origin, advice=self.advice),)
        proxy = End(
            name=f"the proxy {self.proxy} for {self.origin}",
            advice=_OF_PROXY,
        )
        upstream = End(
            name=f"{self.origin} by the proxy {self.proxy}",
            advice=replace(self.advice, reach=f"{self.advice.place}; {_CHECK_PROXY}"),
        )
        secured = (proxy,) if self.proxy.startswith("https:") else ()
        return (proxy, *secured, upstream)
