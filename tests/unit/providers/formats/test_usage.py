"""Usage figures of every vendor, read into one shape."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.domain.provider import Finished, ReportedUsage
from hexai.providers.formats.anthropic import AnthropicFormat
from hexai.providers.formats.ollama import OllamaFormat
from hexai.providers.formats.openai import OpenAIFormat
from hexai.providers.formats.usage import (
    AnthropicUsage,
    Durations,
    ollama_durations,
    openai_generating,
    openai_usage,
)
from hexai.providers.llamacpp.infill import LlamaCppInfill, LlamaCppInfillDecoder
from tests.support.calls import call, end_of, settings


@pytest.mark.parametrize(
    ("said", "cached", "written"),
    [
        ({"prompt_tokens_details": {"cached_tokens": 3}}, 3, None),
        ({"prompt_tokens_details": {"cached_tokens": 0}}, 0, None),
        ({"prompt_tokens_details": None}, None, None),
        ({"prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 6}, 4, None),
        ({"cached_tokens": 5}, 5, None),
        (
            {"prompt_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 7}},
            2,
            7,
        ),
        ({"cache_read_input_tokens": 1, "cache_creation_input_tokens": 8}, 1, 8),
        ({"cached_tokens": "5"}, None, None),
    ],
)
def test_cached_input_is_found_by_every_name(
    said: dict[str, object], cached: int | None, written: int | None
) -> None:
    """And is unknown, never 0, where nobody says it."""
    usage = openai_usage({"prompt_tokens": 10, "completion_tokens": 2, **said})

    assert (usage.input, usage.output) == (10, 2)
    assert (usage.cached, usage.written) == (cached, written)


def openai(*events: object) -> Finished:
    """Read a chat and give its end."""
    decoder = OpenAIFormat(settings()).decoder(call())
    for event in events:
        decoder.feed(json.dumps(event).encode())
    return end_of(decoder.close())


def choice(**more: object) -> dict[str, object]:
    """Make an event with one choice, the last."""
    return {"choices": [{"index": 0, "finish_reason": "stop", "delta": {}, **more}]}


def test_usage_in_a_choice_is_read() -> None:
    """Moonshot's place for it, with what came from its cache."""
    usage = {"prompt_tokens": 90, "completion_tokens": 4, "cached_tokens": 80}

    assert openai(choice(usage=usage)).usage == ReportedUsage(
        input=90, output=4, cached=80
    )


def test_usage_beside_groqs_own_fields_is_read() -> None:
    """Groq's place for it where `stream_options` is not sent."""
    usage = {"prompt_tokens": 19, "completion_tokens": 13}
    event = choice() | {"x_groq": {"id": "req_1", "usage": usage}}

    assert openai(event).usage == ReportedUsage(input=19, output=13)
    odd: object
    for odd in ("req_1", [], {"usage": "none"}, {"id": "req_1"}):
        assert openai(choice() | {"x_groq": odd}).usage == ReportedUsage()


def test_llama_cpp_tells_its_cache_beside_the_usage() -> None:
    """In whichever of its events, before the figures or after them."""
    usage = {"usage": {"prompt_tokens": 42, "completion_tokens": 4}, "choices": []}
    timings = {"timings": {"cache_n": 41, "prompt_n": 1}}

    for events in ([choice() | timings, usage], [choice(), usage | timings]):
        assert openai(*events).usage.cached == 41


def test_llama_cpp_tells_its_cache_for_a_gap_too() -> None:
    """The same figure, in the last event."""
    decoder = LlamaCppInfill(settings()).decoder(call())
    last = {"stop": True, "tokens_evaluated": 9, "timings": {"cache_n": 7}}

    end = end_of(decoder.feed(json.dumps(last).encode()))

    assert (end.usage.input, end.usage.cached) == (9, 7)


def test_figures_that_say_nothing_replace_none() -> None:
    """Some servers send an empty usage with every event."""
    usage = {"prompt_tokens": 7, "completion_tokens": 3}

    end = openai({"usage": usage, "choices": []}, choice() | {"usage": {}})

    assert (end.usage.input, end.usage.output) == (7, 3)


@pytest.mark.parametrize(
    ("later", "counted"),
    [
        ({"input_tokens": 0, "output_tokens": 9}, 15),
        ({"input_tokens": None, "output_tokens": 9}, 15),
        ({"output_tokens": 9}, 15),
        ({"input_tokens": 12, "output_tokens": 9}, 12),
    ],
)
def test_a_later_0_replaces_no_figure(later: object, counted: int) -> None:
    """A gateway's, at the end of a message; a later real figure does."""
    decoder = AnthropicFormat(settings("anthropic")).decoder(call())
    for event in (
        {"type": "message_start", "message": {"usage": {"input_tokens": 15}}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": later},
    ):
        decoder.feed(json.dumps(event).encode())

    assert end_of(decoder.close()).usage == ReportedUsage(input=counted, output=9)


def test_anthropic_s_cache_stands_beside_the_input() -> None:
    """So the sum is the input, and the parts are kept apart."""
    usage = AnthropicUsage()
    usage.take({"input_tokens": 100, "cache_read_input_tokens": 900})
    usage.take({"cache_creation_input_tokens": 50, "output_tokens": 7})

    assert usage.reported() == ReportedUsage(
        input=1050, output=7, cached=900, written=50
    )


def test_an_ollama_s_cache_is_unknown_and_its_waits_are_told() -> None:
    """Loading, and what is in the total alone: another client's request."""
    decoder = OllamaFormat(settings("ollama")).decoder(call())
    last = {
        "done": True,
        "total_duration": 3_180_000_000,
        "load_duration": 500_000_000,
        "prompt_eval_count": 12,
        "prompt_eval_duration": 30_000_000,
        "eval_count": 1,
        "eval_duration": 1000,
    }

    end = end_of(decoder.feed(json.dumps(last).encode()))

    assert end.usage == ReportedUsage(input=12, output=1)
    assert end.loading == 0.5
    assert end.queued == pytest.approx(2.649999)
    assert end.generating == pytest.approx(1e-6)


def test_only_who_charges_in_dollars_is_believed() -> None:
    """Others count credits of their own."""
    said = {"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.5}

    assert openai_usage(said, charges=True).cost_usd == Decimal("0.5")
    assert openai_usage(said).cost_usd is None


FIGURES = st.none() | st.integers(-5, 10**12) | st.text(max_size=3) | st.floats()


@given(
    st.dictionaries(
        st.sampled_from(
            [
                *("prompt_tokens", "completion_tokens", "total_tokens", "cost"),
                *("cached_tokens", "prompt_cache_hit_tokens", "reasoning_tokens"),
                *("input_tokens", "output_tokens", "cache_read_input_tokens"),
            ]
        ),
        FIGURES,
    )
)
def test_any_figures_are_read_or_left_alone(said: dict[str, object]) -> None:
    """Every one that is given is a count; none is invented."""
    usage = AnthropicUsage()
    usage.take(said)

    for read in (openai_usage(said, charges=True), usage.reported()):
        for count in (read.input, read.output, read.cached, read.written):
            assert count is None or count >= 0
    assert openai_usage({}) == AnthropicUsage().reported() == ReportedUsage()


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
