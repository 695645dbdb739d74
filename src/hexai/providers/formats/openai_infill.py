"""Completions with a suffix, as DeepSeek and Mistral serve them.

DeepSeek answers as OpenAI's completions did, with `text` in each choice, Mistral with
the deltas of a chat; both are read.
"""

from collections.abc import Mapping

from hexai.config.provider_settings import ProviderSettings
from hexai.domain.provider import Call
from hexai.errors import ProviderError
from hexai.providers.formats.complaints import Complaint
from hexai.providers.formats.control_tokens import stops
from hexai.providers.formats.format import Decoder
from hexai.providers.formats.openai import (
    OpenAIDecoder,
    OpenAIFormat,
)


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
        if words := stops(call, most=known.most_stops):
            body["stop"] = words
        return body

    def decoder(self, call: Call) -> Decoder:
        """Make the decoder of one stream."""
        return OpenAIDecoder(call, self._settings, infilled=True)

    def explain(self, said: Complaint, *, model: str) -> ProviderError:
        """Make the error of what an upstream said."""
        error = super().explain(said, model=model)
        return pointing_at_infill(error, said, self._settings)


_NO_ENDPOINT = frozenset({400, 404, 405, 422, 501})


def pointing_at_infill(
    error: ProviderError, said: Complaint, settings: ProviderSettings
) -> ProviderError:
    """Advise to turn filling gaps off where a refusal may well mean that."""
    if said.status in _NO_ENDPOINT:
        where = settings.name if settings.built_in else f"providers.{settings.name}"
        error.what_to_do = (
            f'the model or server may not fill gaps: set infill = "off" in [{where}]'
        )
    return error
