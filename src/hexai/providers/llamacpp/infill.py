"""llama.cpp's `/infill`: both sides of a gap, put together by the server itself.

It knows which tokens the model wants around them, and of a long text takes what is next
to the gap: three quarters of a batch before it, one after it. A whole prompt of the
user's own goes to `/completion` instead, which answers alike.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from hexai.domain.provider import Call, Chunk, Finished, ReportedUsage
from hexai.errors import ProviderError
from hexai.providers.formats.control_tokens import stops
from hexai.providers.formats.error_bodies import ReportedError
from hexai.providers.formats.format import Decoder, Hearing
from hexai.providers.formats.openai import OpenAIFormat, pointing_at_infill
from hexai.providers.formats.payload import (
    decode,
    field,
    figure,
    further,
    words,
)
from hexai.providers.formats.usage import llamacpp_cached, openai_generating


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
        body: dict[str, object] = {
            "model": call.model,
            "stream": True,
            "return_progress": True,  # what is written of it finds a closed stream
        }
        if infill.after is None:
            body["prompt"] = infill.before
        else:
            body["input_prefix"] = infill.near
            body["input_suffix"] = infill.after
            if apart := infill.apart:
                name = infill.path or "file"
                body["input_extra"] = [{"filename": name, "text": apart}]
        if call.temperature is not None:
            body["temperature"] = call.temperature
        if call.max_tokens is not None:
            body["n_predict"] = call.max_tokens
        if given := stops(call):
            body["stop"] = given
        if call.options.id_slot is not None:
            body["id_slot"] = call.options.id_slot
        return body | further(call.options)

    def decoder(self, call: Call) -> Decoder:
        """Make the decoder of one stream."""
        return LlamaCppInfillDecoder(call)

    def explain(self, said: ReportedError, *, model: str) -> ProviderError:
        """Make the error of what an upstream said."""
        error = super().explain(said, model=model)
        return pointing_at_infill(error, said, self._settings)


class Event(Struct):
    """What comes with a piece; all but its text comes with the last one."""

    content: object = None
    stop: object = False
    stop_type: object = None
    stopped_eos: object = None
    stopped_word: object = None
    stopped_limit: object = None
    tokens_evaluated: object = None
    tokens_predicted: object = None
    timings: object = None
    model: object = None


_TELLING = 32
"""Tokens read from which on their time means something."""

_EVENTS = msgspec.json.Decoder(Event)

_OLDER = {"stopped_eos": "eos", "stopped_word": "word", "stopped_limit": "limit"}
"""How servers before b4300 (2024-12) said `stop_type`."""


class LlamaCppInfillDecoder:
    """Reads one stream of pieces; the last one says `stop`."""

    def __init__(self, call: Call) -> None:
        self._hearing = Hearing(call, infilled=True)
        self._last = Event()

    @property
    def has_ended(self) -> bool:
        """Whether what ends the answer has come, whatever follows."""
        return self._hearing.has_ended

    def feed(self, payload: bytes) -> list[Chunk]:
        """Decode one event; the last one gives `Finished`."""
        if payload.strip() == b"[DONE]":
            return []
        event = self._last = decode(_EVENTS, payload)
        chunks = self.read(event.content)
        if event.stop is not True:
            return chunks
        self.ended()
        self._hearing.end(self.word(event))
        return [*chunks, *self._hearing.finish(self._facts(), marked=True)]

    def word(self, event: Event) -> str:
        """Give the word for why it ended."""
        older = (word for name, word in _OLDER.items() if getattr(event, name) is True)
        return words(event.stop_type) or next(older, "")

    def read(self, content: object) -> list[Chunk]:
        """Take the next piece of text."""
        return self._hearing.take(content)

    def ended(self) -> None:
        """Take note of the end, whose figures have come."""

    @property
    def reading_speed(self) -> float | None:
        """Tokens of the prompt read in a second; None: too few to tell."""
        timings = self._last.timings
        count = figure(field(timings, "prompt_n")) or 0
        spent = field(timings, "prompt_ms")
        if count < _TELLING or not isinstance(spent, float) or spent < 1.0:
            return None
        return count / spent * 1000

    def close(self) -> list[Chunk]:
        """End the stream, if the answer has ended by itself."""
        return self._hearing.finish(self._facts(), marked=False)

    def _facts(self) -> Finished:
        event, timings = self._last, self._last.timings
        read = figure(field(timings, "prompt_n"))
        cached = llamacpp_cached(timings)
        total = None if read is None or cached is None else read + cached
        written = figure(field(timings, "predicted_n"))
        return Finished(
            usage=ReportedUsage(
                input=_first(figure(event.tokens_evaluated), total),
                output=_first(figure(event.tokens_predicted), written),
                cached=cached,
            ),
            generating=openai_generating(None, timings),
            returned_model=words(event.model) or None,
            apart=True,
        )


def _first(*figures: int | None) -> int | None:
    return next((figure for figure in figures if figure is not None), None)


class WatchedChat(OpenAIFormat):
    """OpenAI's chat, with what a llama.cpp writes of its progress."""

    def body(self, call: Call) -> Mapping[str, object]:
        """Write the request; what is written of progress finds the closed stream."""
        return {**super().body(call), "return_progress": True}
