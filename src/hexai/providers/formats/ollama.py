"""Ollama's chat, one JSON object a line, and its `/api/generate` for gaps."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hexai.config.schema_providers import ProviderSettings
from hexai.domain.entry import Think
from hexai.domain.messages import Message
from hexai.domain.provider import Call, Chunk, Finished, ReportedUsage
from hexai.errors import ProviderError
from hexai.providers.formats.control_tokens import stops
from hexai.providers.formats.error_bodies import ReportedError
from hexai.providers.formats.format import Decoder, Hearing
from hexai.providers.formats.framing import Framing
from hexai.providers.formats.payload import decode, figure, further, words
from hexai.providers.formats.usage import ollama_durations

_BESIDE = frozenset({"format", "keep_alive", "logprobs", "top_logprobs"})
"""What stands in a request itself, and not among its `options`."""


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
                {"role": message.role, "content": message.content, **_images(message)}
                for message in call.messages
            ],
            "stream": True,
        }
        return self._with_options(call, body)

    def _with_options(
        self, call: Call, body: dict[str, object]
    ) -> Mapping[str, object]:
        body["truncate"] = False  # a prompt that does not fit is to be refused
        think = call.options.think
        if think is None and call.quick:
            think = self._quietest
        if think is not None:
            body["think"] = think
        among = further(call.options)
        beside = {name: among.pop(name) for name in (*among,) if name in _BESIDE}
        if given := options(call) | among:
            body["options"] = given
        return body | beside

    def decoder(self, call: Call) -> Decoder:
        """Make the decoder of one stream."""
        return OllamaDecoder(call)

    def explain(self, said: ReportedError, *, model: str) -> ProviderError:
        """Make the error of what an upstream said."""
        from hexai.providers.formats.error_mapping import explain  # most have none

        return explain(said, model, self._settings)


def _images(message: Message) -> dict[str, object]:
    if not message.images:
        return {}
    from hexai.providers.formats.images import in_base64

    return {"images": [in_base64(image) for image in message.images]}


def options(call: Call) -> dict[str, object]:
    """Give the options that a call sets."""
    given: dict[str, object] = {}
    if call.temperature is not None:
        given["temperature"] = call.temperature
    if call.max_tokens is not None:
        given["num_predict"] = call.max_tokens
    if call.options.num_ctx is not None:
        given["num_ctx"] = call.options.num_ctx
    if call.stop:
        given["stop"] = list(call.stop)
    return given


class _Message(Struct):
    content: object = None
    thinking: object = None
    reasoning: object = None
    reasoning_content: object = None
    tool_calls: object = None


class OllamaLine(Struct):
    """A line of a chat, with `message`, or of generated text, with `response`."""

    message: _Message | None = None
    response: object = None
    thinking: object = None
    done: object = False
    done_reason: object = None
    prompt_eval_count: object = None
    eval_count: object = None
    total_duration: object = None
    load_duration: object = None
    prompt_eval_duration: object = None
    eval_duration: object = None
    model: object = None


_LINES = msgspec.json.Decoder(OllamaLine)


class OllamaDecoder:
    """Reads one stream of lines, of a chat or of what fills a gap.

    Blank deltas count, they indent code.
    """

    def __init__(self, call: Call, *, infilled: bool = False) -> None:
        self._hearing = Hearing(call, infilled=infilled)
        self._last: OllamaLine | None = None

    @property
    def has_ended(self) -> bool:
        """Whether what ends the answer has come, whatever follows."""
        return self._hearing.has_ended

    def feed(self, payload: bytes) -> list[Chunk]:
        """Decode one line; the last one says `done`, or why, and gives `Finished`."""
        if payload.strip() == b"[DONE]":  # of a proxy that speaks OpenAI's format too
            return []
        line = decode(_LINES, payload)
        self._last = line
        hearing, message = self._hearing, line.message
        chunks = hearing.think(line.thinking)
        chunks += hearing.take(line.response)
        if message is not None:
            chunks += hearing.think(
                message.thinking, message.reasoning, message.reasoning_content
            )
            chunks += hearing.take(message.content)
            if message.tool_calls:
                chunks += hearing.call_tool()
        reason = words(line.done_reason)
        if not (reason or line.done is True):
            return chunks
        hearing.end(reason or _DONE)
        return [*chunks, *hearing.finish(_facts(line), marked=True)]

    def close(self) -> list[Chunk]:
        """End the stream, if the answer has ended by itself."""
        facts = Finished() if self._last is None else _facts(self._last)
        return self._hearing.finish(facts, marked=False)


_DONE = "stop"
"""What a last line means that only says `done`, as servers older than reasons do."""


def _facts(line: OllamaLine) -> Finished:
    """Read the figures of the last line."""
    took = ollama_durations(
        (
            line.total_duration,
            line.load_duration,
            line.prompt_eval_duration,
            line.eval_duration,
        )
    )
    return Finished(
        usage=ReportedUsage(
            input=figure(line.prompt_eval_count), output=figure(line.eval_count)
        ),
        loading=took.loading,
        queued=took.queued,
        generating=took.generating,
        returned_model=words(line.model) or None,
    )


_NOTHING = "\n"
"""An empty suffix would make it a chat, and an empty prompt no more than a load."""


class OllamaInfill(OllamaFormat):
    """Asks as Ollama's chat is asked, but for path, body and stream."""

    def path(self, call: Call) -> str:  # noqa: ARG002 - one endpoint for all calls
        """Give the path below `base_url`."""
        return "/api/generate"

    def body(self, call: Call) -> Mapping[str, object]:
        """Write the request; a whole prompt goes past the model's own template."""
        infill = call.infill
        assert infill is not None
        body: dict[str, object] = {
            "model": call.model,
            "prompt": infill.before or _NOTHING,
            "stream": True,
        }
        if infill.after is None:
            body["raw"] = True
        else:
            body["suffix"] = infill.after or _NOTHING
        return self._with_options(replace(call, stop=tuple(stops(call))), body)

    def decoder(self, call: Call) -> Decoder:
        """Make the decoder of one stream."""
        return OllamaDecoder(call, infilled=True)
