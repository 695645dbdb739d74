"""What happens in a race, and what became of each contender: one outcome each."""

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from hexai.domain.provider import FinishReason, Given, Usage
from hexai.errors import ProviderError

MEASURABLE = 0.01
"""Seconds of generating from which on a speed means something.

An answer that came in one piece has less, and was generated before anybody looked.
"""

FASTEST = 10_000
"""Tokens per second that no server generates for one request.

What seems faster was generated before and held back by somebody on the way.
"""


class Status(StrEnum):
    """The four ways a contender can end."""

    ANSWERED = "answered"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    CANCELLED = "cancelled"


class Timings(Struct, frozen=True, kw_only=True):
    """Durations in seconds by the monotonic clock."""

    queued: float = 0.0
    """Waiting for slots, ours or the upstream's; in no other figure."""
    loading: float = 0.0
    """Loading the model, here or at an upstream that tells; in no other figure."""
    ttft: float | None = None
    """As `total`, but up to the answer's first token; None if none came."""
    generating: float | None = None
    """From the first token of any kind, reasoning included, to the end.

    Longer where the upstream says that it took longer: text was held back on the way.
    """
    total: float = 0.0
    """From the first slot to the end, without `queued` and `loading`."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of a contender. Text and figures stand for all four statuses."""

    index: int
    """The contender's place in the race."""
    label: str
    status: Status
    text: str = ""
    """The answer; of a contender that did not answer, what had arrived."""
    provider: str
    """Who really answered (or failed last): the fallback's name after a fallback."""
    model: str
    """The configured model of that provider."""
    fell_back: bool = False
    returned_model: str | None = None
    """The model id that the upstream returned."""
    finish: FinishReason | None = None
    """Why the model stopped; None unless answered."""
    infilled: bool = False
    """The text is that of a gap as it is, from a fill-in-the-middle endpoint."""
    apart: bool = False
    """The upstream was sent what stands apart from the gap, too."""
    late: bool = False
    """Answered after the list had gone out."""
    error: ProviderError | None = None
    """Set when failed or timed out."""
    attempts: int = 1
    """How many attempts were sent, retries and fallback included; 0 if none was."""
    usage: Usage | None = None
    """None when nothing was generated."""
    timings: Timings = Timings()
    given: Given | None = None
    """What it was given of the prompt; None if it was sent nothing."""
    local: bool | None = None
    """Whether the text stayed on this machine; None when nobody could tell."""
    cached_age: float | None = None
    """Seconds since the cache kept this answer; None for a fresh one."""

    @property
    def is_whole(self) -> bool:
        """Whether it answered with text, and no filter took the rest of it."""
        answered = self.status is Status.ANSWERED and bool(self.text.strip())
        return answered and self.finish is not FinishReason.FILTERED

    @property
    def is_cut(self) -> bool:
        """Whether its upstream cut the prompt, so that it compares with nobody."""
        return self.given is not None and self.given.cut

    @property
    def tokens_per_s(self) -> float | None:
        """Generated tokens per second; None where the time is too short to tell."""
        return speed(self.usage, self.timings)


def speed(usage: Usage | None, timings: Timings) -> float | None:
    """Give generated tokens per second; None where the time is too short to tell.

    Counted is what was seen to come: the first token took its time before, so `n`
    tokens have `n - 1` gaps, and hidden reasoning has none.
    """
    spent = timings.generating or 0.0
    if usage is None or spent < MEASURABLE:
        return None
    rate = (usage.output - usage.hidden - 1) / spent
    return rate if 0 < rate <= FASTEST else None


# `at` is in seconds since the race began, by the monotonic clock.


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


class Delta(Struct, frozen=True, kw_only=True, gc=False):
    """The next piece of a contender's answer.

    What has arrived since the last one was fetched is one piece; `at` is the time of
    its first token.
    """

    index: int
    at: float
    text: str


class TakenBackEvent(Struct, frozen=True, kw_only=True):
    """All text of a contender so far was reasoning; its answer begins now."""

    index: int
    at: float


class Ended(Struct, frozen=True, kw_only=True):
    """A contender is done; exactly one for each."""

    index: int
    at: float
    outcome: Outcome


SettledReason = Literal["all", "first", "gather", "deadline", "asked"]
"""Why it is time to answer; `asked`: whoever follows the race has answered."""


class Settled(Struct, frozen=True, kw_only=True):
    """It is time to answer; contenders may still run. Exactly one in a race."""

    at: float
    reason: SettledReason


Event = Queued | Started | Loading | Ready | Delta | TakenBackEvent | Ended | Settled
