"""The plainest wire format, and clients that speak it to the fault server.

The data of an event is a piece of the answer; `[DONE]` is its end. What is sent is the
model's name alone.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from hexai.config.schema_providers import ProviderSettings
from hexai.domain.provider import Call, Chunk, Finished, TextDelta
from hexai.errors import (
    Authentication,
    BrokenStream,
    Overloaded,
    ProviderError,
    RateLimited,
)
from hexai.providers.credentials import ConfiguredCredential
from hexai.providers.formats.error_bodies import ReportedError
from hexai.providers.formats.framing import Framing
from hexai.providers.http.client import HttpClient
from hexai.providers.http.tls_contexts import Trust
from hexai.providers.http_provider import HttpProvider
from tests.support.replies import sse
from tests.support.upstream import Reply

CALL = Call(model="m", messages=())


def plain_answer(*texts: str, delay: float = 0.0, gap: float = 0.0) -> Reply:
    """Answer in this format."""
    return sse(*texts, "[DONE]", delay=delay, gap=gap)


class PlainDecoder:
    """Takes each payload for text."""

    has_ended = False

    def feed(self, payload: bytes) -> list[Chunk]:
        """Give the text, or the end."""
        if payload == b"[DONE]":
            return [Finished(returned_model="plain-1")]
        return [TextDelta(payload.decode())]

    def close(self) -> list[Chunk]:
        """Refuse an answer without an end."""
        raise BrokenStream("no [DONE]")


class PlainFormat:
    """Asks with the model's name; refusals keep the body as the upstream's words."""

    framing: Framing = "sse"

    def path(self, call: Call) -> str:
        """Give the one path."""
        return "/ask"

    def headers(self, key: str | None) -> Mapping[str, str]:
        """Send the key as a bearer's."""
        return {} if key is None else {"Authorization": f"Bearer {key}"}

    def body(self, call: Call) -> Mapping[str, object]:
        """Send the model and the messages."""
        return {"model": call.model, "said": [one.content for one in call.messages]}

    def decoder(self, call: Call) -> PlainDecoder:
        """Make a decoder."""
        return PlainDecoder()

    def explain(self, said: ReportedError, *, model: str) -> ProviderError:
        """Give the error of a status."""
        kinds: dict[int | None, type[ProviderError]] = {
            401: Authentication,
            429: RateLimited,
        }
        kind = kinds.get(said.status, Overloaded)
        return kind(f"refused by {said.status}", upstream_message=said.message)


class Steps:
    """Records how far an attempt has come."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def loading(self) -> None:
        """Record it."""
        self.seen.append("loading")

    def connected(self) -> None:
        """Record it."""
        self.seen.append("connected")

    def refused(self) -> None:
        """Take no note of a refusal."""


def settings_for(base_url: str, **changes: Any) -> ProviderSettings:
    """Describe the built-in openai at this address, unless changed."""
    facts: dict[str, Any] = {"name": "openai", "type": "openai", "built_in": True}
    return ProviderSettings(**{**facts, "base_url": base_url, **changes})


def client_for(
    base_url: str,
    *,
    environ: Mapping[str, str] | None = None,
    wire_format: PlainFormat | None = None,
    **changes: Any,
) -> HttpProvider:
    """Make a client; a profile without a key unless `changes` say otherwise."""
    changes = {"name": "plain", "built_in": False, **changes}
    settings = settings_for(base_url, **changes)
    variables = environ or {}
    return HttpProvider(
        wire_format or PlainFormat(),
        HttpClient.for_origin(
            base_url, environ=variables, trust=Trust(), ca_file=settings.ca_file
        ),
        ConfiguredCredential(settings, environ=variables, home="/"),
        settings,
    )


async def collect(client: HttpProvider, call: Call = CALL) -> list[Chunk]:
    """Make one attempt and give its chunks."""
    return [chunk async for chunk in client.stream(call, Steps())]


def ask(client: HttpProvider, call: Call = CALL, *, times: int = 1) -> list[Chunk]:
    """Make attempts in a loop of their own, close, and give the last one's chunks."""

    async def run() -> list[Chunk]:
        try:
            return [await collect(client, call) for _ in range(times)][-1]
        finally:
            await client.aclose()

    return asyncio.run(run())


def failure(client: HttpProvider, call: Call = CALL) -> ProviderError:
    """Make one attempt that must fail, and give its error."""
    with pytest.raises(ProviderError) as caught:
        ask(client, call)
    return caught.value


def said(chunks: list[Chunk]) -> str:
    """Give the text of an answer."""
    return "".join(chunk.text for chunk in chunks if isinstance(chunk, TextDelta))
