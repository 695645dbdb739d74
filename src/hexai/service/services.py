"""The composition root: what all requests of a process share, made once.

Only here do the parts below meet: settings, clients, slots and breakers, the guard,
the cache and the list of prices. A surface opens `Services` around its work and asks
through `service.ask`.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from types import TracebackType
from typing import Self

from hexai.config.locate import Folders
from hexai.config.schema import Settings
from hexai.domain.contender import Target
from hexai.domain.entry import RequestSpec
from hexai.domain.outcome import Outcome
from hexai.domain.ports import Verdict
from hexai.domain.request import Request
from hexai.engine.breaker import Breakers
from hexai.engine.limits import Slots
from hexai.engine.streams import Streams
from hexai.engine.terms import Conditions
from hexai.providers.locality import OllamaLocality
from hexai.providers.registry import Registry, Surroundings
from hexai.service.cache import AnswerCache, CachedAnswer, answer_key
from hexai.service.guard import Source, inspect
from hexai.service.sleep import SleepWatch
from hexai.service.targets import Targets


class Services:
    """Everything that requests share, as long as the context is open."""

    def __init__(
        self,
        settings: Settings,
        *,
        folders: Folders,
        environ: Mapping[str, str],
        now: Callable[[], float],
        random: Random,
    ) -> None:
        """Make nothing that costs; call it inside the event loop.

        `now` is the wall clock, in seconds since 1970.
        """
        self.settings = settings
        self.random = random
        self._now = now
        self._registry = Registry(_surroundings(settings, folders, environ))
        self.targets = Targets(settings, self._registry.make, now=self._today)
        self.locality = OllamaLocality(self.targets.ollama)
        self.conditions = Conditions(
            slots=Slots(),
            breakers=Breakers(),
            streams=Streams(),
            locality=self.locality,
            jitter=lambda longest: random.uniform(0, longest),
        )
        self._cache = AnswerCache(
            folders.cache / "answers", ttl=_cache_ttl(settings), now=now
        )
        self._sleep = SleepWatch(now, asyncio.get_running_loop().time)
        self._stack = AsyncExitStack()
        self._background = asyncio.TaskGroup()
        self._looking: set[asyncio.Task[bool]] = set()

    async def __aenter__(self) -> Self:
        self._stack.push_async_callback(self.targets.aclose)
        await self._stack.enter_async_context(self.conditions.streams)
        await self._stack.enter_async_context(self._background)
        self._stack.callback(self._stop_looking)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    def new_run_id(self) -> str:
        """Make a global id whose beginning grows with time (a UUID of version 7)."""
        stamp = int(self._now() * 1000) & (1 << 48) - 1
        noise = self.random.getrandbits(74)
        number = stamp << 80 | 0x7 << 76 | noise >> 62 << 64 | 0b10 << 62
        return f"{number | noise & (1 << 62) - 1:032x}"

    def inspect(self, request: Request, sources: Sequence[Source]) -> Verdict:
        """Say whether the messages of a request may leave this machine.

        `sources` are the texts that they were composed of, to say where a finding is.
        """
        return inspect(
            request.messages,
            sources=sources,
            allow_secrets=self.settings.ignore.allow_secrets,
        )

    async def prepare(self, targets: Iterable[Target]) -> None:
        """Get ready for a race: forget what a sleep made stale, ask what is local.

        Only an Ollama has to be asked, and only the price waits for its answer, so it
        is asked beside the race.
        """
        if self._sleep.slept():
            self.conditions.breakers.reset()
            await self.targets.drop_idle()
        for target in targets:
            if self.locality.known(target) is None:
                asking = self._background.create_task(self.locality.is_local(target))
                self._looking.add(asking)
                asking.add_done_callback(self._looking.discard)

    def cached(self, spec: RequestSpec, request: Request) -> CachedAnswer | None:
        """Give the answer that the cache has of a spec."""
        key = self._key(spec, request)
        return self._cache.get(key) if key else None

    def keep(self, spec: RequestSpec, request: Request, outcome: Outcome) -> str:
        """Keep an outcome for the next time; gives a warning if that fails."""
        key = self._key(spec, request)
        return self._cache.put(key, outcome) if key else ""

    def cost_usd(self, outcome: Outcome, target: Target) -> Decimal | None:
        """Price what a target answered, in USD; None if nobody knows."""
        local = outcome.local
        if local is None:
            local = self.locality.known(target)
        return self.targets.cost_usd(outcome, local=local)

    def _key(self, spec: RequestSpec, request: Request) -> str:
        settings = self.targets.settings_of(spec.provider)
        if settings is None:
            return ""
        revision = self._registry.revision(settings, spec.model)
        return answer_key(settings, request.call(spec), revision=revision)

    def _stop_looking(self) -> None:
        for asking in self._looking:
            asking.cancel()

    def _today(self) -> datetime:
        return datetime.fromtimestamp(self._now(), tz=UTC)


def _surroundings(
    settings: Settings, folders: Folders, environ: Mapping[str, str]
) -> Surroundings:
    return Surroundings(
        environ=environ,
        home=str(folders.home),
        run=folders.runtime,
        models=folders.models,
        keep_alive=settings.local.keep_alive,
        max_workers=settings.local.max_workers,
    )


def _cache_ttl(settings: Settings) -> float:
    """Give the seconds that answers are kept; none where no text may be stored."""
    return 0.0 if settings.ledger.store_text == "none" else settings.cli.cache_ttl
