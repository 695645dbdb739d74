"""What a user's servers tell of the models that are configured, for `hexai models`."""

import asyncio
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import msgspec
from msgspec import Struct

from hexai.domain.request import Target
from hexai.errors import ProviderError, UnknownModel
from hexai.providers.formats.format import Asked
from hexai.providers.readiness.model_order import is_ollama, who_to_ask
from hexai.providers.readiness.servers import (
    Loaded,
    find,
    full_name,
    is_own,
    slot_context,
    what_is_loaded,
)

_WITHIN = 1.0
"""Seconds that an answer is waited for."""
_LIMIT = 4 * 1024 * 1024


@runtime_checkable
class Holds(Protocol):
    """Who runs models by itself, and knows what it gives them."""

    async def holds(self, model: str) -> int:
        """Say how many tokens a model holds; raises `ProviderError`."""


class Described(Struct, frozen=True, kw_only=True):
    """What a server tells of a model; None where it does not."""

    runs_there: bool | None = None
    """Whether the model runs at that server, and is not passed on to another host."""
    loaded: bool | None = None
    context: int | None = None
    """Tokens that it holds, prompt and answer together, as it is loaded now."""
    capabilities: tuple[str, ...] = ()
    missing: bool = False
    """The server has no such model."""


class _Tag(Struct, frozen=True):
    name: str = ""
    model: str = ""
    remote_model: str | None = None
    remote_host: str | None = None
    capabilities: tuple[str, ...] | None = None

    @property
    def runs_there(self) -> bool:
        """Whether the model is not passed on to another host."""
        return not (self.remote_host or self.remote_model)


class _Tags(Struct, frozen=True):
    models: tuple[_Tag, ...] | None = None


class _Told(Struct, frozen=True):
    """What one Ollama told of all its models."""

    tags: tuple[_Tag, ...] | None
    loaded: Loaded


async def describe(targets: Sequence[Target]) -> tuple[Described, ...]:
    """Ask the servers of some targets, each once and all at the same time."""
    askers = {target.upstream.origin: target for target in targets}
    async with asyncio.TaskGroup() as group:
        asked = {
            origin: group.create_task(_ask(target)) for origin, target in askers.items()
        }
    told = {origin: task.result() for origin, task in asked.items()}
    return tuple(_of(target, told[target.upstream.origin]) for target in targets)


async def _ask(target: Target) -> _Told | Described:
    """Give what an Ollama tells, or how much a llama.cpp, ours too, holds."""
    own: object = target.client
    if isinstance(own, Holds):
        return await _held(own, target.spec.model)
    client = who_to_ask(target)
    if client is None:
        return Described()
    if is_ollama(target) and target.local is not False:
        return _Told(await _tags(client), await what_is_loaded(client))
    context = await slot_context(client) if is_own(target) else None
    return Described(context=context)


async def _held(own: Holds, model: str) -> Described:
    try:
        return Described(context=await own.holds(model))
    except ProviderError as error:
        return Described(missing=isinstance(error, UnknownModel))


async def _tags(client: Asked) -> tuple[_Tag, ...] | None:
    try:
        async with asyncio.timeout(_WITHIN):
            data = await client.ask("/api/tags", limit=_LIMIT)
        return msgspec.json.decode(data, type=_Tags).models or ()
    except (TimeoutError, ProviderError):
        return None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _of(target: Target, told: _Told | Described) -> Described:
    if isinstance(told, Described):
        return told
    model = target.spec.model
    tag = _tag(model, told.tags or ())
    running = None if isinstance(told.loaded, str | None) else find(model, told.loaded)
    return Described(
        runs_there=None if tag is None else tag.runs_there,
        loaded=None if isinstance(told.loaded, str | None) else running is not None,
        context=None if running is None else running.context_length,
        capabilities=(tag and tag.capabilities) or (),
        missing=tag is None and told.tags is not None,
    )


def _tag(model: str, tags: Sequence[_Tag]) -> _Tag | None:
    wanted = full_name(model)
    return next(
        (tag for tag in tags if wanted in (full_name(tag.name), full_name(tag.model))),
        None,
    )
