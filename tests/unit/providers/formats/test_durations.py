"""What upstreams say of their time is read, in whatever unit, and never trusted."""

import json

import pytest

from hexai.domain.provider import Finished
from hexai.providers.formats.durations import (
    Durations,
    ollama_durations,
    openai_generating,
)
from hexai.providers.formats.openai import OpenAIFormat
from hexai.providers.llamacpp.infill import LlamaCppInfillDecoder
from tests.support.calls import call, settings


@pytest.mark.parametrize(
    ("line", "durations"),
    [
        ((None, None, None, None), Durations()),
        ((0, 5 * 10**8, 0, 0), Durations(loading=0.5)),
        ((10**9, 2 * 10**9, 0, 0), Durations(loading=2.0)),
        ((-5, "x", 10**40, True), Durations()),
        (
            (3 * 10**9, 5 * 10**8, 10**9, 10**9),
            Durations(loading=0.5, queued=0.5, generating=1.0),
        ),
    ],
)
def test_durations_of_ollama(line: tuple[object, ...], durations: Durations) -> None:
    """Missing ones, and those that contradict each other, say nothing."""
    assert ollama_durations(line) == durations


@pytest.mark.parametrize(
    ("usage", "timings", "seconds"),
    [
        (None, {"predicted_ms": 1257.9}, 1.2579),
        ({"completion_time": 0.35}, None, 0.35),
        ({"completion_time": -1}, {"predicted_ms": float("nan")}, 0.0),
        ({"completion_time": "0.35"}, {"predicted_ms": 10**40}, 0.0),
        ([], "", 0.0),
    ],
)
def test_durations_beside_openai_s_format(
    usage: object, timings: object, seconds: float
) -> None:
    """llama.cpp counts in milliseconds, Groq in seconds."""
    assert openai_generating(usage, timings) == pytest.approx(seconds)


def test_a_later_event_without_figures_takes_none_away() -> None:
    """llama.cpp tells its timings behind the finish, others in every chunk."""
    decoder = OpenAIFormat(settings("openai")).decoder(call())
    for event in (
        {"choices": [{"delta": {"content": "a"}, "finish_reason": "stop"}]},
        {"choices": [], "timings": {"predicted_ms": 250.0}},
        {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1}},
    ):
        decoder.feed(json.dumps(event).encode())

    end = decoder.feed(b"[DONE]")[-1]

    assert isinstance(end, Finished)
    assert end.generating == 0.25


def test_a_gap_that_llamacpp_fills_tells_its_time_too() -> None:
    """Its own endpoint puts the same timings into the last event."""
    decoder = LlamaCppInfillDecoder(call())
    last = {"content": "x", "stop": True, "timings": {"predicted_ms": 40}}

    end = decoder.feed(json.dumps(last).encode())[-1]

    assert isinstance(end, Finished)
    assert end.generating == 0.04
