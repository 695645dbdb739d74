"""Ollama's chat, one JSON object a line."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from hexai.config.provider_settings import ProviderSettings
from hexai.domain.options import Think
from hexai.domain.provider import (
    Call,
    Chunk,
    Finished,
    FinishReason,
    ReasoningDelta,
    StopReason,
)
from hexai.domain.usage import ReportedUsage
from hexai.errors import BrokenStream, ProviderError
from hexai.providers.formats.complaints import Complaint
from hexai.providers.formats.format import Decoder
from hexai.providers.formats.payload import decode, figure, words
from hexai.providers.formats.reasoning import ThinkSplitter
from hexai.providers.formats.refusals import explain
from hexai.providers.formats.usage import ollama_waits
from hexai.providers.formats.wire import Framing


class OllamaFormat:
    """Chat as newline-delimited JSON."""

    framing: Framing = "ndjson"

    def __init__(
        self, settings: ProviderSettings, quietest: Think | None = None
    ) -> None:
        """Ask for `quietest` where nobody waits for thoughts, if the model has any."""
        self._settings = settings
        self._quietest = quietest

    def path(self, call: Call) -> str:  # noqa: ARG002 - one endpoint for all calls
        """Give the path below `base_url`."""
        return "/api/chat"

    def headers(self, key: str | None) -> Mapping[str, str]:
        """Give the key as bearer; a server on this machine needs none."""
        headers = {"Accept": "application/x-ndjson"}
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        return headers

    def body(self, call: Call) -> Mapping[str, object]:
        """Write the request; what is not set is left to the model's own defaults."""
        body: dict[str, object] = {
            "model": call.model,
            "messages": [
                {"role": message.role, "content": message.content}
                for message in call.messages
            ],
            "stream": True,
        }
        return self._with_options(call, body)

    def _with_options(
        self, call: Call, body: dict[str, object]
    ) -> Mapping[str, object]:
        think = call.options.think
        if think is None and call.quick:
            think = self._quietest
        if think is not None:
            body["think"] = think
        if given := options(call):
            body["options"] = given
        return body

    def decoder(self, call: Call) -> Decoder:  # noqa: ARG002 - all are read alike
        """Make the decoder of one stream."""
        return OllamaDecoder()

    def explain(self, said: Complaint, *, model: str) -> ProviderError:
        """Make the error of what an upstream said."""
        return explain(said, model, self._settings)


def options(call: Call) -> dict[str, object]:
    """Give the options that a call sets."""
    given: dict[str, object] = {}
    if call.temperature is not None:
        given["temperature"] = call.temperature
    if call.max_tokens is not None:
        given["num_predict"] = call.max_tokens
    if call.stop:
        given["stop"] = list(call.stop)
    return given


class Line(Struct):
    """What the lines of all of Ollama's streams have in common."""

    done: object = False
    done_reason: object = None
    prompt_eval_count: object = None
    eval_count: object = None
    total_duration: object = None
    load_duration: object = None
    prompt_eval_duration: object = None
    eval_duration: object = None
    model: object = None


class _Message(Struct):
    content: object = None
    thinking: object = None


class _ChatLine(Line):
    message: _Message | None = None


_LINES = msgspec.json.Decoder(_ChatLine)

REASONS: dict[str, StopReason] = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
}
"""`done_reason`; servers older than it only say `done`."""


class OllamaDecoder:
    """Reads one stream of chat lines; blank deltas count, they indent code."""

    def __init__(self) -> None:
        self._splitter = ThinkSplitter()

    def feed(self, payload: bytes) -> list[Chunk]:
        """Decode one line; the last one says `done` and gives `Finished`."""
        line = decode(_LINES, payload)
        chunks: list[Chunk] = []
        if line.message is not None:
            if thinking := words(line.message.thinking):
                chunks.append(ReasoningDelta(thinking))
            chunks.extend(self._splitter.feed(words(line.message.content)))
        if line.done is True:
            chunks += [*self._splitter.close(), finished(line)]
        return chunks

    def close(self) -> list[Chunk]:
        """Refuse the end of the stream: a last line would have ended it before."""
        raise BrokenStream("the stream ended before the answer was complete")


def finished(line: Line, *, infilled: bool = False) -> Finished:
    """Read the last line, the one that says `done`."""
    reason = words(line.done_reason) or "stop"
    loading, queued = ollama_waits(
        (
            line.total_duration,
            line.load_duration,
            line.prompt_eval_duration,
            line.eval_duration,
        )
    )
    return Finished(
        reason=REASONS.get(reason, FinishReason.OTHER),
        usage=ReportedUsage(
            input=figure(line.prompt_eval_count), output=figure(line.eval_count)
        ),
        loading=loading,
        queued=queued,
        returned_model=words(line.model) or None,
        infilled=infilled,
    )
