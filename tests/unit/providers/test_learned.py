"""What a refusal names of a request, and the request without just that."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import pytest

from hexai.domain.provider import (
    Chunk,
    Finished,
    FinishReason,
    Habit,
    TakenBack,
    TextDelta,
)
from hexai.providers.formats.error_bodies import read_body
from hexai.providers.learned import Habits, key_for, named, without
from tests.support.calls import call

BODY = {
    "model": "m",
    "stream_options": {"include_usage": True},
    "temperature": 0.2,
    "max_tokens": 10,
    "stop": ["x"],
    "think": False,
}


@pytest.mark.parametrize(
    ("status", "error", "refused"),
    [
        (
            400,
            {
                "message": "Unsupported parameter: 'max_tokens' is not supported with"
                " this model. Use 'max_completion_tokens' instead.",
                "param": "max_tokens",
            },
            {"max_tokens"},
        ),
        (
            400,
            {
                "message": "Unsupported value: 'temperature' does not support 0.2 with"
                " this model. Only the default (1) value is supported."
            },
            {"temperature"},
        ),
        (
            400,
            {"message": "invalid temperature: only 1 is allowed for this model"},
            {"temperature"},
        ),
        (400, {"message": "unknown field: stream_options"}, {"stream_options"}),
        (400, {"message": "include_usage is not allowed"}, {"stream_options"}),
        (400, {"message": '"plain" does not support thinking'}, {"think"}),
        (400, {"message": "'stop' is not supported with this model"}, {"stop"}),
        (
            400,
            {"message": "temperature and stream_options are not supported"},
            {"temperature", "stream_options"},
        ),
        (400, {"message": "please stop, think and lower max_tokens"}, {"max_tokens"}),
        (400, {"message": "temperature must be between 0 and 1"}, set()),
        (400, {"message": "max_tokens is too large: 99999"}, set()),
        (400, {"message": "the prompt is odd"}, set()),
        (401, {"message": "temperature is not supported"}, set()),
        (500, {"message": "temperature is not supported"}, set()),
    ],
)
def test_a_refusal_names_options(
    status: int, error: dict[str, str], refused: set[str]
) -> None:
    """As not taken; what is out of range, or another matter, is no such thing."""
    said = read_body(status, json.dumps({"error": error}).encode())

    assert named(said, BODY) == refused


def test_the_fields_of_a_validation_error_are_options() -> None:
    """They need not stand in the sentence."""
    faults = [
        {"loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"},
        {"loc": ["body", "stop"], "msg": "Extra inputs are not permitted"},
    ]
    said = read_body(422, json.dumps({"detail": faults}).encode())

    assert named(said, BODY) == {"stream_options", "stop"}


def test_only_what_was_sent_can_be_refused() -> None:
    """What a message mentions beside it is advice."""
    said = read_body(400, b'{"error": {"message": "max_completion_tokens is unknown"}}')

    assert named(said, BODY) == frozenset()


def test_a_limit_is_renamed_and_all_else_left_out() -> None:
    """Both names refused, there is no limit; what was not named stays as it was."""
    once = without(BODY, frozenset({"max_tokens", "temperature"}))
    twice = without(BODY, frozenset({"max_tokens", "max_completion_tokens"}))

    assert once == {
        **{name: BODY[name] for name in ("model", "stream_options", "stop", "think")},
        "max_completion_tokens": 10,
    }
    assert not {"max_tokens", "max_completion_tokens"} & twice.keys()


def test_options_of_an_ollama_are_left_out_where_they_stand() -> None:
    """Within its `options`."""
    body = {"model": "m", "options": {"temperature": 1.0, "num_predict": 5}}
    said = read_body(400, b'{"error": "temperature is not supported by this model"}')

    assert named(said, body) == {"temperature"}
    assert without(body, named(said, body)) == {
        "model": "m",
        "options": {"num_predict": 5},
    }


def test_the_key_that_a_refusal_is_about_is_known() -> None:
    """For the message, where repeating does not help."""
    said = read_body(400, b'{"error": "temperature must be between 0 and 1"}')

    assert key_for(said) == 'temperature = "default"'


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
