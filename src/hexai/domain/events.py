"""What happens in a race, in the order in which it happened.

`at` is in seconds since the race began, by the monotonic clock.
"""

from typing import Literal

from msgspec import Struct

from hexai.domain.outcome import Outcome


class Queued(Struct, frozen=True, kw_only=True):
    """A contender waits for a slot: each once at the start, again before a retry.

    It may wait once more at its upstream, for the model that is in use there.
    """

    index: int
    at: float
    held_up: bool = False
    """Said once more: another surface holds the slot, so nobody waits for this one."""


class Started(Struct, frozen=True, kw_only=True):
    """A contender got its slot; its budgets run from here."""

    index: int
    at: float


class Loading(Struct, frozen=True, kw_only=True):
    """A contender waits for its model, which is being loaded; or for its key."""

    index: int
    at: float


class Ready(Struct, frozen=True, kw_only=True):
    """What a contender waited for at its upstream is there, and it is asked now."""

    index: int
    at: float


class Delta(Struct, frozen=True, kw_only=True):
    """The next piece of a contender's answer.

    What has arrived since the last one was fetched is one piece; `at` is the time of
    its first token.
    """

    index: int
    at: float
    text: str


class TakenBack(Struct, frozen=True, kw_only=True):
    """All text of a contender so far was reasoning; its answer begins now."""

    index: int
    at: float


class Ended(Struct, frozen=True, kw_only=True):
    """A contender is done; exactly one for each."""

    index: int
    at: float
    outcome: Outcome


class Settled(Struct, frozen=True, kw_only=True):
    """It is time to answer; contenders may still run. Exactly one in a race."""

    at: float
    reason: Literal["all", "first", "gather", "deadline"]


Event = Queued | Started | Loading | Ready | Delta | TakenBack | Ended | Settled
