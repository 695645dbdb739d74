"""Ollama's `/api/generate` with a suffix: both sides of a gap, and what fills it."""

from collections.abc import Mapping

from msgspec.structs import replace

from hexai.domain.provider import Call
from hexai.providers.formats.control_tokens import stops
from hexai.providers.formats.format import Decoder
from hexai.providers.formats.ollama import OllamaDecoder, OllamaFormat

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
