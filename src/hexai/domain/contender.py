"""A contender: an entry made ready for one request."""

from msgspec import Struct

from hexai.domain.entry import RequestSpec
from hexai.domain.provider import Provider


class Upstream(Struct, frozen=True, kw_only=True):
    """The origin that a provider talks to; slots and breakers belong to it."""

    origin: str
    """`scheme://host:port`, or `unix:PATH` for a worker's socket."""
    proxy: str = ""
    """The proxy that is connected by, without user and password; empty for none."""
    kind: str = ""
    """What it speaks: a provider's type; empty where that does not matter."""
    max_concurrency: int | None = None
    """Attempts under way at once in this process; None for no limit."""

    @property
    def where(self) -> str:
        """Whom a message names: the origin, and who stands before it."""
        return f"{self.origin} by the proxy {self.proxy}" if self.proxy else self.origin


class Target(Struct, frozen=True, kw_only=True):
    """Whom one attempt asks: a request spec with its client."""

    spec: RequestSpec
    client: Provider
    upstream: Upstream
    local: bool | None
    """Whether the text stays on this machine; None: only the upstream can tell."""


class Contender(Struct, frozen=True, kw_only=True):
    """One taker of part in a race."""

    index: int
    """Its place among all contenders of the request, from 0, in entry order."""
    label: str
    target: Target
    fallback: Target | None = None
    timeout: float
    """Seconds from the first slot to the end, back-off and fallback included."""
