"""Which calls go to a fill-in-the-middle endpoint.

A chat model that is asked to continue code in the middle of a line guesses what it may
say; one that was trained to fill gaps is given both sides and says only what belongs
between them. But few endpoints tell whether their model was:

- Ollama shows it as the capability `insert`; without it a suffix is refused.
- llama.cpp's `/infill` answers 501 when the model has no tokens for it. So the embedded
  model is tried once, and remembered by its file (see `llamacpp`).
- Elsewhere nobody says. vLLM refuses every suffix; LM Studio and llama.cpp's own
  `/completions` ignore it, which is worse. So only hosts that are known to fill gaps
  are asked unless the user names an endpoint by `infill`, and a wrong one then fails
  visibly.
"""

import re
from typing import Literal

from msgspec import Struct

from hexai.config.addresses import origin
from hexai.config.schema_providers import ProviderSettings
from hexai.domain.provider import Call
from hexai.providers.formats.format import Asked, Choose, WireFormat
from hexai.providers.readiness.servers import ShownModels

Endpoint = Literal["completions", "fim/completions", "infill"]
"""What may be asked of an upstream that speaks OpenAI's format."""


class KnownEndpoint(Struct, frozen=True, kw_only=True):
    """A service that is known to fill gaps."""

    base_url: str
    """A regular expression for its beginning."""
    models: str
    """A regular expression for a model's whole name."""
    endpoint: Endpoint
    why: str
    seen: str
    """What it was seen in, with date, and a public source."""


KNOWN_ENDPOINTS = (
    KnownEndpoint(
        base_url=r"https://codestral\.mistral\.ai/",
        models=r".*",
        endpoint="fim/completions",
        why="this host serves Codestral alone",
        seen="Mistral API, 2026-11: https://docs.mistral.ai/api/endpoint/fim",
    ),
    KnownEndpoint(
        base_url=r"https://api\.mistral\.ai/",
        models=r"codestral-(?!embed).*",
        endpoint="fim/completions",
        why="of Mistral's models only Codestral fills gaps",
        seen="Mistral API, 2026-11: https://docs.mistral.ai/api/endpoint/fim",
    ),
    KnownEndpoint(
        base_url=r"https://api\.deepseek\.com/beta($|/)",
        models=r"(?!.*reasoner).*",
        endpoint="completions",
        why="DeepSeek fills gaps below /beta only, and not by the reasoner",
        seen="DeepSeek API, 2026-11: https://api-docs.deepseek.com/guides/fim_completion",
    ),
)


def by_capability(
    chat: WireFormat, settings: ProviderSettings, shown: ShownModels
) -> Choose:
    """Choose for an Ollama, which shows what its models can do: gaps, and thinking."""
    from hexai.providers.formats.ollama import OllamaFormat

    where = origin(settings.base_url)

    async def choose(call: Call, asked: Asked) -> WireFormat:
        fills = call.infill is not None and settings.infill != "off"
        if not fills and not call.quick:
            return chat
        model = await shown.find(where, call.model, asked)
        if model is None:
            return chat
        quietest = model.quietest(call.model)
        if not fills or not model.fills_gaps:
            return OllamaFormat(settings, quietest) if call.quick else chat
        from hexai.providers.formats.ollama import OllamaInfill

        return OllamaInfill(settings, quietest)

    return choose


def by_name(chat: WireFormat, settings: ProviderSettings) -> Choose:
    """Choose for who speaks OpenAI's format: what is configured, else what is known."""

    async def choose(call: Call, asked: Asked) -> WireFormat:  # noqa: ARG001 - nobody has to be asked
        endpoint = endpoint_of(settings, call.model) if call.infill else None
        if endpoint is None:
            return _watched(chat, settings)
        if endpoint == "infill":
            from hexai.providers.llamacpp.infill import LlamaCppInfill

            return LlamaCppInfill(settings)
        from hexai.providers.formats.openai import OpenAIInfill

        return OpenAIInfill(settings, f"/{endpoint}")

    return choose


def _watched(chat: WireFormat, settings: ProviderSettings) -> WireFormat:
    """Have a server that the user calls a llama.cpp notice when its client goes.

    Started with small batches it finds the closed stream by what it writes of its
    progress, instead of reading a prompt to its end for nobody.
    """
    if settings.infill != "infill":
        return chat
    from hexai.providers.llamacpp.infill import WatchedChat

    return WatchedChat(settings)


def endpoint_of(settings: ProviderSettings, model: str) -> Endpoint | None:
    """Say which endpoint fills gaps with a model; None if none is known to."""
    if settings.infill == "off":
        return None
    if settings.infill != "auto":
        return settings.infill
    for known in KNOWN_ENDPOINTS:
        if re.match(known.base_url, settings.base_url + "/") and re.fullmatch(
            known.models, model
        ):
            return known.endpoint
    return None
