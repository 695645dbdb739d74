"""OpenAI's chat completions, as dozens of servers speak them.

The format is the common language of llama.cpp, vLLM, LM Studio, Groq, Mistral, Gemini's
compatible endpoint and OpenRouter, each with its accent. What they disagree about in
requests is data in `config/vendors.py`; in answers we take whatever any of them sends:
reasoning under two names, content as text or parts, figures in the last chunk or in
every one, `[DONE]` or not. What none of them may do is end without saying so.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hexai.config.schema_providers import ProviderSettings
from hexai.config.vendors import Traits, traits
from hexai.domain.messages import Message
from hexai.domain.provider import Call, Chunk, Finished, ReportedUsage
from hexai.errors import ProviderError
from hexai.providers.formats.control_tokens import stops
from hexai.providers.formats.error_bodies import ReportedError
from hexai.providers.formats.format import Decoder, Hearing
from hexai.providers.formats.framing import Framing
from hexai.providers.formats.payload import decode, field, further, words
from hexai.providers.formats.usage import (
    llamacpp_cached,
    openai_generating,
    openai_usage,
)
from hexai.providers.prompt_cache import digest, standing_part

INCLUDE_USAGE = {"include_usage": True}
"""The `stream_options` that ask for usage figures."""


_NAMED_BY = 2_048
"""Characters that a prompt's beginning is known by: instructions, and the file's."""


class OpenAIFormat:
    """Chat completions over server-sent events."""

    framing: Framing = "sse"

    def __init__(self, settings: ProviderSettings) -> None:
        self._settings = settings

    def path(self, call: Call) -> str:  # noqa: ARG002 - one endpoint for all calls
        """Give the path below `base_url`, which holds the version."""
        return "/chat/completions"

    def headers(self, key: str | None) -> Mapping[str, str]:
        """Give the key as bearer, and the headers that a host wants."""
        headers = {"Accept": "text/event-stream"}
        headers |= traits(self._settings.base_url, "").headers
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        return headers

    def body(self, call: Call) -> Mapping[str, object]:
        """Write the request, without the options that the model refuses."""
        known = self._traits(call)
        body: dict[str, object] = {
            "model": call.model,
            "messages": [
                {"role": message.role, "content": _content(message)}
                for message in call.messages
            ],
            "stream": True,
        }
        self._ask_usage(call, known, body)
        if call.temperature is not None and "temperature" not in known.refuses:
            body["temperature"] = call.temperature
        if call.max_tokens is not None:
            body[call.options.limit_key or known.limit_key] = call.max_tokens
        if stop := _stops(call, known):
            body["stop"] = stop
        if call.options.reasoning_effort is not None:
            body["reasoning_effort"] = call.options.reasoning_effort
        if known.keeping == "key" and call.options.prompt_cache is not False:
            self._name_beginning(call, body)
        if call.options.id_slot is not None:
            body["id_slot"] = call.options.id_slot
        return body | further(call.options)

    def _name_beginning(self, call: Call, body: dict[str, object]) -> None:
        """Have requests that begin alike meet where their beginning is kept.

        The name is made of what is sent anyway, and tells nothing more.
        """
        if standing := standing_part(call):
            body["prompt_cache_key"] = f"hexai-{digest(standing, _NAMED_BY)}"

    def _traits(self, call: Call) -> Traits:
        return traits(self._settings.base_url, call.model)

    def _ask_usage(self, call: Call, known: Traits, body: dict[str, object]) -> None:
        wanted = call.options.include_usage
        if known.include_usage if wanted is None else wanted:
            body["stream_options"] = INCLUDE_USAGE

    def decoder(self, call: Call) -> Decoder:
        """Make the decoder of one stream."""
        return OpenAIDecoder(call, self._settings)

    def explain(self, said: ReportedError, *, model: str) -> ProviderError:
        """Make the error of what an upstream said."""
        from hexai.providers.formats.error_mapping import explain  # most have none

        return explain(said, model, self._settings)


def _stops(call: Call, known: Traits) -> list[str]:
    """Give the stop sequences that are sent; the user's own in any case."""
    own = call.options.stop
    if "stop" in known.refuses:
        return list(own)
    return list(call.stop[: max(known.most_stops, len(own))])


def _content(message: Message) -> object:
    """Write what a message says: a text, or parts where it has images."""
    if not message.images:
        return message.content
    from hexai.providers.formats.images import openai_parts

    return openai_parts(message)


class _Said(Struct):
    """The delta of a choice."""

    content: object = None
    reasoning_content: object = None
    reasoning: object = None
    thinking: object = None
    thought: object = None
    reasoning_text: object = None
    cot_summary: object = None
    reasoning_details: object = None
    refusal: object = None
    tool_calls: object = None
    function_call: object = None


class _Choice(Struct):
    """One of the answers that a stream may hold; of a chat or of a completion."""

    index: object = 0
    delta: _Said | None = None
    text: object = None
    finish_reason: object = None
    usage: object = None


class _Event(Struct):
    choices: list[_Choice] | None = None
    usage: object = None
    x_groq: object = None
    timings: object = None
    model: object = None


_EVENTS = msgspec.json.Decoder(_Event)


class OpenAIDecoder:
    """Reads one stream of events, of a chat or of a completion with a suffix.

    Only the first choice counts. Some put the whole message where a delta belongs.
    """

    def __init__(
        self, call: Call, settings: ProviderSettings, *, infilled: bool = False
    ) -> None:
        self._settings = settings
        self._hearing = Hearing(call, infilled=infilled)
        self._usage = ReportedUsage()
        self._generating = 0.0
        self._model: str | None = None

    @property
    def has_ended(self) -> bool:
        """Whether what ends the answer has come, whatever follows."""
        return self._hearing.has_ended

    def feed(self, payload: bytes) -> list[Chunk]:
        """Decode one event; `[DONE]` gives `Finished`."""
        if payload.strip() == b"[DONE]":
            return self._finish(marked=True)
        event = decode(_EVENTS, payload)
        self._count(event.usage, event.timings)
        if event.x_groq is not None:
            self._count(field(event.x_groq, "usage"))
        self._model = self._model or words(event.model) or None
        chunks: list[Chunk] = []
        for choice in event.choices or ():
            if choice.index in (0, None):
                chunks += self._read(choice)
                self._count(choice.usage)  # Moonshot's place for it
                self._hearing.end(words(choice.finish_reason))
        return chunks

    def close(self) -> list[Chunk]:
        """End the stream, if the upstream has said that the answer is complete."""
        return self._finish(marked=False)

    def _finish(self, *, marked: bool) -> list[Chunk]:
        facts = Finished(
            usage=self._usage,
            generating=self._generating,
            returned_model=self._model,
        )
        return self._hearing.finish(facts, marked=marked)

    def _count(self, said: object, timings: object = None) -> None:
        """Take figures in: totals, so the last that say anything count."""
        if said is None and timings is None:  # as in nearly every delta
            return
        self._generating = openai_generating(said, timings) or self._generating
        before = self._usage.cached
        if isinstance(said, dict):
            charges = self._settings.type == "openrouter"
            reported = openai_usage(said, charges=charges)
            if reported != ReportedUsage():
                self._usage = reported
        if self._usage.cached is None:
            kept = llamacpp_cached(timings)
            self._usage = replace(self._usage, cached=before if kept is None else kept)

    def _read(self, choice: _Choice) -> list[Chunk]:
        hearing, delta = self._hearing, choice.delta
        chunks = hearing.take(choice.text) if choice.text else []
        if delta is None:
            return chunks
        chunks += hearing.think(
            delta.reasoning_content,
            delta.reasoning,
            delta.thinking,
            delta.thought,
            delta.reasoning_text,  # Copilot's, as the next
            delta.cot_summary,
            delta.reasoning_details,
        )
        chunks += hearing.take(delta.content or delta.refusal)
        if delta.tool_calls or delta.function_call:
            chunks += hearing.call_tool()
        return chunks


# DeepSeek answers as OpenAI's completions did, with `text` in each choice, Mistral with
# the deltas of a chat; both are read.


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
        known = self._traits(call)
        self._ask_usage(call, known, body)
        if call.temperature is not None:
            body["temperature"] = call.temperature
        if call.max_tokens is not None:
            body["max_tokens"] = call.max_tokens
        if words := stops(call, most=max(known.most_stops, len(call.options.stop))):
            body["stop"] = words
        return body | further(call.options)

    def decoder(self, call: Call) -> Decoder:
        """Make the decoder of one stream."""
        return OpenAIDecoder(call, self._settings, infilled=True)

    def explain(self, said: ReportedError, *, model: str) -> ProviderError:
        """Make the error of what an upstream said."""
        error = super().explain(said, model=model)
        return pointing_at_infill(error, said, self._settings)


_NO_ENDPOINT = frozenset({400, 404, 405, 422, 501})


def pointing_at_infill(
    error: ProviderError, said: ReportedError, settings: ProviderSettings
) -> ProviderError:
    """Advise to turn filling gaps off where a refusal may well mean that."""
    if said.status in _NO_ENDPOINT:
        where = settings.name if settings.built_in else f"providers.{settings.name}"
        error.what_to_do = (
            f'the model or server may not fill gaps: set infill = "off" in [{where}]'
        )
    return error
