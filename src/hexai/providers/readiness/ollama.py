"""What an Ollama says of itself: what it has loaded, and which version it is.

Whoever asks wants to put a question, so nothing here is waited for long, and no answer
is not an error. Since 0.33 `/api/ps` gives none while a model is being loaded; older
ones list it as if it were there already.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

from hexai.domain.contender import Target
from hexai.errors import ProviderError
from hexai.providers.formats.format import Asked

SLOW = 0.3
"""Seconds after which an Ollama that says nothing is taken to be loading."""
ASKED_FOR = 2.0
"""Seconds that an answer is waited for.

What follows, to ask it to load what may be loaded already, is never wrong.
"""
_LIMIT = 1024 * 1024


class Running(Struct, frozen=True):
    """A model that an Ollama has loaded."""

    model: str = ""
    name: str = ""
    context_length: int | None = None
    """Tokens that it was loaded with; older versions do not say."""
    expires_at: str = ""
    """When it goes if nobody asks it until then."""

    def is_called(self, model: str) -> bool:
        """Tell whether a name means this model."""
        return full_name(model) in (full_name(self.model), full_name(self.name))

    def outlasts(self, now: float) -> bool:
        """Tell whether it should be there at a time of the wall clock."""
        try:
            return datetime.fromisoformat(self.expires_at).timestamp() > now
        except (ValueError, OverflowError):
            return True


class _Listed(Struct, frozen=True):
    models: tuple[Running, ...] | None = None


class _Version(Struct, frozen=True):
    version: str


Loaded = tuple[Running, ...] | Literal["silent"] | None
"""What is loaded; `silent` where it does not say in time; None where it cannot say."""


async def what_is_loaded(
    asked: Asked,
    on_slow: Callable[[], None] = lambda: None,
    *,
    within: float = ASKED_FOR,
) -> Loaded:
    """Ask an Ollama what it has loaded; `on_slow` is called while it says nothing."""
    try:
        async with asyncio.timeout(within):
            data = await _telling(asked.ask("/api/ps", limit=_LIMIT), on_slow)
        return msgspec.json.decode(data, type=_Listed).models or ()
    except TimeoutError:
        return "silent"
    except (ProviderError, msgspec.DecodeError, UnicodeError, RecursionError):
        return None


async def ask_to_load(target: Target, asked: Asked) -> None:
    """Have a model loaded, by a chat in which nothing is said; raises as any other."""
    body: dict[str, object] = {"model": target.spec.model, "messages": []}
    if target.spec.options.num_ctx is not None:
        body["options"] = {"num_ctx": target.spec.options.num_ctx}
    await asked.ask("/api/chat", {**body, "stream": False}, limit=_LIMIT)


async def _telling(answer: Awaitable[bytes], on_slow: Callable[[], None]) -> bytes:
    timer = asyncio.get_running_loop().call_later(SLOW, on_slow)
    try:
        return await answer
    finally:
        timer.cancel()


def find(model: str, listed: Iterable[Running]) -> Running | None:
    """Find a model among those that are loaded."""
    return next((each for each in listed if each.is_called(model)), None)


def full_name(model: str) -> str:
    """Write a model's name as two of them can be compared: as Ollama reads it."""
    name = model.strip().lower().removeprefix("registry.ollama.ai/")
    name = name.removeprefix("library/")
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


class Obeys(Struct, frozen=True, kw_only=True):
    """From which version on `truncate: false` is obeyed, so that nothing is cut."""

    since: tuple[int, int, int]
    seen: str


REFUSES_LONG = Obeys(
    since=(0, 12, 6),
    seen=(
        "0.33.0-rc2, by hand, 2026-11: HTTP 400 with n_ctx; 0.12.6 in its source, "
        "2025-10: https://github.com/ollama/ollama/pull/12582"
    ),
)


async def refuses_long_prompts(asked: Asked) -> bool | None:
    """Tell whether an Ollama is of a version that obeys; None if it does not say."""
    try:
        async with asyncio.timeout(ASKED_FOR):
            data = await asked.ask("/api/version", limit=_LIMIT)
        version = msgspec.json.decode(data, type=_Version).version
    except (TimeoutError, ProviderError):
        return None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False
    found = re.match(r"v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})", version)
    if found is None:
        return False
    major, minor, patch = map(int, found.groups())
    return (major, minor, patch) >= REFUSES_LONG.since
