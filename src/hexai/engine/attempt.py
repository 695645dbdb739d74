"""One contender's attempts: slot, breaker, clearance, model ready, stream, decision.

The reader (`streams.py`) asks whether the target may be sent the text and then reads
its stream into the tally and the feed. The contender's own task waits for it in a
timeout scope that only the `BudgetClock` lets expire. So an attempt has timed out if
and only if one of its budgets ran out: a stray `TimeoutError` is the provider's bug.
"""

import asyncio
from contextlib import aclosing
from math import inf
from typing import Final, assert_never

from hexai.domain.outcome import Loading, Queued, Ready, Started, TakenBackEvent
from hexai.domain.provider import (
    Chunk,
    Finished,
    Held,
    ReasoningDelta,
    TakenBack,
    TextDelta,
    Withheld,
)
from hexai.domain.request import Clearance, Request, Target
from hexai.engine.breaker import Permit
from hexai.engine.budgets import BudgetClock, HeldUpBy
from hexai.engine.decide import (
    Decision,
    End,
    FallBack,
    Retry,
    Situation,
    decide,
    health,
    longest_back_off,
    may_repeat,
    objection,
    prompt_room,
)
from hexai.engine.limits import Slot
from hexai.engine.race_options import RaceContext
from hexai.engine.streams import CLOSE_WITHIN, Reader
from hexai.engine.tally import Tally
from hexai.errors import ContextTooLong, NotSent, ProviderError, TimedOut

_CHUNKS_AT_A_STRETCH: Final = 64
"""Chunks after which a provider that has more of them ready lets others run."""

_TOLD: Final = {"queued": Queued, "loading": Loading, "ready": Ready}


async def attempt(target: Target, tally: Tally, course: RaceContext) -> None:
    """Make one attempt, its slot being held: fills the tally, or raises.

    Raises a `ProviderError` when it failed, and anything else when there is a bug.
    """
    loop = asyncio.get_running_loop()
    tally.begin(target)
    breaker = course.conditions.breakers.of(target.upstream.origin)
    permit = breaker.admit(loop.time(), target, began_at=course.began_at)
    try:
        await _Attempt(target, tally, course).run()
    except ProviderError as error:
        _report(permit, error, loop.time())
        raise
    else:
        permit.succeeded()
    finally:
        permit.hand_back()


def _report(permit: Permit, error: ProviderError, now: float) -> None:
    told = health(error)
    if told == "works":
        permit.succeeded()
    elif told == "failed":
        permit.failed(now, error)


class _Attempt:
    """A reader's work for one attempt, and what it came to."""

    def __init__(self, target: Target, tally: Tally, course: RaceContext) -> None:
        self._target = target
        self._tally = tally
        self._course = course
        self._loop = asyncio.get_running_loop()
        self._clock = BudgetClock(
            target.spec.budgets, tally.contender.timeout, tally.stopwatch, self._tell
        )
        self._abandoned = False
        self._objection: ProviderError | None = None

    async def run(self) -> None:
        streams = self._course.conditions.streams
        reader = streams.start(self._read())
        try:
            async with self._clock.scope:
                self._clock.start()
                await asyncio.wait({reader})
        except TimeoutError:
            pass  # it is of our own scope, since readers raise theirs in `_conclude`
        finally:
            self._abandoned = True
            # An answer that is whole had its moment to close the stream, and hangs.
            hangs = self._tally.finished is not None and self._clock.scope.expired()
            self._clock.end()
            self._tally.stopwatch.stop(self._loop.time())
            await streams.close(reader, 0.0 if hangs else CLOSE_WITHIN)
        self._conclude(reader)

    def _conclude(self, reader: Reader) -> None:
        spec = self._target.spec
        if self._objection is not None:
            self._objection.provider, self._objection.model = spec.provider, spec.model
            raise self._objection
        if self._tally.finished is not None:
            if self._tally.shows_density:
                readiness = self._course.conditions.readiness
                readiness.learn_density(self._target, self._tally.request.tokens)
            return
        if missed := self._clock.missed:
            phase, seconds = missed
            raise TimedOut(
                phase,
                seconds,
                where=self._target.upstream.where if phase == "connect" else "",
                provider=spec.provider,
                model=spec.model,
            )
        if reader.cancelled():
            raise RuntimeError("the provider cancelled its own reader")
        if error := reader.exception():
            raise error
        raise RuntimeError("the provider ended its stream without Finished")

    def _tell(self, held_up: HeldUpBy) -> None:
        index, at = self._tally.contender.index, self._loop.time()
        since = at - self._course.began_at
        self._course.feed.put(_TOLD[held_up](index=index, at=since))

    async def _read(self) -> None:
        await self._ask_clearance(self._course.clearance)
        await self._ask_clearance(self._target.clearance)
        readiness = self._course.conditions.readiness
        tokens = self._course.request.tokens
        async with readiness.admitted(self._target, self._clock, tokens) as held:
            request = await self._compose(held)
            if self._tally.refusal is not None and request == self._tally.request:
                raise self._tally.refusal  # it cannot be made any shorter
            may_be_cut = await readiness.may_cut(self._target, request.tokens)
            self._tally.send(request, held, may_be_cut=may_be_cut)
            await self._stream(request)

    async def _compose(self, held: Held | None) -> Request:
        """Compose the request as it is to be sent now, cut to what its target holds."""
        compose = self._course.compose
        if compose is None:
            return self._course.request
        answer = self._course.request.call(self._target.spec).max_tokens
        room = None if held is None else prompt_room(held, answer)
        composed = await compose(self._tally.contender.index, room)
        await self._ask_clearance(composed.clearance)
        return composed.request

    async def _stream(self, request: Request) -> None:
        stream = self._target.client.stream(
            request.call(self._target.spec), self._clock
        )
        chunks = 0
        async with aclosing(stream):
            async for chunk in stream:
                if self._abandoned or self._take(chunk):
                    return
                chunks += 1
                if chunks % _CHUNKS_AT_A_STRETCH == 0:
                    await asyncio.sleep(0)

    async def _ask_clearance(self, clearance: Clearance) -> None:
        reason = clearance.local_only
        if not reason:
            return
        locality = self._course.conditions.locality
        self._tally.local = await locality.is_local(self._target)
        if not self._tally.local:
            spec = self._target.spec
            raise NotSent(
                f"not sent: {reason}", provider=spec.provider, model=spec.model
            )

    def _take(self, chunk: Chunk) -> bool:
        """Take a chunk, and say whether it was the last one."""
        now = self._loop.time()
        tally, course = self._tally, self._course
        match chunk:
            case TextDelta():
                self._clock.token(now)
                tally.add_text(now, chunk.text)
                at = now - course.began_at
                course.feed.put_text(tally.contender.index, at, chunk.text)
            case ReasoningDelta():
                self._clock.token(now)
                tally.add_reasoning(now, chunk.text)
            case Withheld():
                self._clock.token(now)
                tally.stopwatch.see_token(now)
            case TakenBack():
                tally.take_back()
                course.feed.put(
                    TakenBackEvent(
                        index=tally.contender.index, at=now - course.began_at
                    )
                )
            case Finished():
                tally.finished = chunk
                self._objection = objection(
                    chunk,
                    text=tally.text,
                    has_reasoning=tally.has_reasoning,
                    at_cursor=tally.request.infill is not None,
                )
                tally.stopwatch.stop(now)
                tally.stopwatch.be_told(chunk)
                self._clock.finish()
                return True
            case unknown:
                assert_never(unknown)
        return False


async def contend(tally: Tally, course: RaceContext) -> None:
    """Run a contender to its end: returns when it has answered.

    Raises a `ProviderError` when it failed, and anything else when there is a bug.
    """
    contender = tally.contender
    target, retries, repeats, wait = contender.target, 0, 0, 0.0
    while True:
        with await _wait_for_slot(target, tally, course, after=wait):
            try:
                await attempt(target, tally, course)
            except ProviderError as error:
                failure = error.without_trace()
            else:
                return
        tally.refusal = failure if isinstance(failure, ContextTooLong) else None
        learnt = False
        if may_repeat(repeats):
            learnt = _learn(failure, tally, course)
        match _decide(failure, tally, retries, course, learnt=learnt):
            case Retry(after=wait):
                if learnt:
                    repeats += 1
                else:
                    retries += 1
            case FallBack():
                target, retries, repeats = contender.fallback or target, 0, 0
                wait = 0.0
            case End():
                raise failure
            case unknown:
                assert_never(unknown)


async def _wait_for_slot(
    target: Target, tally: Tally, course: RaceContext, *, after: float
) -> Slot:
    """Back off and queue, with no slot held; both spend the contender's `timeout`."""
    loop = asyncio.get_running_loop()
    index, due = tally.contender.index, tally.stopwatch.due()
    tally.stopwatch.resume()
    try:
        async with asyncio.timeout_at(due if due < inf else None):
            if after:
                await asyncio.sleep(after)
            tally.stopwatch.queue(loop.time())
            course.feed.put(Queued(index=index, at=loop.time() - course.began_at))
            slots = course.conditions.slots
            slot = await slots.acquire(target.upstream, course.gate, index)
    except TimeoutError:
        spec, timeout = tally.target.spec, tally.contender.timeout
        raise TimedOut(
            "total", timeout, provider=spec.provider, model=spec.model
        ) from None
    finally:
        tally.stopwatch.leave_queue(loop.time())
    tally.stopwatch.take_slot(loop.time())
    course.feed.put(Started(index=index, at=loop.time() - course.began_at))
    return slot


def _learn(error: ProviderError, tally: Tally, course: RaceContext) -> bool:
    """Learn from a failure; gives whether the next attempt would be another one."""
    readiness = course.conditions.readiness
    learnt = readiness.learn(tally.target, error, tally.request.tokens)
    can_cut = course.compose is not None
    return learnt and (can_cut or not isinstance(error, ContextTooLong))


def _decide(
    error: ProviderError,
    tally: Tally,
    retries: int,
    course: RaceContext,
    *,
    learnt: bool,
) -> Decision:
    contender, now = tally.contender, asyncio.get_running_loop().time()
    situation = Situation(
        any_token=tally.stopwatch.saw_token,
        any_text=tally.any_text,
        retries=retries,
        back_off=course.conditions.jitter(longest_back_off(retries)),
        remaining=tally.stopwatch.due() - now,
        has_fallback=contender.fallback is not None
        and tally.target is contender.target,
        learnt=learnt,
    )
    return decide(error, situation)
