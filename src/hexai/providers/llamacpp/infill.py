"""llama.cpp's `/infill`: both sides of a gap, put together by the server itself.

It knows which tokens the model wants around them, and of a long text takes what is next
to the gap: three quarters of a batch before it, one after it. A whole prompt of the
user's own goes to `/completion` instead, which answers alike.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from hexai.domain.provider import (
    Call,
    Chunk,
    Finished,
    FinishReason,
    StopReason,
    TextDelta,
)
from hexai.domain.usage import ReportedUsage
from hexai.errors import BrokenStream, ProviderError
from hexai.providers.formats.complaints import Complaint
from hexai.providers.formats.format import Decoder
from hexai.providers.formats.openai import OpenAIFormat
from hexai.providers.formats.openai_infill import pointing_at_infill
from hexai.providers.formats.payload import decode, figure, words
from hexai.providers.formats.usage import llamacpp_cached


class LlamaCppInfill(OpenAIFormat):
    """Asks as the chat is asked, but for path, body and stream."""

    def path(self, call: Call) -> str:
        """Give the path; it lies beside the version, where `base_url` has one."""
        assert call.infill is not None
        endpoint = "/completion" if call.infill.after is None else "/infill"
        return f"/..{endpoint}" if self._settings.base_url.endswith("/v1") else endpoint

    def body(self, call: Call) -> Mapping[str, object]:
        """Write the request, in llama.cpp's own names."""
        infill = call.infill
        assert infill is not None
        body: dict[str, object] = {"model": call.model, "stream": True}
        if infill.after is None:
            body["prompt"] = infill.before
        else:
            body["input_prefix"] = infill.before
            body["input_suffix"] = infill.after
        if call.temperature is not None:
            body["temperature"] = call.temperature
        if call.max_tokens is not None:
            body["n_predict"] = call.max_tokens
        if call.stop:
            body["stop"] = list(call.stop)
        return body

    def decoder(self, call: Call) -> Decoder:  # noqa: ARG002 - all are read alike
        """Make the decoder of one stream."""
        return LlamaCppInfillDecoder()

    def explain(self, said: Complaint, *, model: str) -> ProviderError:
        """Make the error of what an upstream said."""
        error = super().explain(said, model=model)
        return pointing_at_infill(error, said, self._settings)


class _Event(Struct):
    content: object = None
    stop: object = False
    stop_type: object = None
    tokens_evaluated: object = None
    tokens_predicted: object = None
    timings: object = None
    model: object = None


_EVENTS = msgspec.json.Decoder(_Event)

REASONS: dict[str, StopReason] = {
    "eos": FinishReason.STOP,
    "word": FinishReason.STOP,
    "limit": FinishReason.LENGTH,
}
"""`stop_type`."""


class LlamaCppInfillDecoder:
    """Reads one stream of pieces; the last one says `stop`."""

    def feed(self, payload: bytes) -> list[Chunk]:
        """Decode one event; the last one gives `Finished`."""
        event = decode(_EVENTS, payload)
        chunks: list[Chunk] = []
        if text := words(event.content):
            chunks.append(TextDelta(text))
        if event.stop is True:
            chunks.append(_finished(event))
        return chunks

    def close(self) -> list[Chunk]:
        """Refuse the end of the stream: a last event would have ended it before."""
        raise BrokenStream("the stream ended before the answer was complete")


def _finished(event: _Event) -> Finished:
    return Finished(
        reason=REASONS.get(words(event.stop_type), FinishReason.OTHER),
        usage=ReportedUsage(
            input=figure(event.tokens_evaluated),
            output=figure(event.tokens_predicted),
            cached=llamacpp_cached(event.timings),
        ),
        returned_model=words(event.model) or None,
        infilled=True,
    )
