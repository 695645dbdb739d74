"""What comes of one request of a bench: what would go in, how long it took, its price.

The race is followed as a place in the editor follows it, with the same end for those
that do not stop by themselves.
"""

from collections.abc import Sequence
from decimal import Decimal

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
from hexai.errors import (
    ContentFilter,
    NoAnswer,
    NotSent,
    RateLimited,
    TimedOut,
    UpstreamResting,
)
from hexai.service.ask import Run
from hexai.service.completion import Completion, Draft


class Answer(Struct, frozen=True, kw_only=True):
    """What came of a cell, before it is scored."""

    state: State
    text: str = ""
    """What would go in at the hole."""
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
    error: str = ""
    cause: str = ""
    """The kind of a failure, by which it is told whether it is the same again."""
    is_private: bool = False
    """The guard objected, so that no text of it is stored."""


class Later(Struct, frozen=True):
    """It could not be asked now; it says nothing of the model, so ask again."""

    seconds: float
    reason: str


class Unpaid(Struct, frozen=True):
    """The purse does not hold what it may cost."""


Reply = Answer | Later | Unpaid


class RequestEnd(Struct, frozen=True, kw_only=True):
    """One request of a cell."""

    outcome: Outcome
    draft: Draft
    times: Times
    cost_usd: Decimal | None
    uncached_usd: Decimal | None
    is_private: bool
    limit: int | None


class Follower:
    """Follows the race of one contender to its end."""

    def __init__(self, composed: Completion, *, counts: bool) -> None:
        """Read the answer at the end only if it `counts`."""
        self._counts = counts
        self.draft = Draft(composed.clean, composed.judge)
        self._started_at = 0.0
        self._first_at: float | None = None
        self._ended_at = 0.0

    async def follow(self, run: Run) -> Outcome:
        """Follow it as a place in the editor does; gives the outcome."""
        async for event in run:
            self._note(event)
            match event:
                case Delta(text=text):
                    self.draft.add(text)
                    if self.draft.has_enough:
                        run.finish(0)
                case TakenBackEvent():
                    self.draft.take_back()
                case Ended(outcome=outcome) if self._counts:
                    self.draft.end(outcome, event.at)
                case _:
                    pass
        return run.outcomes[0]

    def _note(self, event: Event) -> None:
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


def later_of(ended: RequestEnd, tab: Tab) -> Later | Unpaid | None:
    """Say that a cell is to be asked again; None if it said something."""
    error = ended.outcome.error
    if tab.is_refused:
        return Unpaid()
    if isinstance(error, UpstreamResting):
        return Later(30.0, str(error))
    if isinstance(error, RateLimited) and error.kind == RateLimited.kind:
        return Later(error.retry_after or 10.0, str(error))
    return None


def answer_of(before: RequestEnd, counts: RequestEnd, *, is_cold: bool) -> Answer:
    """Make the answer of a cell of its two requests; the second one counts."""
    ended = (before, counts)
    outcome, usage = counts.outcome, counts.outcome.usage
    state, error = _state(counts)
    costs = [each.cost_usd for each in ended]
    uncached = [each.uncached_usd for each in ended]
    given = outcome.given
    return Answer(
        state=state,
        text=counts.draft.text,
        said=outcome.text,
        cold=before.times if is_cold else Times(),
        warm=counts.times,
        tokens_in=None if usage is None else usage.input,
        tokens_cached=None if usage is None else usage.cached,
        tokens_out=None if usage is None else usage.output,
        form=(outcome.infilled, outcome.apart),
        limit=counts.limit,
        held=None if given is None else given.held,
        cost_usd=_sum(costs),
        uncached_usd=_sum(uncached),
        estimated=any(
            each.outcome.usage is not None and each.outcome.usage.source == "estimated"
            for each in ended
        ),
        error=error,
        cause=outcome.error.kind if outcome.error else "",
        is_private=before.is_private or counts.is_private,
    )


def _sum(costs: Sequence[Decimal | None]) -> Decimal | None:
    """Add up what is known; who failed before a token was charged nothing."""
    known = [cost for cost in costs if cost is not None]
    return sum(known, Decimal(0)) if known else None


def _state(ended: RequestEnd) -> tuple[State, str]:
    """Say how a cell ended, and why if it is no answer."""
    outcome, error = ended.outcome, ended.outcome.error
    if outcome.is_cut:
        return State.FAILED, outcome.cut_words
    if outcome.status is Status.ANSWERED:
        return _answered(ended), ended.draft.misfit or ""
    told = "" if error is None else str(error)
    if isinstance(error, TimedOut) and error.phase != "connect":
        return State.TIMED_OUT, told
    if isinstance(error, NotSent):
        return State.GUARDED, told
    if isinstance(error, ContentFilter):
        return State.REFUSED, told
    return (State.EMPTY if isinstance(error, NoAnswer) else State.FAILED), told


def _answered(ended: RequestEnd) -> State:
    misfit, finish = ended.draft.misfit, ended.outcome.finish
    if misfit is not None:
        return State.EMPTY if misfit == "empty" else State.UNFIT
    if finish is FinishReason.FILTERED:
        return State.REFUSED
    return State.CUT_OFF if finish is FinishReason.LENGTH else State.ANSWERED
