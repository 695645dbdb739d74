"""The composition root: what all requests of a process share, made once.

Only here do the parts below meet: settings, clients, slots and breakers, the guard,
the cache and the list of prices. A surface opens `Services` around its work and asks
through `service.ask`.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from random import Random
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from hexai.config.folders import Folders
from hexai.config.provider_defaults import named_key_variables, provider_settings
from hexai.config.schema import Settings
from hexai.config.schema_providers import ProviderSettings
from hexai.domain.entry import RequestSpec
from hexai.domain.outcome import Outcome
from hexai.domain.record import Fact, Recorder
from hexai.domain.request import Request, Target
from hexai.engine.breaker import Breakers
from hexai.engine.limits import Slots
from hexai.engine.race_options import Conditions
from hexai.engine.streams import Streams
from hexai.providers.locality import OllamaLocality
from hexai.providers.readiness.loads import LoadState
from hexai.providers.readiness.readiness import UpstreamReadiness
from hexai.providers.registry import Registry, Surroundings, load
from hexai.service.beside import Beside
from hexai.service.cache import AnswerCache, CachedAnswer, answer_key
from hexai.service.guard.guard import Guard
from hexai.service.log import Log, NullLog
from hexai.service.runtime import SleepWatch
from hexai.service.targets import Clients, Lease, Targets

if TYPE_CHECKING:
    from hexai.providers.llamacpp.prefill import Prefill
    from hexai.providers.prices import PriceList


class Services:
    """Everything that requests share, as long as the context is open."""

    def __init__(  # noqa: PLR0913 - all that a process hands in
        self,
        settings: Settings,
        *,
        folders: Folders,
        environ: Mapping[str, str],
        now: Callable[[], float],
        random: Random,
        recorder: Recorder | None = None,
        log: Log | None = None,
        on_note: Callable[[str], None] = lambda _note: None,
    ) -> None:
        """Make nothing that costs; call it inside the event loop.

        `now` is the wall clock, in seconds since 1970. Without a `recorder` nothing
        is recorded; it stays its owner's, who knows when there is time to write. The
        `log` stays its owner's too. `on_note` is called with what was learnt of an
        upstream and the user should know.
        """
        self.settings = settings
        self.random = random
        self.now = now
        """The wall clock."""
        self.log = log or NullLog()
        """What happens in a run is written there, by whoever asks."""
        self._recorder = recorder
        self._registry = Registry(_surroundings(settings, folders, environ), on_note)
        self._clients = Clients(self._registry.make)
        self.locality = OllamaLocality(self._registry.shown)
        self.readiness = UpstreamReadiness(
            self._registry.shown, start=self.start, now=now
        )
        self.conditions = _conditions(self.locality, self.readiness, random)
        self.beforehand: dict[tuple[str, str], Prefill] = {}
        """What servers of the user's have read before anybody asked."""
        self._cache = AnswerCache(folders.answers, ttl=_cache_ttl(settings), now=now)
        self.guard = Guard(folders, environ)
        self.beside = Beside(folders.runtime)
        """Where people and benches tell each other what they ask."""
        self._sleep = SleepWatch(now, asyncio.get_running_loop().time)
        self._stack = AsyncExitStack()
        self._background = asyncio.TaskGroup()
        self._started: set[asyncio.Task[None]] = set()
        self._prices: PriceList | None = None
        self._on_note = on_note
        self._not_asked: set[tuple[str, str]] = set()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._clients)
        await self._stack.enter_async_context(self.conditions.streams)
        await self._stack.enter_async_context(self._background)
        self._stack.callback(self._stop_started)
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
        stamp = int(self.now() * 1000) & (1 << 48) - 1
        noise = self.random.getrandbits(74)
        number = stamp << 80 | 0x7 << 76 | noise >> 62 << 64 | 0b10 << 62
        return f"{number | noise & (1 << 62) - 1:032x}"

    def replace(self, settings: Settings, *others: Settings) -> None:
        """Take over settings after a reload; `others` hold for some documents.

        Races under way end as they began. A client that is not needed any more closes
        when the last of them leaves it.
        """
        self.settings = settings
        self._cache.ttl = _cache_ttl(settings)
        self._registry.limit_workers(
            keep_alive=settings.local.keep_alive, max_workers=settings.local.max_workers
        )
        self._background.create_task(self._clients.replace((settings, *others)))

    def load(self, settings: Settings, providers: Iterable[str]) -> None:
        """Import what the first question to some providers would have to wait for.

        May be called in a thread.
        """
        for name in set(providers):
            provider = provider_settings(settings, name)
            if provider is not None:
                load(provider.type)

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start work that nobody waits for; it is cancelled as the context is left.

        It lets no exception out: one would end all other work.
        """
        task = self._background.create_task(work)
        self._started.add(task)
        task.add_done_callback(self._started.discard)
        return task

    def lease(self) -> Lease:
        """Begin to hold clients, for one race."""
        return self._clients.lease()

    def targets(self, settings: Settings, lease: Lease) -> Targets:
        """Say whom the entries of settings mean; clients are held by `lease`."""
        return Targets(settings, lease, prices=self.read_prices, now=self._today)

    async def prepare(self, targets: Iterable[Target], whose: Targets) -> None:
        """Get ready for a race: forget what a sleep made stale, ask what is local.

        Only an Ollama has to be asked, and only the price waits for its answer, so it
        is asked beside the race.
        """
        if self._sleep.slept():
            self.conditions.breakers.reset()
            await self._clients.drop_idle()
        for target in targets:
            provider = whose.settings_of(target.spec.provider)
            if provider is not None and self.locality.known(target) is None:
                lease = self.lease()
                lease.client(provider)
                _ = self.start(self._look(target, lease))

    def cache_key(
        self, provider: ProviderSettings, spec: RequestSpec, request: Request
    ) -> str:
        """Name what the cache may have for a spec."""
        revision = self._registry.revision(provider, spec.model)
        return answer_key(provider, request.call(spec), revision=revision)

    def cached(self, key: str) -> CachedAnswer | None:
        """Give the answer that the cache has under a key."""
        return self._cache.get(key)

    def keep(self, key: str, outcome: Outcome) -> str:
        """Keep an outcome for the next time; gives a warning if that fails.

        One that holds a key is not kept: stored as it is it would give the key away,
        and masked it would not be what was answered.
        """
        _, masked = self.mask_stored(outcome.text)
        return "" if masked else self._cache.put(key, outcome)

    def mask_stored(self, text: str) -> tuple[str, int]:
        """Take out the keys that were used, and say how many there were."""
        return self._registry.shared.keys.mask_stored(text)

    def record(self, fact: Fact) -> None:
        """Hand a fact to the recorder, which writes it when nobody waits."""
        if self._recorder is not None:
            self._recorder.record(fact)

    def watch_loads(self, told: Callable[[str, LoadState], None]) -> None:
        """Tell of each model, from now on, how its load stands."""
        self.readiness.loads.watch(lambda load, state: told(load.model, state))

    def swaps_of(self, target: Target) -> tuple[str, ...]:
        """Name the models that have shown not to fit beside a target's."""
        return self.readiness.swaps.others(target.upstream.origin, target.spec.model)

    def tell_not_asked(self, target: Target, loaded: str) -> None:
        """Note once that a model is not asked, since another one is loaded there."""
        key = target.upstream.origin, target.spec.model
        if key not in self._not_asked:
            self._not_asked.add(key)
            self._on_note(
                f"{target.spec.model} is not asked for completions while {loaded} is "
                f"loaded: {target.upstream.origin} holds one of them at a time, and "
                "each load takes the other out; set completion.swap_models = true to "
                "ask both, or OLLAMA_MAX_LOADED_MODELS where memory allows it"
            )

    async def _look(self, target: Target, lease: Lease) -> None:
        """Ask whether a target is local; the race may be over before the answer."""
        async with lease:
            await self.locality.learn(target)

    def read_prices(self) -> "PriceList":
        """Give the list of prices, read at its first use."""
        if self._prices is None:
            from hexai.providers.prices import load_prices

            self._prices = load_prices()
        return self._prices

    def _stop_started(self) -> None:
        for task in self._started:
            task.cancel()

    def _today(self) -> datetime:
        return datetime.fromtimestamp(self.now(), tz=UTC)


def _conditions(
    locality: OllamaLocality, readiness: UpstreamReadiness, random: Random
) -> Conditions:
    return Conditions(
        slots=Slots(),
        breakers=Breakers(),
        streams=Streams(),
        locality=locality,
        jitter=lambda longest: random.uniform(0, longest),
        readiness=readiness,
    )


def _surroundings(
    settings: Settings, folders: Folders, environ: Mapping[str, str]
) -> Surroundings:
    return Surroundings(
        environ=environ,
        home=str(folders.home),
        keys=named_key_variables(settings),
        run=folders.runtime,
        models=folders.models,
        keep_alive=settings.local.keep_alive,
        max_workers=settings.local.max_workers,
    )


def _cache_ttl(settings: Settings) -> float:
    """Give the seconds that answers are kept; none where no text may be stored."""
    return 0.0 if settings.ledger.store_text == "none" else settings.cli.cache_ttl
