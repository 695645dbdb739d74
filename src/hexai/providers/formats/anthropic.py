"""Anthropic's messages over server-sent events.

An answer is a list of blocks, each opened, filled by deltas and closed. Text blocks
follow one another as one answer; thinking blocks are reasoning; signatures, redacted
thinking and tool input are neither. Events and blocks of kinds we do not know are
skipped, as the interface's versioning asks of its clients.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from hexai.config.provider_settings import ProviderSettings
from hexai.config.vendors import traits
from hexai.domain.messages import Role
from hexai.domain.provider import (
    Call,
    Chunk,
    Finished,
    FinishReason,
    ReasoningDelta,
    StopReason,
)
from hexai.errors import BrokenStream, ContentFilter, ProviderError
from hexai.providers.formats.complaints import Complaint
from hexai.providers.formats.payload import decode, words
from hexai.providers.formats.reasoning import ThinkSplitter
from hexai.providers.formats.refusals import explain
from hexai.providers.formats.usage import AnthropicUsage
from hexai.providers.formats.wire import Framing

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
                {"role": message.role, "content": message.content}
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
        if stop := [sequence for sequence in call.stop if sequence.strip()]:
            body["stop_sequences"] = stop
        return body

    def decoder(self, call: Call) -> "AnthropicDecoder":  # noqa: ARG002 - all alike
        """Make the decoder of one stream."""
        return AnthropicDecoder()

    def explain(self, said: Complaint, *, model: str) -> ProviderError:
        """Make the error of what an upstream said."""
        return explain(said, model, self._settings)


class _Piece(Struct):
    """A block as it opens, a delta to it, or the message's own delta."""

    text: object = None
    thinking: object = None
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

REASONS: dict[str, StopReason] = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "refusal": FinishReason.FILTERED,
}
"""`stop_reason`; any other is `OTHER`."""


class AnthropicDecoder:
    """Reads one stream of message events."""

    def __init__(self) -> None:
        self._splitter = ThinkSplitter()
        self._reason: StopReason | None = None
        self._usage = AnthropicUsage()
        self._model: str | None = None

    def feed(self, payload: bytes) -> list[Chunk]:
        """Decode one event; `message_stop` gives `Finished`."""
        event = decode(_EVENTS, payload)
        if event.type == "message_stop":
            self._reason = self._reason or FinishReason.OTHER
            return self.close()
        chunks: list[Chunk] = []
        for piece in (event.delta, event.content_block):
            if piece is not None:
                self._read(piece, chunks)
        if event.message is not None:
            self._model = words(event.message.model) or self._model
            self._usage.take(event.message.usage)
        self._usage.take(event.usage)
        return chunks

    def close(self) -> list[Chunk]:
        """End the stream, if the upstream has said why the model stopped."""
        if self._reason is None:
            raise BrokenStream("the stream ended before the answer was complete")
        chunks = self._splitter.close()
        if self._reason is FinishReason.FILTERED and not self._splitter.answered:
            raise ContentFilter("the model refused to answer")
        finished = Finished(
            reason=self._reason,
            usage=self._usage.reported(),
            returned_model=self._model,
        )
        return [*chunks, finished]

    def _read(self, piece: _Piece, chunks: list[Chunk]) -> None:
        if thinking := words(piece.thinking):
            chunks.append(ReasoningDelta(thinking))
        if text := words(piece.text):
            chunks.extend(self._splitter.feed(text))
        if reason := words(piece.stop_reason):
            self._reason = REASONS.get(reason, FinishReason.OTHER)
