"""What follows from a failed attempt: try again, fall back, or end. No clock, no I/O.

| failure                         | retry | fall back | breaker    |
| ------------------------------- | ----- | --------- | ---------- |
| loading the model               | yes   | yes       | it works   |
| connection, connect timeout     | yes   | yes       | failure    |
| breaker open                    | no    | yes       | nothing    |
| broken before the first token   | yes   | yes       | nothing    |
| no answer                       | no    | no        | it works   |
| TLS                             | no    | no        | failure    |
| 429                             | yes   | yes       | it works   |
| 408, 409, 425                   | yes   | yes       | it works   |
| 405, 501, 505                   | no    | no        | it works   |
| other 5xx, overloaded           | yes   | yes       | failure    |
| first-token timeout             | no    | no        | failure    |
| refused with another 4xx        | no    | no        | it works   |
| all else                        | no    | no        | nothing    |

A failure that has told how to ask better is repeated at once, whatever it was: too long
a prompt, cut to the room that the refusal named; a model that has been waited for until
it was loaded. That is no retry, and there are few of them.
"""

from typing import Literal

from msgspec import Struct

from hexai.errors import (
    Authentication,
    BadRequest,
    BrokenStream,
    ConnectionFailed,
    ContentFilter,
    ContextTooLong,
    NoAnswer,
    OutOfCredit,
    Overloaded,
    Permission,
    ProviderError,
    RateLimited,
    StillLoading,
    TimedOut,
    TLSFailed,
    UnknownModel,
    UpstreamResting,
)

MAX_RETRIES = 2
"""Retries of one target; a fallback has its own."""
MAX_REPEATS = 3
"""Times that one target is asked at once again, for what it was learnt to do better."""
_FIRST_BACK_OFF = 0.5
_REFUSALS = (
    Authentication,
    BadRequest,
    ContentFilter,
    ContextTooLong,
    NoAnswer,
    Permission,
    RateLimited,
    StillLoading,
    UnknownModel,
)


class Situation(Struct, frozen=True, kw_only=True):
    """Where a contender stands when its attempt has failed."""

    any_token: bool
    """A token has arrived, of reasoning or of the answer."""
    any_text: bool
    """Text of the answer has been shown."""
    retries: int
    """Retries of this target so far."""
    back_off: float
    """Seconds to wait at least before a retry, jittered."""
    remaining: float
    """Seconds left of the contender's `timeout`."""
    learnt: bool = False
    """The failure has told how to ask better, and that has not been tried yet."""
    has_fallback: bool
    """There is a fallback, and it has not been asked yet."""


class Retry(Struct, frozen=True):
    """Ask the same target again."""

    after: float
    """Seconds to wait before queueing again."""


class FallBack(Struct, frozen=True):
    """Ask the fallback."""


class End(Struct, frozen=True):
    """Let the failure stand."""


Decision = Retry | FallBack | End
Health = Literal["works", "failed", "unknown"]


def decide(error: ProviderError, situation: Situation) -> Decision:
    """Say what to do about a failed attempt."""
    if situation.learnt and not situation.any_token:
        return Retry(0.0)
    if not _may_pass(error):
        return End()
    wait = max(situation.back_off, error.retry_after or 0.0)
    if (
        not situation.any_token
        and not isinstance(error, OutOfCredit | UpstreamResting)
        and situation.retries < MAX_RETRIES
        and wait < situation.remaining
    ):
        return Retry(wait)
    if situation.has_fallback and not situation.any_text:
        return FallBack()
    return End()


def longest_back_off(retries: int) -> float:
    """Give the seconds that a retry waits at most, to be jittered by the caller."""
    return _FIRST_BACK_OFF * 2.0**retries


def health(error: ProviderError) -> Health:
    """Say what a failed attempt tells about its upstream."""
    if isinstance(error, UpstreamResting):
        return "unknown"
    if isinstance(error, Overloaded) and not isinstance(error, StillLoading):
        status = error.http_status
        return "failed" if status is None or status >= 500 else "works"
    if isinstance(error, TimedOut):
        return "failed" if error.phase in ("connect", "first token") else "unknown"
    if isinstance(error, ConnectionFailed | TLSFailed):
        return "failed"
    return "works" if isinstance(error, _REFUSALS) else "unknown"


def _may_pass(error: ProviderError) -> bool:
    """Whether the outage is the provider's, so that time or another one may help."""
    if isinstance(error, TimedOut):
        return error.phase == "connect"
    return isinstance(error, ConnectionFailed | RateLimited | Overloaded | BrokenStream)
