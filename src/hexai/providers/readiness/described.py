"""What a user's servers tell of the models that are configured, at once or never."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial

import msgspec
from msgspec import Struct

from hexai.domain.request import Target
from hexai.errors import (
    ConnectionFailed,
    ProviderError,
    StillLoading,
    TimedOut,
)
from hexai.providers.formats.format import Asked
from hexai.providers.own_models import RunsModels
from hexai.providers.readiness.model_order import is_ollama, who_to_ask
from hexai.providers.readiness.servers import (
    Loaded,
    Running,
    find,
    full_name,
    is_own,
    told_context,
    what_is_loaded,
)

_WITHIN = 1.0
"""Seconds that an answer is waited for."""
_SILENT = f"no answer within {_WITHIN:g} s; check that the server runs"
_LIMIT = 4 * 1024 * 1024


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
    trouble: str = ""
    """Why the server tells nothing; empty where it need not."""


class _Tag(Struct, frozen=True):
    name: str = ""
    model: str = ""
    remote_model: str | None = None
    remote_host: str | None = None
    capabilities: tuple[str, ...] | None = None
    digest: str = ""

    @property
    def runs_there(self) -> bool:
        """Whether the model is not passed on to another host."""
        return not (self.remote_host or self.remote_model)


class _Tags(Struct, frozen=True):
    models: tuple[_Tag, ...] | None = None


class _Told(Struct, frozen=True):
    """What one Ollama told of all its models."""

    tags: tuple[_Tag, ...] | None
    loaded: Loaded = None
    trouble: str = ""


_Question = Callable[[], Coroutine[None, None, _Told | Described]]


async def describe(targets: Sequence[Target]) -> tuple[Described, ...]:
    """Ask the servers of some targets, each once and all at the same time."""
    questions = [_question(target) for target in targets]
    asked: dict[str, asyncio.Task[_Told | Described]] = {}
    async with asyncio.TaskGroup() as group:
        for target, ask in zip(targets, questions, strict=True):
            if ask is not None and target.upstream.origin not in asked:
                asked[target.upstream.origin] = group.create_task(ask())
    return tuple(
        Described()
        if ask is None
        else _of(target, asked[target.upstream.origin].result())
        for target, ask in zip(targets, questions, strict=True)
    )


def _question(target: Target) -> _Question | None:
    """Give what a target's server is asked; None where it would not tell.

    A model that an Ollama passes on has its server in common with those that run there.
    """
    own: object = target.client
    if isinstance(own, RunsModels):
        return partial(_held, own, target.spec.model)
    client = who_to_ask(target)
    if client is None:
        return None
    if is_ollama(target) and target.local is not False:
        return partial(_ollama, client)
    return partial(_own, client) if is_own(target) else None


async def _own(client: Asked) -> Described:
    """Ask a llama.cpp; what somebody else answers to that is no trouble."""
    try:
        return Described(context=await told_context(client))
    except TimeoutError:
        return Described(trouble=_SILENT)
    except (ConnectionFailed, TimedOut, StillLoading) as error:
        return Described(trouble=str(error))
    except ProviderError:
        return Described()


async def _held(own: RunsModels, model: str) -> Described:
    try:
        return Described(context=await own.holds(model))
    except ProviderError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return Described(missing=True)
        return Described(trouble=str(error))


async def _ollama(client: Asked) -> _Told:
    try:
        async with asyncio.timeout(_WITHIN):
            data = await client.ask("/api/tags", limit=_LIMIT)
        tags = msgspec.json.decode(data, type=_Tags).models or ()
    except TimeoutError:
        return _Told(None, trouble=_SILENT)
    except ProviderError as error:
        return _Told(None, trouble=str(error))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _Told(None, await what_is_loaded(client))
    return _Told(tags, await what_is_loaded(client))


def _of(target: Target, told: _Told | Described) -> Described:
    if isinstance(told, Described):
        return told
    model = target.spec.model
    tag = _tag(model, told.tags or ())
    running = _running(model, tag, told.loaded)
    return Described(
        runs_there=None if tag is None else tag.runs_there,
        loaded=None if isinstance(told.loaded, str | None) else running is not None,
        context=None if running is None else running.context_length,
        capabilities=(tag and tag.capabilities) or (),
        missing=tag is None and told.tags is not None,
        trouble=told.trouble,
    )


def _running(model: str, tag: _Tag | None, loaded: Loaded) -> Running | None:
    """Find a model, or a copy of it: an Ollama lists the one that was loaded first."""
    if isinstance(loaded, str | None):
        return None
    digest = tag.digest if tag else ""
    copies = (each for each in loaded if digest and each.digest == digest)
    return find(model, loaded) or next(copies, None)


def _tag(model: str, tags: Sequence[_Tag]) -> _Tag | None:
    wanted = full_name(model)
    return next(
        (tag for tag in tags if wanted in (full_name(tag.name), full_name(tag.model))),
        None,
    )
