"""What servers of the user's tell of themselves: loaded models, slots, abilities."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

from hexai.config.addresses import is_loopback
from hexai.config.vendors import traits
from hexai.domain.entry import Think
from hexai.domain.request import Target
from hexai.errors import ProviderError, StillLoading
from hexai.providers.formats.format import Asked

# Whoever asks wants to put a question, so nothing here is waited for long, and no
# answer is not an error. While a model is loaded, `/api/ps` of 0.33.0-rc2 leaves it out
# (seen 2026-11), or says nothing where the runner is none of llama.cpp's (in its
# source, `loadedModels`); older ones list it as if it were there already.

SLOW = 0.3
"""Seconds after which an Ollama that says nothing may be loading."""
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
    digest: str = ""
    expires_at: str = ""
    """When it goes if nobody asks it until then."""

    def is_called(self, model: str) -> bool:
        """Tell whether a name means this model."""
        return full_name(model) in (full_name(self.model), full_name(self.name))

    def is_named_as(self, other: "Running") -> bool:
        """Tell whether two rows, of now and of before, are of the same model."""
        return (full_name(self.model), self.digest) == (
            full_name(other.model),
            other.digest,
        )

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


async def answers_else(asked: Asked) -> bool:
    """Tell whether one that does not list what is loaded answers something else.

    Then the list waits for a load; else the server, or the way to it, is slow.
    """
    try:
        async with asyncio.timeout(SLOW):
            await asked.ask("/api/version", limit=_LIMIT)
    except (TimeoutError, ProviderError):
        return False
    return True


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


def who_serves(before: Loaded, after: Loaded) -> Running | None:
    """Tell which model has answered for one that is not listed after its load.

    Models of one file and one context share a runner, and an Ollama lists it by the
    name of the one that was loaded first. Whoever is asked stays longer from then on.
    """
    if isinstance(after, str | None):
        return None
    known = () if isinstance(before, str | None) else before
    stay_longer = [each for each in after if each not in known]
    found = stay_longer or after
    return found[0] if len(found) == 1 else None


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


_WITHIN = 1.0
"""Seconds that an answer is waited for."""
_PROPS_LIMIT = 4 * 1024 * 1024
_LOOKS_EVERY = 0.5
"""Seconds between two looks at a server that is loading."""


class _Generation(Struct, frozen=True):
    n_ctx: int = 0


class _Modalities(Struct, frozen=True):
    vision: bool | None = None


class _Props(Struct, frozen=True):
    default_generation_settings: _Generation = _Generation()
    modalities: _Modalities = _Modalities()


def is_own(target: Target) -> bool:
    """Tell whether a server is the user's: what it does with a prompt is not known."""
    upstream = target.upstream
    if upstream.kind not in ("openai", "anthropic", "openrouter"):
        return False
    return target.local is True or is_loopback(upstream.origin)


async def slot_context(asked: Asked) -> int | None:
    """Ask a llama.cpp how many tokens each of its slots holds; others do not know."""
    props = await _props(asked)
    return props.default_generation_settings.n_ctx or None


async def sees(asked: Asked) -> bool | None:
    """Ask a llama.cpp whether its model takes images; others do not know."""
    return (await _props(asked)).modalities.vision


async def told_context(asked: Asked) -> int | None:
    """Ask as `slot_context` does; raises `TimeoutError` and `ProviderError`."""
    return (await _told_props(asked)).default_generation_settings.n_ctx or None


async def _props(asked: Asked) -> _Props:
    """Ask a llama.cpp what it was started with; nothing is known of anybody else."""
    try:
        return await _told_props(asked)
    except (TimeoutError, ProviderError):
        return _Props()


async def _told_props(asked: Asked) -> _Props:
    async with asyncio.timeout(_WITHIN):
        data = await asked.ask("/../props", limit=_PROPS_LIMIT)
    try:
        return msgspec.json.decode(data, type=_Props)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _Props()


async def wait_until_loaded(asked: Asked) -> None:
    """Wait for a server that refuses everything until it has loaded its model."""
    while True:
        try:
            await asked.ask("/models", limit=_PROPS_LIMIT)
        except StillLoading:
            await asyncio.sleep(_LOOKS_EVERY)
        except ProviderError:
            return  # it says something else by now, and will to the question
        else:
            return


# Two parts need to know: whether text stays on this machine, and whether a model fills
# gaps. They share one question per model and process.
#
# `/api/tags` would tell both of all models at once, but neither by what value a model
# thinks least nor of a model that is pulled later; it serves `config init`, which has
# no model to ask about yet.

_LEVELS: tuple[Think, ...] = (False, "low", "medium", "high")

_SHOW_LIMIT = 4 * 1024 * 1024
"""Bytes of an answer: licences and templates come with it."""


class ShownThinking(Struct, frozen=True):
    """What `think` may be, as newer versions tell."""

    values: tuple[object, ...] = ()


class ShownModel(Struct, frozen=True):
    """The part of a shown model that matters; Ollama leaves out what is empty."""

    remote_host: str | None = None
    remote_model: str | None = None
    capabilities: tuple[str, ...] | None = None
    thinking: ShownThinking | None = None

    @property
    def is_remote(self) -> bool:
        """Whether the Ollama passes on what the model is sent."""
        return bool(self.remote_host or self.remote_model)

    @property
    def sees(self) -> bool | None:
        """Whether the model takes images; None: too old a version to say."""
        return None if self.capabilities is None else "vision" in self.capabilities

    @property
    def fills_gaps(self) -> bool:
        """Whether the model takes a text before a gap and one after it."""
        return "insert" in (self.capabilities or ())

    def quietest(self, model: str) -> Think | None:
        """Say by what `think` this model thinks least; None where it cannot think."""
        if "thinking" not in (self.capabilities or ()):
            return None
        values = self.thinking.values if self.thinking else ()
        for least in _LEVELS:
            if any(value is least or value == least for value in values):
                return least
        return traits("", model).quietest


class ShownModels:
    """Asks each Ollama once per model, and again where an old answer will not do.

    Only an answer is remembered: one that could not be had is asked for again. A name
    may be given to another model at any time, by `ollama cp` or a pull, so an answer
    from before may describe a model that is gone.
    """

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str], ShownModel] = {}
        self._asking: dict[tuple[str, str], asyncio.Lock] = {}

    def known(self, origin: str, model: str) -> ShownModel | None:
        """Give what is known without asking anybody."""
        return self._answers.get((origin, model))

    async def find(self, origin: str, model: str, asked: Asked) -> ShownModel | None:
        """Give what an Ollama shows of a model; None if it cannot be found out.

        Concurrent callers share one question. If its asker is cancelled, the next of
        them asks.
        """
        return self.known(origin, model) or await self.find_anew(origin, model, asked)

    async def find_anew(
        self, origin: str, model: str, asked: Asked
    ) -> ShownModel | None:
        """Give what an Ollama shows of a model now, whatever it has shown before."""
        key = (origin, model)
        before = self._answers.get(key)
        async with self._asking.setdefault(key, asyncio.Lock()):
            if self._answers.get(key) is before:  # else it came while we waited
                shown = await show(model, asked)
                if shown is None:
                    return None
                self._answers[key] = shown
                self._asking.pop(key, None)
            return self._answers[key]


async def show(model: str, asked: Asked) -> ShownModel | None:
    """Give what an Ollama shows of a model; None if it cannot be found out."""
    try:
        data = await asked.ask("/api/show", {"model": model}, limit=_SHOW_LIMIT)
        return msgspec.json.decode(data, type=ShownModel)
    except (ProviderError, msgspec.DecodeError, UnicodeError, RecursionError):
        return None
