"""Ollama's `/api/generate` with a suffix: both sides of a gap, and what fills it."""

from collections.abc import Mapping

import msgspec

from hexai.domain.provider import Call, Chunk, ReasoningDelta, TextDelta
from hexai.errors import BrokenStream
from hexai.providers.formats.format import Decoder
from hexai.providers.formats.ollama import Line, OllamaFormat, finished
from hexai.providers.formats.payload import decode, words

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
        return self._with_options(call, body)

    def decoder(self, call: Call) -> Decoder:  # noqa: ARG002 - all are read alike
        """Make the decoder of one stream."""
        return OllamaInfillDecoder()


class _InfillLine(Line):
    response: object = None
    thinking: object = None


_LINES = msgspec.json.Decoder(_InfillLine)


class OllamaInfillDecoder:
    """Reads one stream of generated lines; the text is taken as it is."""

    def feed(self, payload: bytes) -> list[Chunk]:
        """Decode one line; the last one says `done` and gives `Finished`."""
        line = decode(_LINES, payload)
        chunks: list[Chunk] = []
        if thinking := words(line.thinking):
            chunks.append(ReasoningDelta(thinking))
        if text := words(line.response):
            chunks.append(TextDelta(text))
        if line.done is True:
            chunks.append(finished(line, infilled=True))
        return chunks

    def close(self) -> list[Chunk]:
        """Refuse the end of the stream: a last line would have ended it before."""
        raise BrokenStream("the stream ended before the answer was complete")
