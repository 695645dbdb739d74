"""Chat completions: what is sent, and how streams are read."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest

from hexai.domain.entry import Options
from hexai.domain.messages import Message, Role
from hexai.domain.provider import Call, Chunk, FinishReason, ReportedUsage, TextDelta
from hexai.errors import (
    BrokenStream,
)
from hexai.providers.formats.openai import OpenAIFormat
from hexai.providers.formats.usage import openai_usage
from tests.support.calls import call, end_of, reasoning_of, settings, text_of

OPENAI = OpenAIFormat(settings())


def delta(said: object = None, finish: object = None, **more: object) -> dict[str, Any]:
    """Give one event with one choice."""
    return {"choices": [{"index": 0, "delta": said, "finish_reason": finish}], **more}


def read(*events: object) -> list[Chunk]:
    """Decode events to the end of the stream."""
    decoder = OPENAI.decoder(call())
    chunks: list[Chunk] = []
    for event in events:
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        chunks += decoder.feed(payload)
        if payload == b"[DONE]":
            return chunks
    return [*chunks, *decoder.close()]


def test_a_request_holds_what_was_asked_and_no_more() -> None:
    """Options that are not set are left to the upstream."""
    assert OPENAI.path(call()) == "/chat/completions"
    assert OPENAI.body(call("hi", system="be brief")) == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "hi"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_a_temperature_of_zero_is_sent() -> None:
    """0 is a temperature, not "unset"."""
    body = OPENAI.body(call(temperature=0.0, max_tokens=5, stop=("a", "b")))

    assert (body["temperature"], body["max_tokens"], body["stop"]) == (
        0.0,
        5,
        ["a", "b"],
    )


def test_reasoning_models_get_only_what_they_take() -> None:
    """The limit has its newer name; temperature and stop are not sent."""
    body = OPENAI.body(
        call(model="openai/gpt-5", temperature=0.0, max_tokens=5, stop=("a",))
    )

    assert body["max_completion_tokens"] == 5
    assert body.keys().isdisjoint({"max_tokens", "temperature", "stop"})


def test_the_first_four_stop_sequences_are_sent() -> None:
    """A fifth would have the whole request refused."""
    assert OPENAI.body(call(stop=tuple("abcde")))["stop"] == ["a", "b", "c", "d"]


def test_usage_is_not_asked_of_hosts_that_refuse_the_question() -> None:
    """Mistral answers 422 to fields it does not know."""
    mistral = OpenAIFormat(settings(base_url="https://api.mistral.ai/v1"))

    assert "stream_options" not in mistral.body(call())


def test_the_key_is_a_bearer() -> None:
    """Without a key there is no header for one."""
    assert OPENAI.headers("sk-1")["Authorization"] == "Bearer sk-1"
    assert "Authorization" not in OPENAI.headers(None)


def test_openrouter_is_told_who_asks() -> None:
    """The two headers go to its host, whatever asks there, and to nobody else."""
    headers = OpenAIFormat(settings("openrouter")).headers(None)

    assert headers["HTTP-Referer"] == "https://github.com/snonux/hexai"
    assert headers["X-Title"] == "Hexai"
    assert "X-Title" not in OPENAI.headers(None)
    profile = settings("openai", base_url="https://openrouter.ai/api/v1")
    assert OpenAIFormat(profile).headers(None)["X-Title"] == "Hexai"
    proxy = settings("openrouter", base_url="https://proxy.example/api/v1")
    assert "X-Title" not in OpenAIFormat(proxy).headers(None)


def test_only_the_first_choice_is_read() -> None:
    """Others are not asked for, but some upstreams send them."""
    event = {
        "choices": [
            {"index": 1, "delta": {"content": "no"}, "finish_reason": "length"},
            {"index": 0, "delta": {"content": "yes"}, "finish_reason": "stop"},
        ]
    }

    chunks = read(event)

    assert text_of(chunks) == "yes"
    assert end_of(chunks).reason is FinishReason.STOP


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"choices": None},
        {"choices": []},
        delta(None),
        delta({}),
        delta({"content": None, "role": "assistant"}),
        delta({"content": ""}),
        delta({"content": 7, "reasoning": 7}),
        delta({}, 17),
        {"object": "ping", "unknown": {"deep": [1]}},
    ],
)
def test_events_without_text_are_passed_over(event: object) -> None:
    """Whatever else an event holds, the answer goes on."""
    assert read(delta({"content": "a"}), event, delta({"content": "b"}, "stop"))[
        :-1
    ] == [
        TextDelta("a"),
        TextDelta("b"),
    ]


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
def test_reasoning_fields_are_no_answer(name: str) -> None:
    """Vendors use two names."""
    chunks = read(delta({name: "hm", "content": None}), delta({"content": "a"}, "stop"))

    assert (reasoning_of(chunks), text_of(chunks)) == ("hm", "a")


def test_reasoning_under_both_names_counts_once() -> None:
    """Gateways repeat it."""
    chunks = read(delta({"reasoning": "hm", "reasoning_content": "hm"}, "stop"))

    assert reasoning_of(chunks) == "hm"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("stop", FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("content_filter", FinishReason.FILTERED),
        ("tool_calls", FinishReason.TOOL),
        ("sensitive", FinishReason.FILTERED),
        ("abort", FinishReason.BROKEN),
        ("network_error", FinishReason.BROKEN),
        ("error", FinishReason.FAILED),
        ("insufficient_system_resource", FinishReason.FAILED),
        ("never-heard-of", FinishReason.BROKEN),
    ],
)
def test_the_reason_to_stop_is_read(said: str, reason: FinishReason) -> None:
    """An unknown one is not known to be whole."""
    assert end_of(read(delta({"content": "a"}, said))).reason is reason


def test_done_alone_is_no_whole_answer() -> None:
    """Nobody said why it ended: it may lack its half."""
    end = end_of(read(delta({"content": "a"}), b"[DONE]"))

    assert (end.reason, end.said) == (FinishReason.BROKEN, None)


def test_a_reason_alone_ends_an_answer() -> None:
    """Gemini's endpoint sends no mark."""
    assert end_of(read(delta({"content": "a"}, "stop"))).reason is FinishReason.STOP


def test_an_end_without_either_is_a_broken_stream() -> None:
    """A proxy that gives up closes the stream politely."""
    with pytest.raises(BrokenStream):
        read(delta({"content": "a"}))


def test_the_last_figures_count() -> None:
    """They come behind the last choice, or with every event."""
    first = {"prompt_tokens": 3, "completion_tokens": 1}
    last = {"prompt_tokens": 3, "completion_tokens": 2}
    chunks = read(
        delta({"content": "a"}, "stop", usage=first),
        {"choices": [], "usage": last},
        b"[DONE]",
    )

    assert end_of(chunks).usage == ReportedUsage(input=3, output=2)


@pytest.mark.parametrize(
    ("said", "read_as"),
    [
        (None, ReportedUsage()),
        ([], ReportedUsage()),
        ({"prompt_tokens": "3", "completion_tokens": -1}, ReportedUsage()),
        ({"prompt_tokens": 10**10, "completion_tokens": 2}, ReportedUsage(output=2)),
        (
            {"completion_tokens": 9, "completion_tokens_details": None},
            ReportedUsage(output=9),
        ),
        (
            {"completion_tokens_details": {"reasoning_tokens": 7}, "prompt_tokens": 1}
            | {"completion_tokens": 9, "total_tokens": 10},
            ReportedUsage(input=1, output=9, reasoning=7),
        ),
        (
            {"completion_tokens_details": {"reasoning_tokens": 7}, "prompt_tokens": 1}
            | {"completion_tokens": 2, "total_tokens": 10},
            ReportedUsage(input=1, output=9, reasoning=7),
        ),
        (
            {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 10},
            ReportedUsage(input=1, output=9, reasoning=7),
        ),
    ],
)
def test_figures_are_read_without_trust(said: object, read_as: ReportedUsage) -> None:
    """Reasoning counts, whether the vendor puts it into the output or beside it."""
    assert openai_usage(said) == read_as


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"cost": 0.00011235}, "0.00011235"),
        ({"cost": 0, "is_byok": False}, "0"),
        ({"cost": 0.01, "cost_details": {"upstream_inference_cost": 9}}, "0.01"),
        (
            {"cost": 0.01, "is_byok": True}
            | {"cost_details": {"upstream_inference_cost": 0.2}},
            "0.21",
        ),
        ({"cost": 0.01, "is_byok": True}, None),
        ({"cost": -1}, None),
        ({"cost": True}, None),
        ({"cost": "0.1"}, None),
        ({"cost": float("nan")}, None),
        ({"cost": 1e12}, None),
        ({}, None),
    ],
)
def test_what_openrouter_charges_is_read(said: object, expected: str | None) -> None:
    """With a key of the user's own at the vendor, both parts of the sum or none."""
    cost = None if expected is None else Decimal(expected)

    assert openai_usage(said, charges=True).cost_usd == cost
    assert openai_usage(said).cost_usd is None


@pytest.mark.parametrize(
    "payload",
    [
        b"{",
        b"7",
        b'{"choices": 7}',
        b'{"choices": [7]}',
        b'{"choices":[{"delta":"x"}]}',
    ],
)
def test_another_format_is_no_answer(payload: bytes) -> None:
    """The client makes a bad answer of it."""
    with pytest.raises(ValueError, match=r".+"):
        read(payload)


def _standing(text: str, standing: int, **options: Any) -> Call:
    messages = (Message(Role.SYSTEM, "s"), Message(Role.USER, text, standing=standing))
    return Call(model="gpt-4.1", messages=messages, options=Options(**options))


def test_requests_that_begin_alike_have_one_key() -> None:
    """Whatever follows what stands; the key tells nothing of the text."""
    text = "a text that stands, and "
    keys = [
        OPENAI.body(_standing(text + tail, len(text)))["prompt_cache_key"]
        for tail in ("one", "two")
    ]
    other = OPENAI.body(_standing("another text, and one", 13))["prompt_cache_key"]

    assert keys[0] == keys[1] != other
    assert re.fullmatch(r"hexai-[0-9a-f]{32}", str(keys[0]))


@pytest.mark.parametrize(
    ("base_url", "asked"),
    [
        ("https://api.openai.com/v1", call("hi")),
        ("https://api.openai.com/v1", _standing("a text", 3, prompt_cache=False)),
        ("http://127.0.0.1:8080/v1", _standing("a text", 3)),
    ],
)
def test_no_key_is_sent_where_none_is_of_use(base_url: str, asked: Call) -> None:
    """Nothing stands, the user wants none, or the host is not known to take it."""
    wire = OpenAIFormat(settings(base_url=base_url))

    assert "prompt_cache_key" not in wire.body(asked)


def test_a_slot_is_asked_for_where_the_user_names_one() -> None:
    """Of a llama.cpp; by itself it takes the one that kept most."""
    asked = _standing("a text", 3, id_slot=1)

    assert OPENAI.body(asked)["id_slot"] == 1
    assert "id_slot" not in OPENAI.body(call("hi"))
