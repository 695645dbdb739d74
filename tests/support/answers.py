"""Canned answers in the streaming formats of the vendors, as these document them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.replies import ndjson, sse
from tests.support.upstream import Reply

Texts = str | Sequence[str]
"""An answer in one delta, or in several."""


def openai_answer(
    text: Texts = "hello",
    *,
    reasoning: Texts = (),
    model: str = "scripted-1",
    usage: tuple[int, int] | None = (7, 3),
    finish: str = "stop",
    delay: float = 0.0,
    gap: float = 0.0,
) -> Reply:
    """Stream a chat completion, as OpenAI-compatible servers do."""

    def chunk(delta: Mapping[str, Any], reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": model,
            "choices": [choice],
        }

    events: list[str | Mapping[str, Any]] = [chunk({"role": "assistant"})]
    events += [chunk({"reasoning_content": one}) for one in _deltas(reasoning)]
    events += [chunk({"content": one}) for one in _deltas(text)]
    events.append(chunk({}, finish))
    if usage is not None:
        counted = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
        events.append({**chunk({}), "choices": [], "usage": counted})
    return sse(*events, "[DONE]", delay=delay, gap=gap)


def anthropic_answer(
    text: Texts = "hello",
    *,
    thinking: Texts = (),
    model: str = "scripted-1",
    usage: tuple[int, int] = (7, 3),
    stop_reason: str = "end_turn",
    delay: float = 0.0,
    gap: float = 0.0,
) -> Reply:
    """Stream a message, as Anthropic's messages endpoint does."""
    started = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "usage": {"input_tokens": usage[0], "output_tokens": 1},
    }
    events: list[Mapping[str, Any]] = [{"type": "message_start", "message": started}]
    blocks = [("thinking", _deltas(thinking)), ("text", _deltas(text))]
    for index, (kind, deltas) in enumerate(block for block in blocks if block[1]):
        empty = {"type": kind, kind: ""}
        events.append(
            {"type": "content_block_start", "index": index, "content_block": empty}
        )
        events += [
            {
                "type": "content_block_delta",
                "index": index,
                "delta": {"type": f"{kind}_delta", kind: one},
            }
            for one in deltas
        ]
        events.append({"type": "content_block_stop", "index": index})
    events.append(
        {
            "type": "message_delta",
            "delta": {"stop_reason": stop_reason},
            "usage": {"output_tokens": usage[1]},
        }
    )
    events.append({"type": "message_stop"})
    return sse(*(_named_event(one) for one in events), delay=delay, gap=gap)


def ollama_answer(
    text: Texts = "hello",
    *,
    thinking: Texts = (),
    model: str = "scripted:1b",
    usage: tuple[int, int] | None = (2000, 3),
    done_reason: str = "stop",
    delay: float = 0.0,
    gap: float = 0.0,
) -> Reply:
    """Stream a chat answer, as Ollama's `/api/chat` does.

    It has read a prompt longer than those of tests: of a shorter count one could tell
    that it had cut theirs.
    """

    def line(message: Mapping[str, str], **more: object) -> dict[str, Any]:
        said = {"role": "assistant", "content": "", **message}
        return {"model": model, "message": said, "done": False, **more}

    lines = [line({"thinking": one}) for one in _deltas(thinking)]
    lines += [line({"content": one}) for one in _deltas(text)]
    counted: dict[str, object] = {}
    if usage is not None:
        counted = {"prompt_eval_count": usage[0], "eval_count": usage[1]}
    lines.append(line({}, **{"done": True, "done_reason": done_reason, **counted}))
    return ndjson(*lines, delay=delay, gap=gap)


def _named_event(one: Mapping[str, Any]) -> bytes:
    return f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode()


def _deltas(texts: Texts) -> Sequence[str]:
    return (texts,) if isinstance(texts, str) else texts
