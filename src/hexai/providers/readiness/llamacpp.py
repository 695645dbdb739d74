"""A llama.cpp of the user's: what a slot of it holds, and when it has loaded."""

import asyncio

import msgspec
from msgspec import Struct

from hexai.config.urls import is_loopback
from hexai.domain.contender import Target
from hexai.errors import ProviderError, StillLoading
from hexai.providers.formats.format import Asked

_WITHIN = 1.0
"""Seconds that an answer is waited for."""
_LIMIT = 4 * 1024 * 1024
_LOOKS_EVERY = 0.5
"""Seconds between two looks at a server that is loading."""


class _Generation(Struct, frozen=True):
    n_ctx: int = 0


class _Props(Struct, frozen=True):
    default_generation_settings: _Generation = _Generation()


def is_own(target: Target) -> bool:
    """Tell whether a server is the user's: what it does with a prompt is not known."""
    upstream = target.upstream
    if upstream.kind not in ("openai", "anthropic", "openrouter"):
        return False
    return target.local is True or is_loopback(upstream.origin)


async def slot_context(asked: Asked) -> int | None:
    """Ask a llama.cpp how many tokens each of its slots holds; others do not know."""
    try:
        async with asyncio.timeout(_WITHIN):
            data = await asked.ask("/../props", limit=_LIMIT)
        props = msgspec.json.decode(data, type=_Props)
    except (TimeoutError, ProviderError):
        return None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return props.default_generation_settings.n_ctx or None


async def wait_until_loaded(asked: Asked) -> None:
    """Wait for a server that refuses everything until it has loaded its model."""
    while True:
        try:
            await asked.ask("/models", limit=_LIMIT)
        except StillLoading:
            await asyncio.sleep(_LOOKS_EVERY)
        except ProviderError:
            return  # it says something else by now, and will to the question
        else:
            return
