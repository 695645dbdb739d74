"""OpenAI's chat completions, as dozens of servers speak them.

The format is the common language of llama.cpp, vLLM, LM Studio, Groq, Mistral, Gemini's
compatible endpoint and OpenRouter, each with its accent. What they disagree about in
requests is data in `quirks`; in answers we take whatever any of them sends: reasoning
under two names, content as text or parts, figures in the last chunk or in every one,
`[DONE]` or not. What none of them may do is end without saying so.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hexai.config.provider_settings import ProviderSettings
from hexai.config.vendors import MOST_STOPS, Traits, traits
from hexai.domain.provider import (
    Call,
    Chunk,
    Finished,
    FinishReason,
    ReasoningDelta,
    StopReason,
)
from hexai.domain.usage import ReportedUsage
from hexai.errors import BrokenStream, ContentFilter, Overloaded, ProviderError
from hexai.providers.formats.complaints import Complaint
from hexai.providers.formats.format import Decoder
from hexai.providers.formats.payload import decode, field, words
from hexai.providers.formats.reasoning import ThinkSplitter
from hexai.providers.formats.refusals import explain
from hexai.providers.formats.usage import llamacpp_cached, openai_usage
from hexai.providers.formats.wire import Framing

INCLUDE_USAGE = {"include_usage": True}
"""The `stream_options` that ask for usage figures."""

OPENROUTER_HEADERS = {
    "HTTP-Referer": "https://github.com/snonux/hexai",
    "X-Title": "Hexai",
}
"""How OpenRouter wants an application to name itself."""


class OpenAIFormat:
    """Chat completions over server-sent events."""

    framing: Framing = "sse"

    def __init__(self, settings: ProviderSettings) -> None:
        self._settings = settings

    def path(self, call: Call) -> str:  # noqa: ARG002 - one endpoint for all calls
        """Give the path below `base_url`, which holds the version."""
        return "/chat/completions"

    def headers(self, key: str | None) -> Mapping[str, str]:
        """Give the key as bearer, and OpenRouter's two headers to OpenRouter."""
        headers = {"Accept": "text/event-stream"}
        if self._settings.type == "openrouter":
            headers |= OPENROUTER_HEADERS
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        return headers

    def body(self, call: Call) -> Mapping[str, object]:
        """Write the request, without the options that the model refuses."""
        known = self._traits(call)
        body: dict[str, object] = {
            "model": call.model,
            "messages": [
                {"role": message.role, "content": message.content}
                for message in call.messages
            ],
            "stream": True,
        }
        self._ask_usage(call, known, body)
        if call.temperature is not None and "temperature" not in known.refuses:
            body["temperature"] = call.temperature
        if call.max_tokens is not None:
            body[call.options.limit_key or known.limit_key] = call.max_tokens
        if call.stop and "stop" not in known.refuses:
            body["stop"] = list(call.stop[:MOST_STOPS])
        if call.options.reasoning_effort is not None:
            body["reasoning_effort"] = call.options.reasoning_effort
        return body

    def _traits(self, call: Call) -> Traits:
        return traits(self._settings.base_url, call.model)

    def _ask_usage(self, call: Call, known: Traits, body: dict[str, object]) -> None:
        wanted = call.options.include_usage
        if known.include_usage if wanted is None else wanted:
            body["stream_options"] = INCLUDE_USAGE

    def decoder(self, call: Call) -> Decoder:  # noqa: ARG002 - all are read alike
        """Make the decoder of one stream."""
        return OpenAIDecoder(self._settings)

    def explain(self, said: Complaint, *, model: str) -> ProviderError:
        """Make the error of what an upstream said."""
        return explain(said, model, self._settings)


class Said(Struct):
    """The delta of a choice."""

    content: object = None
    reasoning_content: object = None
    reasoning: object = None
    refusal: object = None


class Choice(Struct):
    """One of the answers that a stream may hold; of a chat or of a completion."""

    index: object = 0
    delta: Said | None = None
    text: object = None
    finish_reason: object = None
    usage: object = None


class _Event(Struct):
    choices: list[Choice] | None = None
    usage: object = None
    timings: object = None
    model: object = None


_EVENTS = msgspec.json.Decoder(_Event)

REASONS: dict[str, StopReason] = {
    "stop": FinishReason.STOP,
    "eos": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "max_tokens": FinishReason.LENGTH,
    "model_length": FinishReason.LENGTH,
    "content_filter": FinishReason.FILTERED,
}
"""`finish_reason` by vendors' spellings; any other is `OTHER`."""

BROKEN_OFF = frozenset({"error", "insufficient_system_resource"})
"""Reasons that are none: OpenRouter's and DeepSeek's words for a failure."""


class EventDecoder(ABC):
    """Reads one stream of events, of a chat or of a completion.

    Only the first choice counts. What is text in it is up to the derived classes.
    """

    def __init__(self, settings: ProviderSettings) -> None:
        self._settings = settings
        self._reason: StopReason | None = None
        self._usage = ReportedUsage()
        self._model: str | None = None

    def feed(self, payload: bytes) -> list[Chunk]:
        """Decode one event; `[DONE]` gives `Finished`."""
        if payload.strip() == b"[DONE]":
            self._reason = self._reason or FinishReason.OTHER
            return self.close()
        event = decode(_EVENTS, payload)
        self._count(event.usage, event.timings)
        self._model = self._model or words(event.model) or None
        chunks: list[Chunk] = []
        for choice in event.choices or ():
            if choice.index in (0, None):
                self._read(choice, chunks)
                self._count(choice.usage)  # Moonshot's place for it
                self._end(words(choice.finish_reason))
        return chunks

    def close(self) -> list[Chunk]:
        """End the stream, if the upstream has said that the answer is complete."""
        if self._reason is None:
            raise BrokenStream("the stream ended before the answer was complete")
        return self._finish(
            Finished(reason=self._reason, usage=self._usage, returned_model=self._model)
        )

    def _count(self, said: object, timings: object = None) -> None:
        """Take figures in: totals, so the last that say anything count."""
        before = self._usage.cached
        if isinstance(said, dict):
            charges = self._settings.type == "openrouter"
            reported = openai_usage(said, charges=charges)
            if reported != ReportedUsage():
                self._usage = reported
        if self._usage.cached is None:
            kept = llamacpp_cached(timings)
            self._usage = replace(self._usage, cached=before if kept is None else kept)

    def _end(self, reason: str) -> None:
        if reason in BROKEN_OFF:
            raise Overloaded("the upstream broke the answer off")
        if reason:
            self._reason = REASONS.get(reason, FinishReason.OTHER)

    @abstractmethod
    def _read(self, choice: Choice, chunks: list[Chunk]) -> None:
        """Add what a choice says."""

    @abstractmethod
    def _finish(self, finished: Finished) -> list[Chunk]:
        """Give what is left to say, and the end."""


class OpenAIDecoder(EventDecoder):
    """Reads one stream of chat completion chunks."""

    def __init__(self, settings: ProviderSettings) -> None:
        super().__init__(settings)
        self._splitter = ThinkSplitter()

    def _finish(self, finished: Finished) -> list[Chunk]:
        chunks = self._splitter.close()
        if finished.reason is FinishReason.FILTERED and not self._splitter.answered:
            raise ContentFilter("the answer was withheld by a content filter")
        return [*chunks, finished]

    def _read(self, choice: Choice, chunks: list[Chunk]) -> None:
        delta = choice.delta
        if delta is None:
            return
        reasoning = words(delta.reasoning_content) or words(delta.reasoning)
        if reasoning:
            chunks.append(ReasoningDelta(reasoning))
        content = delta.content
        if isinstance(content, list):
            self._read_parts(content, chunks)
        elif content is not None or delta.refusal is not None:
            text = words(content) or words(delta.refusal)
            chunks.extend(self._splitter.feed(text))

    def _read_parts(self, parts: list[object], chunks: list[Chunk]) -> None:
        for part in parts:
            thinking = field(part, "thinking")
            thoughts = thinking if isinstance(thinking, list) else [thinking]
            said = "".join(
                words(field(thought, "text")) or words(thought) for thought in thoughts
            )
            if said:
                chunks.append(ReasoningDelta(said))
            chunks.extend(self._splitter.feed(words(field(part, "text"))))
