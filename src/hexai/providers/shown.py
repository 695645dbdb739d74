"""What an Ollama shows of its models: whose they are, and what they can do.

Two parts need to know: whether text stays on this machine, and whether a model fills
gaps. They share one question per model and process.

`/api/tags` would tell both of all models at once, but neither by what value a model
thinks least nor of a model that is pulled later; it serves `config init`, which has no
model to ask about yet.
"""

import asyncio

import msgspec
from msgspec import Struct

from hexai.config.vendors import traits
from hexai.domain.options import Think
from hexai.errors import ProviderError
from hexai.providers.formats.format import Asked

_LEVELS: tuple[Think, ...] = (False, "low", "medium", "high")

_LIMIT = 4 * 1024 * 1024
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
                shown = await _ask(model, asked)
                if shown is None:
                    return None
                self._answers[key] = shown
                self._asking.pop(key, None)
            return self._answers[key]


async def _ask(model: str, asked: Asked) -> ShownModel | None:
    try:
        data = await asked.ask("/api/show", {"model": model}, limit=_LIMIT)
        return msgspec.json.decode(data, type=ShownModel)
    except (ProviderError, msgspec.DecodeError, UnicodeError, RecursionError):
        return None
