"""What comes of the requests of a bench: how each ended, in what time, its price."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from hexai.bench.budget import Tab
from hexai.domain.bench import State, Times
from hexai.domain.outcome import (
    Delta,
    Ended,
    Event,
    Outcome,
    Started,
    Status,
    TakenBackEvent,
)
from hexai.domain.provider import FinishReason
from hexai.engine.breaker import REST
from hexai.errors import (
    Authentication,
    ContentFilter,
    NoAnswer,
    NotSent,
    OutOfCredit,
    Permission,
    RateLimited,
    TimedOut,
    UnknownModel,
    UpstreamResting,
)
from hexai.service.cut_prompts import cut_words


class Refusal(StrEnum):
    """What a failure says of all that might be asked besides."""

    NONE = "none"
    AT_FIRST = "at first"
    """The same, unless something was answered before: some refuse one prompt so."""
    ALWAYS = "always"
    """The same, whatever was answered before."""


class Answer(Struct, frozen=True, kw_only=True):
    """What came of a cell, before it is scored."""

    state: State
    text: str = ""
    """What would go in at the hole, or answers the question."""
    said: str = ""
    """The answer as it came."""
    cold: Times = Times()
    warm: Times = Times()
    tokens_in: int | None = None
    tokens_cached: int | None = None
    tokens_out: int | None = None
    form: tuple[bool, bool] = (False, False)
    """Whether the gap was sent rather than messages, and what is apart from it too."""
    limit: int | None = None
    """Tokens that the answer might have."""
    held: int | None = None
    """Tokens that its upstream holds; None: not known."""
    cost_usd: Decimal | None = None
    uncached_usd: Decimal | None = None
    estimated: bool = False
    unbelieved: int | None = None
    """Tokens that its upstream told and that cannot be."""
    error: str = ""
    cause: str = ""
    """The kind of a failure, by which it is told whether it is the same again."""
    refusal: Refusal = Refusal.NONE
    spent: Decimal = Decimal(0)
    """What the purse was charged for it, in USD."""
    is_private: bool = False
    """The guard objected, so that no text of it is stored."""


class Later(Struct, frozen=True):
    """It could not be asked now; it says nothing of the model, so ask again."""

    reason: str
    seconds: float | None = None
    """After so many, which its upstream asks for; None: it does not say."""
    is_down: bool = False
    """The upstream is left alone because it keeps failing."""
    was_tried: bool = False
    """It failed for this one too."""
    spent: Decimal = Decimal(0)
    """What was spent on it all the same, in USD."""


class Unpaid(Struct, frozen=True):
    """The purse does not hold what it may cost."""

    spent: Decimal = Decimal(0)
    """What was spent on it all the same, in USD."""


Reply = Answer | Later | Unpaid


class Put(Struct, frozen=True, kw_only=True):
    """What came of one request that was put."""

    outcome: Outcome
    cost_usd: Decimal | None
    uncached_usd: Decimal | None
    is_private: bool
    """The guard objected to the text."""
    overlapped: bool
    """Somebody asked at the same place meanwhile."""


class Watch:
    """Notes when what happened in the race of one contender."""

    def __init__(self) -> None:
        self._started_at = 0.0
        self._first_at: float | None = None
        self._ended_at = 0.0

    def note(self, event: Event) -> None:
        """Take the next event."""
        match event:
            case Started():
                self._started_at, self._first_at = event.at, None
            case Delta() if self._first_at is None:
                self._first_at = event.at
            case TakenBackEvent():
                self._first_at = None
            case Ended():
                self._ended_at = event.at
            case _:
                pass

    def times(self, outcome: Outcome, *, overlapped: bool) -> Times:
        """Give the model's times: of the last attempt, and no wait for a turn."""
        timings = outcome.timings
        if outcome.status is not Status.ANSWERED:
            return Times(overlapped=overlapped)
        if outcome.attempts == 1:
            first, total = timings.ttft, timings.total
        elif timings.loading or self._first_at is None:
            return Times(overlapped=True)  # which attempt loaded it nobody knows
        else:
            first = self._first_at - self._started_at
            total = self._ended_at - self._started_at
        return Times(first_token=first, total=total, overlapped=overlapped)


def is_sure(outcome: Outcome) -> bool:
    """Tell whether what it cost is known: the upstream said it, or sent nothing."""
    if outcome.attempts == 0:
        return True
    if outcome.usage is None:
        return outcome.status is Status.FAILED
    return outcome.usage.source == "reported"


def without_cache(outcome: Outcome) -> Outcome:
    """Make it an outcome of an upstream that keeps nothing."""
    if outcome.usage is None or outcome.usage.cached is None:
        return outcome
    usage = replace(outcome.usage, cached=None, written=None, cost_usd=None)
    return replace(outcome, usage=usage)


def later_of(outcome: Outcome, tab: Tab) -> Later | Unpaid | None:
    """Say that a cell is to be asked again; None if it said something."""
    error = outcome.error
    if tab.is_refused:
        return Unpaid(tab.spent)
    if isinstance(error, UpstreamResting):
        tried = outcome.attempts > 0
        return Later(str(error), REST, is_down=True, was_tried=tried, spent=tab.spent)
    if isinstance(error, RateLimited) and not isinstance(error, OutOfCredit):
        return Later(str(error), error.retry_after, spent=tab.spent)
    return None


def refusal_of(outcome: Outcome) -> Refusal:
    """Say whether a contender will be refused whatever else it is asked."""
    match outcome.error:
        case Authentication() | OutOfCredit():
            return Refusal.ALWAYS
        case Permission() | UnknownModel():
            return Refusal.AT_FIRST
        case _:
            return Refusal.NONE


def answer_of(
    puts: Sequence[Put], ended: tuple[State, str], *, limit: int | None, text: str
) -> Answer:
    """Make the answer of a cell, but for its times; the last request is what counts.

    `ended` says how, and why if it is no answer.
    """
    outcome = puts[-1].outcome
    usage, given = outcome.usage, outcome.given
    return Answer(
        state=ended[0],
        text=text,
        said=outcome.text,
        tokens_in=None if usage is None else usage.input,
        tokens_cached=None if usage is None else usage.cached,
        tokens_out=None if usage is None else usage.output,
        form=(outcome.infilled, outcome.apart),
        limit=limit,
        held=None if given is None else given.held,
        cost_usd=_sum([each.cost_usd for each in puts]),
        uncached_usd=_sum([each.uncached_usd for each in puts]),
        estimated=any(
            each.outcome.usage is not None and each.outcome.usage.source == "estimated"
            for each in puts
        ),
        unbelieved=max(filter(None, map(_unbelieved, puts)), default=None),
        error=ended[1],
        cause=outcome.error.kind if outcome.error else "",
        refusal=refusal_of(outcome),
        is_private=any(each.is_private for each in puts),
    )


def _unbelieved(put: Put) -> int | None:
    usage = put.outcome.usage
    return None if usage is None else usage.unbelieved


def _sum(costs: Sequence[Decimal | None]) -> Decimal | None:
    """Add up what is known; who failed before a token was charged nothing."""
    known = [cost for cost in costs if cost is not None]
    return sum(known, Decimal(0)) if known else None


def unanswered(outcome: Outcome) -> tuple[State, str] | None:
    """Say how a cell ended that has no answer, and why; None if it has one."""
    error = outcome.error
    if outcome.is_cut:
        return State.FAILED, cut_words(outcome)
    if outcome.status is Status.ANSWERED:
        return None
    told = "" if error is None else str(error)
    if isinstance(error, TimedOut) and error.phase != "connect":
        return State.TIMED_OUT, told
    if isinstance(error, NotSent):
        return State.GUARDED, told
    if isinstance(error, ContentFilter):
        return State.REFUSED, told
    return (State.EMPTY if isinstance(error, NoAnswer) else State.FAILED), told


def finished(outcome: Outcome) -> State:
    """Say how an answer ended that was given."""
    if outcome.finish is FinishReason.FILTERED:
        return State.REFUSED
    limited = outcome.finish is FinishReason.LENGTH
    return State.CUT_OFF if limited else State.ANSWERED
