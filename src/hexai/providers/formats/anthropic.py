"""Anthropic's messages over server-sent events.

An answer is a list of blocks, each opened, filled by deltas and closed. Text blocks
follow one another as one answer; thinking blocks are reasoning; signatures, redacted
thinking and tool input are neither. Events and blocks of kinds we do not know are
skipped, as the interface's versioning asks of its clients.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from hexai.config.schema_providers import ProviderSettings
from hexai.config.vendors import traits
from hexai.domain.messages import Message, Role
from hexai.domain.provider import (
    Call,
    Chunk,
    Finished,
)
from hexai.errors import ProviderError
from hexai.providers.formats.error_bodies import ReportedError
from hexai.providers.formats.format import Hearing
from hexai.providers.formats.framing import Framing
from hexai.providers.formats.payload import decode, further, words
from hexai.providers.formats.usage import AnthropicUsage

VERSION = "2023-06-01"

DEFAULT_MAX_TOKENS = 4096
"""The limit that is sent where none is configured: the format demands one."""


class AnthropicFormat:
    """Messages over server-sent events."""

    framing: Framing = "sse"

    def __init__(self, settings: ProviderSettings) -> None:
        self._settings = settings

    def path(self, call: Call) -> str:  # noqa: ARG002 - one endpoint for all calls
        """Give the path below `base_url`, which holds the version."""
        return "/messages"

    def headers(self, key: str | None) -> Mapping[str, str]:
        """Give the interface's version and the key in its own header."""
        headers = {"Accept": "text/event-stream", "anthropic-version": VERSION}
        if key is not None:
            headers["x-api-key"] = key
        return headers

    def body(self, call: Call) -> Mapping[str, object]:
        """Write the request; system messages go apart from the conversation."""
        system = [m.content for m in call.messages if m.role is Role.SYSTEM]
        body: dict[str, object] = {
            "model": call.model,
            "messages": [
                {"role": message.role, "content": _content(message, keeps=call.keeps)}
                for message in call.messages
                if message.role is not Role.SYSTEM
            ],
            "max_tokens": (
                DEFAULT_MAX_TOKENS if call.max_tokens is None else call.max_tokens
            ),
            "stream": True,
        }
        if system:
            body["system"] = "\n\n".join(system)
        refuses = traits(self._settings.base_url, call.model).refuses
        if call.temperature is not None and "temperature" not in refuses:
            body["temperature"] = call.temperature
        # A blank stop sequence would have the whole request refused.
        own = call.options.stop
        if stop := [each for each in call.stop if each.strip() or each in own]:
            body["stop_sequences"] = stop
        return body | further(call.options)

    def decoder(self, call: Call) -> "AnthropicDecoder":
        """Make the decoder of one stream."""
        return AnthropicDecoder(call)

    def explain(self, said: ReportedError, *, model: str) -> ProviderError:
        """Make the error of what an upstream said."""
        from hexai.providers.formats.error_mapping import explain  # most have none

        return explain(said, model, self._settings)


def _content(message: Message, *, keeps: bool) -> object:
    """Write what a message says, its images first."""
    said = _said(message, keeps=keeps)
    if not message.images:
        return said
    from hexai.providers.formats.images import anthropic_blocks

    text = [{"type": "text", "text": said}] if isinstance(said, str) else said
    return [*anthropic_blocks(message), *text]


def _said(message: Message, *, keeps: bool) -> str | list[dict[str, object]]:
    """Write its text, with a mark at the end of what is to be kept."""
    begun = message.content[: message.standing]
    rest = message.content[message.standing :]
    if not (keeps and begun.strip() and rest.strip()):
        return message.content
    mark = {"type": "ephemeral"}
    return [
        {"type": "text", "text": begun, "cache_control": mark},
        {"type": "text", "text": rest},
    ]


class _Piece(Struct):
    """A block as it opens, a delta to it, or the message's own delta."""

    type: object = None
    text: object = None
    thinking: object = None
    reasoning: object = None
    signature: object = None
    data: object = None
    partial_json: object = None
    stop_reason: object = None


class _Message(Struct):
    model: object = None
    usage: object = None


class _Event(Struct):
    type: object = None
    message: _Message | None = None
    content_block: _Piece | None = None
    delta: _Piece | None = None
    usage: object = None


_EVENTS = msgspec.json.Decoder(_Event)

_THOUGHTS = frozenset({"thinking", "redacted_thinking", "reasoning"})
"""Types of blocks that hold no answer, whatever the type of what fills them."""


class AnthropicDecoder:
    """Reads one stream of message events."""

    def __init__(self, call: Call) -> None:
        self._hearing = Hearing(call)
        self._in_thought = False
        self._usage = AnthropicUsage()
        self._model: str | None = None

    @property
    def has_ended(self) -> bool:
        """Whether what ends the answer has come, whatever follows."""
        return self._hearing.has_ended

    def feed(self, payload: bytes) -> list[Chunk]:
        """Decode one event; `message_stop` gives `Finished`."""
        if payload.strip() == b"[DONE]":  # of a proxy that speaks OpenAI's format too
            return []
        event = decode(_EVENTS, payload)
        if event.type == "message_stop":
            return self._finish(marked=True)
        chunks: list[Chunk] = []
        if event.type in ("content_block_start", "content_block_stop"):
            self._in_thought = False
        for piece in (event.content_block, event.delta):
            if piece is not None:
                chunks += self._read(piece)
        if event.message is not None:
            self._model = words(event.message.model) or self._model
            self._usage.take(event.message.usage)
        self._usage.take(event.usage)
        return chunks

    def close(self) -> list[Chunk]:
        """End the stream, if the upstream has said why the model stopped."""
        return self._finish(marked=False)

    def _finish(self, *, marked: bool) -> list[Chunk]:
        facts = Finished(usage=self._usage.reported(), returned_model=self._model)
        return self._hearing.finish(facts, marked=marked)

    def _read(self, piece: _Piece) -> list[Chunk]:
        hearing = self._hearing
        if words(piece.type) in _THOUGHTS:
            self._in_thought = True
        elif piece.type == "tool_use":
            return hearing.call_tool()
        chunks = hearing.think(piece.thinking, piece.reasoning)
        if self._in_thought:
            chunks += hearing.think(piece.text)
        else:
            chunks += hearing.take(piece.text)
        if piece.signature or piece.data or piece.partial_json:
            chunks += hearing.work()
        hearing.end(words(piece.stop_reason))
        return chunks
