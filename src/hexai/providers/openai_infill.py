"""Completions with a suffix, as DeepSeek and Mistral serve them.

DeepSeek answers as OpenAI's completions did, with `text` in each choice, Mistral with
the deltas of a chat; both are read.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from hexai.config.provider_settings import ProviderSettings
from hexai.domain.provider import Call, Chunk, Finished, FinishReason, TextDelta
from hexai.domain.usage import ReportedUsage
from hexai.errors import BrokenStream, Overloaded, ProviderError
from hexai.providers.complaints import read_error
from hexai.providers.format import Decoder
from hexai.providers.openai import (
    BROKEN_OFF,
    INCLUDE_USAGE,
    REASONS,
    OpenAIFormat,
    usage,
)
from hexai.providers.payload import decode, loosely, words
from hexai.providers.quirks import MOST_STOPS
from hexai.providers.refusals import explain


class OpenAIInfill(OpenAIFormat):
    """Asks as the chat is asked, but for path, body and stream."""

    def __init__(self, settings: ProviderSettings, path: str) -> None:
        """Post to `path` below `base_url`."""
        super().__init__(settings)
        self._path = path

    def path(self, call: Call) -> str:  # noqa: ARG002 - one endpoint for all calls
        """Give the path below `base_url`, which holds the version."""
        return self._path

    def body(self, call: Call) -> Mapping[str, object]:
        """Write the request; a whole prompt goes without a suffix."""
        infill = call.infill
        assert infill is not None
        body: dict[str, object] = {
            "model": call.model,
            "prompt": infill.before,
            "stream": True,
        }
        if infill.after is not None:
            body["suffix"] = infill.after
        if self._asks_usage:
            body["stream_options"] = INCLUDE_USAGE
        if call.temperature is not None:
            body["temperature"] = call.temperature
        if call.max_tokens is not None:
            body["max_tokens"] = call.max_tokens
        if call.stop:
            body["stop"] = list(call.stop[:MOST_STOPS])
        return body

    def decoder(self, call: Call) -> Decoder:
        """Make the decoder of one stream."""
        return OpenAIInfillDecoder(call, self._settings)

    def refusal(self, status: int, body: bytes, *, model: str) -> ProviderError:
        """Turn an answer that is not 2xx into an error."""
        error = super().refusal(status, body, model=model)
        return pointing_at_infill(error, status, self._settings)


_NO_ENDPOINT = frozenset({400, 404, 405, 422, 501})


def pointing_at_infill(
    error: ProviderError, status: int, settings: ProviderSettings
) -> ProviderError:
    """Advise to turn filling gaps off where a refusal may well mean that."""
    if status in _NO_ENDPOINT:
        where = settings.name if settings.built_in else f"providers.{settings.name}"
        error.what_to_do = (
            f'the model or server may not fill gaps: set infill = "off" in [{where}]'
        )
    return error


class _Delta(Struct):
    content: object = None


class _Choice(Struct):
    index: object = 0
    text: object = None
    delta: _Delta | None = None
    finish_reason: object = None


class _Event(Struct, rename={"kind": "object"}):
    kind: object = None
    choices: list[_Choice] | None = None
    usage: object = None
    error: object = None
    model: object = None


_EVENTS = msgspec.json.Decoder(_Event)


class OpenAIInfillDecoder:
    """Reads one stream of completion chunks; the text is taken as it is."""

    def __init__(self, call: Call, settings: ProviderSettings) -> None:
        self._asked = call.model
        self._settings = settings
        self._reason: FinishReason | None = None
        self._usage = ReportedUsage()
        self._model: str | None = None

    def feed(self, payload: bytes) -> list[Chunk]:
        """Decode one event; `[DONE]` gives `Finished`."""
        if payload.strip() == b"[DONE]":
            self._reason = self._reason or FinishReason.OTHER
            return self.close()
        event = decode(_EVENTS, payload)
        if event.error is not None or event.kind == "error":
            raise explain(read_error(loosely(payload)), self._asked, self._settings)
        if event.usage is not None:
            self._usage = usage(event.usage, self._settings)
        self._model = self._model or words(event.model) or None
        return [
            TextDelta(text)
            for choice in event.choices or ()
            if choice.index in (0, None) and (text := self._take(choice))
        ]

    def close(self) -> list[Chunk]:
        """End the stream, if the upstream has said that the answer is complete."""
        if self._reason is None:
            raise BrokenStream("the stream ended before the answer was complete")
        return [
            Finished(
                reason=self._reason,
                usage=self._usage,
                returned_model=self._model,
                infilled=True,
            )
        ]

    def _take(self, choice: _Choice) -> str:
        reason = words(choice.finish_reason)
        if reason in BROKEN_OFF:
            raise Overloaded("the upstream broke the answer off")
        if reason:
            self._reason = REASONS.get(reason, FinishReason.OTHER)
        delta = "" if choice.delta is None else words(choice.delta.content)
        return words(choice.text) or delta
