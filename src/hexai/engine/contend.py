"""What one contender does in a race: slot → attempt → try again, fall back, or end."""

import asyncio
from math import inf
from typing import assert_never

from hexai.domain.contender import Target
from hexai.domain.events import Queued, Started
from hexai.engine.attempt import attempt
from hexai.engine.decide import (
    MAX_REPEATS,
    Decision,
    End,
    FallBack,
    Retry,
    Situation,
    decide,
    longest_back_off,
)
from hexai.engine.limits import Slot
from hexai.engine.tally import Tally
from hexai.engine.terms import Course
from hexai.errors import ContextTooLong, ProviderError, TimedOut


async def contend(tally: Tally, course: Course) -> None:
    """Run a contender to its end: returns when it has answered.

    Raises a `ProviderError` when it failed, and anything else when there is a bug.
    """
    contender = tally.contender
    target, retries, repeats, wait = contender.target, 0, 0, 0.0
    while True:
        slot = await _wait_for_slot(target, tally, course, after=wait)
        try:
            await attempt(target, tally, course)
        except ProviderError as error:
            failure = error.without_trace()
        else:
            return
        finally:
            slot.release()
        learnt = repeats < MAX_REPEATS and _learn(failure, tally, course)
        match _decide(failure, tally, retries, course, learnt=learnt):
            case Retry(after=wait):
                retries += not learnt
                repeats += learnt
            case FallBack():
                target, retries, repeats = contender.fallback or target, 0, 0
                wait = 0.0
            case End():
                raise failure
            case unknown:
                assert_never(unknown)


async def _wait_for_slot(
    target: Target, tally: Tally, course: Course, *, after: float
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


def _learn(error: ProviderError, tally: Tally, course: Course) -> bool:
    """Learn from a failure; gives whether the next attempt would be another one."""
    readiness = course.conditions.readiness
    tally.refusal = error if isinstance(error, ContextTooLong) else None
    learnt = readiness.learn(tally.target, error, tally.request.tokens)
    can_cut = course.compose is not None
    return learnt and (can_cut or not isinstance(error, ContextTooLong))


def _decide(
    error: ProviderError, tally: Tally, retries: int, course: Course, *, learnt: bool
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
