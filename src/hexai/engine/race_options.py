"""What a race is given: the process it runs in, and its own options."""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from hexai.domain.request import AlwaysReady, Clearance, Locality, Readiness, Request
from hexai.engine.breaker import Breakers
from hexai.engine.feed import Feed
from hexai.engine.limits import Gate, Slots
from hexai.engine.settle import Policy
from hexai.engine.streams import Streams

Jitter = Callable[[float], float]
"""Gives a random number of seconds up to the given one."""


class Composed(Struct, frozen=True, kw_only=True):
    """A request as one contender is sent it, and whether it may leave this machine."""

    request: Request
    clearance: Clearance


Compose = Callable[[int, int | None], Awaitable[Composed]]
"""Composes the request of a contender, by its index, at the moment in which it is sent.

It takes no more than so many tokens, by our estimate, where that is given.
"""


class Conditions(Struct, frozen=True, kw_only=True):
    """What all races of this process share."""

    slots: Slots
    breakers: Breakers
    streams: Streams
    locality: Locality
    jitter: Jitter
    readiness: Readiness = AlwaysReady()


class RaceOptions(Struct, frozen=True, kw_only=True):
    """What one race may do, and how long its answer is waited for."""

    policy: Policy = Policy()
    max_concurrency: int = 8
    """Attempts under way at once; 1 is one after the other, in entry order."""
    clearance: Clearance = Clearance()
    compose: Compose | None = None
    """Who can compose the request anew; None: it is the same for everybody."""
    requested_at: float | None = None
    """The loop's time at which the request arrived; None: as the race begins."""


class RaceContext(Struct, frozen=True, kw_only=True):
    """What the contenders of one race share."""

    request: Request
    clearance: Clearance
    compose: Compose | None
    conditions: Conditions
    gate: Gate
    feed: Feed
    began_at: float
    """The loop's time that the events count from."""
