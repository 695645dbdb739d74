"""Whether what a target is sent stays on this machine, as safety.md 1 defines it.

Most targets are known from their configuration. An Ollama on loopback is not: it may
pass a model on to a host of its own choosing, and says so when asked to show it.
"""

import asyncio
from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import msgspec

from hexai.domain.contender import Target
from hexai.errors import ProviderError

_SHOWN_LIMIT = 4 * 1024 * 1024


@runtime_checkable
class Asked(Protocol):
    """Who can be asked a small question: the client of an Ollama."""

    async def ask(
        self, path: str, body: Mapping[str, object] | None = None, *, limit: int
    ) -> bytes:
        """Give the whole answer; raises `ProviderError`."""


class _Shown(msgspec.Struct, frozen=True):
    """The part of a shown model that matters; Ollama leaves both out when empty."""

    remote_host: str | None = None
    remote_model: str | None = None


class OllamaLocality:
    """Implements `domain.ports.Locality` by asking each Ollama once per model.

    Only an answer is remembered: one that could not be asked counts as cloud, and is
    asked again for the next attempt.
    """

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str], bool] = {}
        self._asking: dict[tuple[str, str], asyncio.Lock] = {}

    def known(self, target: Target) -> bool | None:
        """Answer without asking anybody; None if only the upstream can tell."""
        if target.local is not None:
            return target.local
        if _tagged_cloud(target.spec.model):
            return False
        return self._answers.get(_key(target))

    async def is_local(self, target: Target) -> bool:
        """Answer for one target; what cannot be found out counts as cloud.

        Concurrent callers share one question. If its asker is cancelled, the next of
        them asks.
        """
        known = self.known(target)
        if known is not None:
            return known
        key = _key(target)
        async with self._asking.setdefault(key, asyncio.Lock()):
            if key not in self._answers:
                answer = await self._ask(target)
                if answer is None:
                    return False
                self._answers[key] = answer
            return self._answers[key]

    async def _ask(self, target: Target) -> bool | None:
        client: object = target.client
        if not isinstance(client, Asked):
            return None
        try:
            data = await client.ask(
                "/api/show", {"model": target.spec.model}, limit=_SHOWN_LIMIT
            )
            shown = msgspec.json.decode(data, type=_Shown)
        except (ProviderError, msgspec.DecodeError, UnicodeError, RecursionError):
            return None
        return not (shown.remote_host or shown.remote_model)


def _tagged_cloud(model: str) -> bool:
    return model.lower().endswith(("-cloud", ":cloud"))


def _key(target: Target) -> tuple[str, str]:
    return target.upstream.origin, target.spec.model
