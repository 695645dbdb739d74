"""Fuzzed readers of what upstreams send."""

import json
from collections.abc import Iterable, Sequence
from random import Random

from msgspec import Struct

from hexai.domain.provider import (
    Chunk,
    Finished,
    ReasoningDelta,
    ReportedUsage,
    TakenBack,
    TextDelta,
    Withheld,
)
from hexai.errors import ProviderError, TooLarge
from hexai.providers.formats.anthropic import AnthropicFormat
from hexai.providers.formats.error_bodies import read_body
from hexai.providers.formats.format import WireFormat
from hexai.providers.formats.framing import Framing, Payload, splitter
from hexai.providers.formats.ollama import OllamaFormat, OllamaInfill
from hexai.providers.formats.openai import OpenAIFormat, OpenAIInfill
from hexai.providers.formats.payload import LARGEST_FIGURE, loosely
from hexai.providers.formats.reading import Reader
from hexai.providers.formats.usage import (
    AnthropicUsage,
    ollama_durations,
    openai_generating,
    openai_usage,
)
from hexai.providers.llamacpp.infill import LlamaCppInfill
from hexai.text.sanitise import is_whole
from tests.fuzz.mutate import pieces
from tests.support.calls import call, settings

FORMATS: dict[str, WireFormat] = {
    "openai": OpenAIFormat(settings("openai")),
    "openrouter": OpenAIFormat(settings("openrouter")),
    "anthropic": AnthropicFormat(settings("anthropic")),
    "ollama": OllamaFormat(settings("ollama")),
    "generate": OllamaInfill(settings("ollama")),
    "completions": OpenAIInfill(settings("openai"), "/completions"),
    "infill": LlamaCppInfill(settings("openai")),
}
_CALL = call()


class Heard(Struct):
    """What a stream came to."""

    text: str = ""
    reasoning: str = ""
    end: Finished | None = None
    error: str = ""

    def take(self, chunk: Chunk) -> None:
        """Add a chunk; nothing comes behind the end."""
        assert self.end is None
        match chunk:
            case TextDelta(text):
                self.text += text
            case ReasoningDelta(text):
                self.reasoning += text
            case TakenBack():
                self.reasoning, self.text = self.reasoning + self.text, ""
            case Withheld():
                pass
            case Finished():
                self.end = chunk


def hear(form: str, parts: Sequence[bytes]) -> Heard:
    """Read a stream; raises nothing but what is a bug."""
    wire = FORMATS[form]
    reader = Reader(
        wire.framing,
        wire.decoder(_CALL),
        lambda said: wire.explain(said, model="m"),
    )
    heard = Heard()
    try:
        for part in parts:
            for chunk in reader.feed(part):
                heard.take(chunk)
        if not reader.finished:
            for chunk in reader.close():
                heard.take(chunk)
    except ProviderError as error:
        heard.error = f"{error.kind}: {error}"
    return heard


def read_cut_anywhere(form: str, data: bytes, chance: Random) -> None:
    """Get the same from a stream however it is cut, and nothing that is not in it."""
    whole = hear(form, [data])
    assert (whole.end is None) == bool(whole.error)
    assert is_whole(whole.text)
    assert is_whole(whole.reasoning)
    assert "\0" not in whole.text
    assert len(whole.text) + len(whole.reasoning) <= len(data)
    cut = hear(form, pieces(data, chance))
    assert cut == whole, f"cut: {cut}, whole: {whole}"


def split_anywhere(data: bytes, chance: Random) -> None:
    """Get the same payloads however the bytes come, and none that is longer."""
    framings: tuple[Framing, ...] = ("sse", "ndjson")
    for framing in framings:
        whole = _payloads(framing, [data])
        assert sum(map(_size, whole)) <= len(data)
        assert _payloads(framing, pieces(data, chance)) == whole


def _payloads(framing: Framing, parts: Sequence[bytes]) -> list[Payload]:
    splitting, found = splitter(framing), list[Payload]()
    try:
        for part in parts:
            found += splitting.feed(part)
        found += splitting.close()
    except TooLarge:
        found.append(b"")
    return found


def _size(payload: Payload) -> int:
    return len(payload if isinstance(payload, bytes) else payload.data)


def keep_text(data: bytes, chance: Random) -> None:
    """Get a text back whole, whatever deltas and pieces it was sent in."""
    text = data.decode("utf-8", "replace").replace("\0", "")
    text = text.translate(_MARKS)[:2000]
    if not text.strip():
        return
    deltas = [
        part.decode("utf-32-le")
        for part in _aligned(pieces(text.encode("utf-32-le"), chance))
    ]
    for form in ("openai", "anthropic", "ollama"):
        heard = hear(form, pieces(_sent(form, deltas), chance))
        assert heard.text == text, f"{form}: {heard.text!r} of {text!r}"
        assert (heard.reasoning, heard.error) == ("", "")


_MARKS = dict.fromkeys(map(ord, "<>[]|"), "-")
"""What thoughts and control tokens are marked with: they are taken out on purpose."""


def _aligned(parts: list[bytes]) -> list[bytes]:
    """Move cuts to whole characters of four bytes."""
    data, ends, at = b"".join(parts), [], 0
    for part in parts:
        at += len(part)
        ends.append(at // 4 * 4)
    return [data[a:b] for a, b in zip([0, *ends[:-1]], ends, strict=True)]


def _sent(form: str, deltas: Sequence[str]) -> bytes:
    """Write an answer as a server of this format does."""
    match form:
        case "openai":
            events: list[object] = [
                {"choices": [{"index": 0, "delta": {"content": delta}}]}
                for delta in deltas
            ]
            events.append({"choices": [{"delta": {}, "finish_reason": "stop"}]})
            return _sse(events) + b"data: [DONE]\n\n"
        case "anthropic":
            kind = "content_block_delta"
            events = [
                {"type": kind, "delta": {"type": "text_delta", "text": delta}}
                for delta in deltas
            ]
            events.append(
                {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}
            )
            return _sse([*events, {"type": "message_stop"}])
        case _:
            lines: list[object] = [{"message": {"content": delta}} for delta in deltas]
            lines.append(
                {"message": {"content": ""}, "done": True, "done_reason": "stop"}
            )
            return "".join(f"{json.dumps(line)}\n" for line in lines).encode()


def _sse(events: Sequence[object]) -> bytes:
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode()


_BODIES = (
    {"error": {"message": "no", "type": "invalid_request_error", "code": "401"}},
    {"error": "model 'x' not found"},
    {"detail": [{"loc": ["body", "x"], "msg": "field required", "type": "missing"}]},
    [{"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}],
    {"errors": [{"message": "Authentication error", "code": 10000}]},
    {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}},
    {"error": '{"error": {"code": 400, "message": "context size"}}'},
)


def refusals() -> Sequence[bytes]:
    """Give bodies of refusals in the shapes that are known."""
    return tuple(json.dumps(body).encode() for body in _BODIES)


def explain_any(data: bytes, chance: Random) -> None:
    """Make one error of the tree of any refusal, short and without a crash."""
    code = chance.choice((300, 400, 401, 403, 404, 413, 422, 429, 500, 503, 529))
    for wire in FORMATS.values():
        error = wire.explain(read_body(code, data), model="m")
        assert isinstance(error, ProviderError)
        assert error.kind != "internal"


_USAGES = (
    {
        "prompt_tokens": 19,
        "completion_tokens": 10,
        "total_tokens": 41,
        "cost": 0.25,
        "is_byok": True,
        "prompt_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 2},
        "completion_tokens_details": {"reasoning_tokens": 7},
        "cost_details": {"upstream_inference_cost": 1e-5},
    },
    {"prompt_tokens": 0, "completion_tokens": 0, "prompt_cache_hit_tokens": 5},
    {
        "input_tokens": 15,
        "output_tokens": 3,
        "cache_creation_input_tokens": 4,
        "cache_read_input_tokens": 100,
    },
    {"a": [5_000_000_000, 1_000_000_000, 2_000_000, 36_000_000], "cached_tokens": -1},
)


def usages() -> Sequence[bytes]:
    """Give figures as vendors report them, several a seed."""
    return tuple(json.dumps([each, *_USAGES]).encode() for each in _USAGES)


def count_any(data: bytes, chance: Random) -> None:
    """Read any figures into ones that can be used, or as unknown."""
    try:
        told = loosely(data)
    except (ValueError, RecursionError):
        return
    said = told if isinstance(told, list) else [told]
    summed = AnthropicUsage()
    for each in said:
        _is_usable(openai_usage(each, charges=chance.random() < 0.5))
        summed.take(each)
        _is_usable(once := summed.reported())
        summed.take(each)
        assert summed.reported() == once
        _waits_are_usable(each.values() if isinstance(each, dict) else [each])


def _is_usable(usage: ReportedUsage) -> None:
    counts = (usage.input, usage.output, usage.reasoning, usage.cached, usage.written)
    assert all(count is None or count >= 0 for count in counts)
    assert all(count is None or count <= 3 * LARGEST_FIGURE for count in counts)
    assert usage.cost_usd is None or 0 <= usage.cost_usd <= 2 * LARGEST_FIGURE


def _waits_are_usable(values: Iterable[object]) -> None:
    line = [*values, 0, 0, 0, 0][:4]
    told = ollama_durations(line)
    assert all(0.0 <= s <= 1e6 for s in (told.loading, told.queued, told.generating))
    assert 0.0 <= openai_generating(dict(zip("ab", line, strict=False)), line) <= 1e6
