"""Whether a model marks its reasoning is learnt from its answers."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from hexai.domain.provider import (
    Chunk,
    Finished,
    FinishReason,
    Habit,
    TakenBack,
    TextDelta,
)
from hexai.providers.habits import Habits
from tests.support.calls import call


async def _stream(chunks: Sequence[Chunk]) -> AsyncGenerator[Chunk, None]:
    for chunk in chunks:
        yield chunk


def learn(habits: Habits, *chunks: Chunk, origin: str = "http://a") -> None:
    """Let an answer go by, which arrives as it is."""

    async def scenario() -> None:
        stream = habits.learn(origin, "m", _stream(chunks))
        async with aclosing(stream):
            assert [chunk async for chunk in stream] == list(chunks)

    asyncio.run(scenario())


def test_a_whole_answer_shows_that_it_marks_its_reasoning() -> None:
    """At that upstream, and for that model alone."""
    habits = Habits()
    learn(habits, TextDelta("a"), Finished())

    assert habits.informed("http://a", call()).habit is Habit.MARKED
    assert habits.informed("http://b", call()).habit is Habit.UNKNOWN
    assert habits.informed("http://a", call(model="n")).habit is Habit.UNKNOWN


def test_an_answer_without_its_end_shows_nothing() -> None:
    """Nor one without text, nor a gap that was filled."""
    habits = Habits()
    learn(habits, TextDelta("a"), Finished(reason=FinishReason.LENGTH))
    learn(habits, Finished())
    learn(habits, TextDelta("a"), Finished(infilled=True))

    assert habits.informed("http://a", call()).habit is Habit.UNKNOWN


def test_what_was_taken_back_is_never_forgotten() -> None:
    """It may answer simple questions without a thought."""
    habits = Habits()
    learn(habits, TextDelta("a"), Finished())
    learn(habits, TextDelta("a"), TakenBack())
    learn(habits, TextDelta("b"), Finished())

    assert habits.informed("http://a", call()).habit is Habit.ALOUD
