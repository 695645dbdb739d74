"""Ollama's chat: what is sent, and how streams are read."""

import json

import pytest

from hexai.domain.provider import Chunk, FinishReason, ReportedUsage, TextDelta
from hexai.errors import BrokenStream
from hexai.providers.formats.ollama import OllamaFormat
from tests.support.calls import call, end_of, reasoning_of, settings, text_of

OLLAMA = OllamaFormat(settings("ollama"))
DONE: dict[str, object] = {"done": True, "message": {"content": ""}, "model": "m:8b"}


def said(text: object, thinking: object = None) -> dict[str, object]:
    """Give one line with a piece of the answer."""
    return {"message": {"content": text, "thinking": thinking}, "done": False}


def read(*lines: object) -> list[Chunk]:
    """Decode lines until one says that it is the last, or to the stream's end."""
    decoder = OLLAMA.decoder(call())
    chunks: list[Chunk] = []
    for line in lines:
        chunks += decoder.feed(json.dumps(line).encode())
        if isinstance(line, dict) and line.get("done") is True:
            return chunks
    return [*chunks, *decoder.close()]


def test_a_request_holds_what_was_asked_and_no_more() -> None:
    """Without options the model's own defaults hold."""
    assert OLLAMA.path(call()) == "/api/chat"
    assert OLLAMA.body(call("hi", system="be brief")) == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "hi"},
        ],
        "stream": True,
        "truncate": False,
    }


def test_options_go_where_ollama_wants_them() -> None:
    """A temperature of 0 is sent."""
    body = OLLAMA.body(call(temperature=0.0, max_tokens=5, stop=("a",)))

    assert body["options"] == {"temperature": 0.0, "num_predict": 5, "stop": ["a"]}


def test_a_key_is_optional() -> None:
    """With one it is a bearer."""
    assert OLLAMA.headers("k")["Authorization"] == "Bearer k"
    assert "Authorization" not in OLLAMA.headers(None)


def test_blank_deltas_are_text() -> None:
    """A line break and the indentation behind it are code."""
    chunks = read(said("a:"), said("\n"), said("    "), said("b"), DONE)

    assert chunks[:-1] == [
        TextDelta("a:"),
        TextDelta("\n"),
        TextDelta("    "),
        TextDelta("b"),
    ]


def test_thinking_is_reasoning() -> None:
    """In its own field, or in a block of the text."""
    chunks = read(said("", "hm"), said("<think>why</think>"), said("so"), DONE)

    assert (reasoning_of(chunks), text_of(chunks)) == ("hmwhy", "so")


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("stop", FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("load", FinishReason.LOADED),
        ("never-heard-of", FinishReason.BROKEN),
        (None, FinishReason.STOP),
    ],
)
def test_the_reason_to_stop_is_read(reason: object, finish: FinishReason) -> None:
    """Old servers give none."""
    assert end_of(read(said("a"), DONE | {"done_reason": reason})).reason is finish


def test_figures_come_with_the_last_line() -> None:
    """What is not there, or strange, is None."""
    end = end_of(read(said("a"), DONE | {"prompt_eval_count": 3, "eval_count": 2}))

    assert (end.usage, end.returned_model) == (ReportedUsage(input=3, output=2), "m:8b")
    assert end_of(read(DONE | {"eval_count": "2"})).usage == ReportedUsage()


def test_text_on_the_last_line_is_text() -> None:
    """Some gateways put the last piece there."""
    assert text_of(read(said("a"), DONE | {"message": {"content": "b"}})) == "ab"


@pytest.mark.parametrize("lines", [[], [said("a")], [said("a"), {"done": "yes"}]])
def test_an_end_without_the_last_line_is_a_broken_stream(lines: list[object]) -> None:
    """Closing politely is no end mark."""
    with pytest.raises(BrokenStream):
        read(*lines)
