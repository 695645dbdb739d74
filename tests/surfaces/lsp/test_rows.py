"""Ends, thoughts and keep-alives as they were found, on every surface of an editor."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.support.answers import anthropic_answer, ollama_answer, openai_answer
from tests.support.faults import ANSWERED, DELTAS, FORMATS, Fault, Format, answer
from tests.support.replies import cut, inserting, ndjson, reset, sse
from tests.support.stage import ANSWER, GOOD, QUESTION, SELECTED, Stage, recorded
from tests.support.stream_faults import framed
from tests.support.upstream import Reply

Make = Callable[[Format], Reply]

HARMONY = (
    "<|channel|>ana",
    "lysis<|message|>The user greets.<|end|><|start|>assistant<|chan",
    f"nel|>final<|message|>{ANSWER}",
)
"""What gpt-oss says where the server knows none of its marks."""


def _in_events(*deltas: object, openai: Sequence[object] = ()) -> Make:
    """Say deltas in each format, and end well; `openai`: that format's own."""

    def make(form: Format) -> Reply:
        match form:
            case "openai":
                told = openai or deltas
                events: list[Any] = [{"choices": [{"delta": each}]} for each in told]
                events.append({"choices": [{"delta": {}, "finish_reason": "stop"}]})
                return sse(*events, "[DONE]")
            case "anthropic":
                kind = "content_block_delta"
                events = [{"type": kind, "delta": each} for each in deltas]
                end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}
                return sse(*events, end, {"type": "message_stop"})
            case "ollama":
                lines = [{"message": each} for each in deltas]
                return ndjson(*lines, {"done": True, "done_reason": "stop"})

    return make


def _saying(thought: dict[str, object], *texts: str) -> Make:
    """Think in one field of a delta, then answer."""

    def make(form: Format) -> Reply:
        field = "text" if form == "anthropic" else "content"
        return _in_events(thought, *({field: text} for text in texts))(form)

    return make


def _in_parts(form: Format) -> Reply:
    """Answer by content that is a list of parts, of which one is a thought."""
    parts = [
        {"type": "reasoning", "text": "hm"},
        {"type": "thinking", "thinking": [{"type": "text", "text": "well"}]},
        {"type": "text", "text": ANSWER},
    ]
    field = "text" if form == "anthropic" else "content"
    return _in_events({field: parts})(form)


def _with_pings(*payloads: str) -> Make:
    def make(form: Format) -> Reply:
        reply = answer(form)
        for number, payload in enumerate(payloads):
            reply = inserting(reply, number, framed(form, payload.encode()))
        return reply

    return make


_MARK = {"openai": 6, "anthropic": 7, "ollama": 4}
"""Pieces of an answer up to its end and its figures, without its last mark."""


def _without_done(form: Format) -> Reply:
    """Say why it ended, and leave out every other mark of the end."""
    if form != "ollama":
        return cut(answer(form), _MARK[form])
    said = [{"message": {"content": delta}, "done": False} for delta in DELTAS]
    return ndjson(*said, {"done_reason": "stop", "eval_count": 3})


WHOLE: dict[str, Make] = {
    "A2 a reset behind the end": lambda form: reset(answer(form), _MARK[form]),
    "A2 garbage behind the end": lambda form: inserting(
        answer(form), _MARK[form], framed(form, b'{"half": ')
    ),
    "A3 no mark but the reason": _without_done,
    "B2 [THINK]": lambda form: answer(form, "[THI", "NK]hm[/THI", f"NK]{ANSWER}"),
    "B2 <seed:think>": lambda form: answer(
        form, "<seed:think>h", "m</seed:", f"think>{ANSWER}"
    ),
    "B2 channels": lambda form: answer(form, *HARMONY),
    "B2 Gemma's channel": lambda form: answer(
        form, "<|chan", "nel>thought\nhm\n<chan", f"nel|>{ANSWER}"
    ),
    "B3 an object": _saying({"reasoning_content": {"text": "hm"}}, ANSWER),
    "B3 thinking": _saying({"thinking": "hm"}, ANSWER),
    "B3 details": _saying(
        {"reasoning_details": [{"type": "reasoning.text", "text": "hm"}]}, ANSWER
    ),
    "B4 parts": _in_parts,
    "D pings": _with_pings(": keepalive", "ping", ": PROCESSING", "null"),
    "D an end of another format": lambda form: inserting(
        answer(form), 2, framed(form, b"[DONE]" if form != "openai" else b"{}")
    ),
    "D an empty field": _with_pings("", '""', "{}"),
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", WHOLE)
def test_the_answer_and_nothing_else_is_written(name: str, form: Format) -> None:
    """On every surface: no thought, no mark, no fault, and it is asked for once."""
    stage = Stage(Fault(name=name, kind=ANSWERED, reply=WHOLE[name]), form)

    seen = asyncio.run(stage.play())

    assert seen.notes == f"what is this?\n\n> {ANSWER}\n"
    assert seen.acted == f"{ANSWER}\n"
    assert set(seen.completion) == set(seen.inline) == {ANSWER, GOOD}
    assert seen.shown == []
    assert [len(each) for each in stage.asked] == [1] * 4
    assert {run.contenders[0].status for run in recorded()} == {"answered"}


def _ending(word: str, *texts: str) -> Make:
    def make(form: Format) -> Reply:
        match form:
            case "openai":
                return openai_answer(texts, finish=word)
            case "anthropic":
                return anthropic_answer(texts, stop_reason=word)
            case "ollama":
                return ollama_answer(texts, done_reason=word)

    return make


def _thoughts_only(form: Format) -> Reply:
    thought = {"thinking": "hm"}
    return _in_events(thought, openai=[{"reasoning_content": "hm"}])(form)


BROKEN: dict[str, tuple[Make, str, int]] = {
    "abort": (_ending("abort", "return", " sum("), "broken stream", 1),
    "abort at once": (_ending("abort"), "broken stream", 3),
    "network_error": (_ending("network_error", "return"), "broken stream", 1),
    "unheard of": (_ending("unheard_of", "return"), "broken stream", 1),
    "watsonx's limit": (_ending("time_limit", "return"), "broken stream", 1),
    "Bedrock's fault": (
        _ending("malformed_model_output", "return"),
        "broken stream",
        1,
    ),
    "error": (_ending("error"), "overloaded", 3),
    "thoughts only": (_thoughts_only, "no answer", 1),
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_is_written_nowhere(name: str, form: Format) -> None:
    """It is told; what may pass is tried again as long as nothing has come."""
    make, kind, attempts = BROKEN[name]
    stage = Stage(Fault(name=name, kind=kind, reply=make), form)

    seen = asyncio.run(stage.play())

    assert (seen.notes, seen.acted) == (QUESTION, SELECTED)
    assert set(seen.completion) == set(seen.inline) == {GOOD}
    assert len(seen.shown) == 2
    assert [len(each) for each in stage.asked] == [attempts] * 4
    assert {run.contenders[0].error_kind for run in recorded()} == {kind}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", ["abort at once", "error"])
def test_a_broken_end_falls_back(name: str, form: Format) -> None:
    """After its retries, on every surface."""
    entry = 'fallback = { provider = "good", model = "m2" }'
    stage = Stage(
        Fault(name=name, kind=ANSWERED, reply=BROKEN[name][0]), form, entry=entry
    )

    seen = asyncio.run(stage.play())

    assert seen.notes == f"what is this?\n\n> {GOOD}\n"
    assert seen.acted == f"{GOOD}\n"
    assert set(seen.completion) == set(seen.inline) == {GOOD}
    assert [len(each) for each in stage.asked] == [3] * 4
