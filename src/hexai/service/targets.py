"""Whom a request spec means: its client, its upstream, and whether text stays here.

Clients are those of the process, one for each origin and credential, leased to races.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import TYPE_CHECKING, Self

from msgspec.structs import replace

from hexai.config.addresses import is_loopback, origin
from hexai.config.provider_defaults import provider_names, provider_settings
from hexai.config.schema import Settings
from hexai.config.schema_providers import ProviderSettings
from hexai.domain.entry import Budgets, Entry, RequestSpec
from hexai.domain.outcome import Outcome
from hexai.domain.provider import Usage
from hexai.domain.request import Target, Upstream
from hexai.errors import BadRequest, NotSent, ProviderError, UnknownModel
from hexai.providers.locality import local_as_configured
from hexai.providers.registry import Client, Unavailable

if TYPE_CHECKING:
    from hexai.providers.prices import PriceList

Make = Callable[[ProviderSettings], Client]
"""Makes the client of a provider; raises `ProviderError` where that is impossible."""


def client_key(settings: ProviderSettings) -> ProviderSettings:
    """Keep what a client is made of: name, format, origin, credential, whose it is.

    It is made from its key in the pool and from nothing else. So a reload that changes
    only the rest (the model, budgets, limits) keeps it, with its connections and what
    its key command printed.
    """
    return replace(
        settings,
        model="",
        temperature=None,
        budgets=Budgets(),
        timeout=0.0,
        max_concurrency=None,
    )


class _Pooled:
    """A client with the number of leases that hold it."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.leases = 0
        self.is_replaced = False


class Clients:
    """All clients of a process. Leave the context when no race runs any more."""

    def __init__(self, make: Make) -> None:
        """Make each client when the first race needs it."""
        self._make = make
        self._pool: dict[ProviderSettings, _Pooled] = {}

    def __len__(self) -> int:
        return len(self._pool)

    def lease(self) -> "Lease":
        """Begin a lease, which holds nothing yet; a race has one as long as it runs.

        A client that a reload replaces is closed by the last one to leave it.
        """
        return Lease(self)

    async def replace(self, in_use: Iterable[Settings]) -> None:
        """Keep what these settings need; the rest closes when no race holds it."""
        needed = {key for settings in in_use for key in _keys(settings)}
        idle = []
        for key, pooled in tuple(self._pool.items()):
            pooled.is_replaced = key not in needed
            if pooled.is_replaced and not pooled.leases:
                idle.append(self._pool.pop(key))
        for pooled in idle:
            await pooled.client.aclose()

    async def drop_idle(self) -> None:
        """Close the connections that no attempt is using."""
        for pooled in tuple(self._pool.values()):
            await pooled.client.drop_idle()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while self._pool:
            await self._pool.popitem()[1].client.aclose()

    def take(self, key: ProviderSettings) -> Client:
        """Give a client to one more lease; for `Lease` alone."""
        if key not in self._pool:
            self._pool[key] = _Pooled(self._make(key))
        self._pool[key].leases += 1
        return self._pool[key].client

    async def give_back(self, key: ProviderSettings) -> None:
        """Take a client back from a lease; for `Lease` alone."""
        pooled = self._pool.get(key)
        if pooled is None:
            return  # the process is ending, and everything has been closed
        pooled.leases -= 1
        if pooled.is_replaced and not pooled.leases:
            del self._pool[key]
            await pooled.client.aclose()


class Lease:
    """The clients that one race uses; leave the context when it is over."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._held: dict[ProviderSettings, Client] = {}

    def client(self, settings: ProviderSettings) -> Client:
        """Give the client of a provider, and hold it until the lease ends.

        Raises `ProviderError` where none can be made.
        """
        key = client_key(settings)
        if key not in self._held:
            self._held[key] = self._clients.take(key)
        return self._held[key]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while self._held:
            key, _ = self._held.popitem()
            await self._clients.give_back(key)


def _keys(settings: Settings) -> Iterable[ProviderSettings]:
    for name in provider_names(settings):
        provider = provider_settings(settings, name)
        if provider is not None:
            yield client_key(provider)


class Targets:
    """The targets of one race, as its settings have them."""

    def __init__(
        self,
        settings: Settings,
        lease: Lease,
        *,
        prices: "Callable[[], PriceList]",
        now: Callable[[], datetime],
    ) -> None:
        """Hold clients by `lease`, which the caller ends; `now` dates prices.

        Nothing is made or read before it is needed.
        """
        self.settings = settings
        self._lease = lease
        self._read_prices = prices
        self._now = now
        self._known: dict[str, ProviderSettings | None] = {}

    def find(self, entry: Entry, spec: RequestSpec) -> Target:
        """Make the target of one of an entry's specs.

        What cannot or may not be asked has a client that fails with the reason.
        """
        if entry.refused:
            return _unavailable(spec, NotSent(f"not sent: {entry.refused}"))
        settings = self.settings_of(spec.provider)
        if settings is None:
            return _unavailable(spec, self._unknown(spec.provider))
        if failure := _lack(spec, settings):
            return _unavailable(spec, failure)
        client = self._client(settings)
        if isinstance(client, Unavailable):
            return _unavailable(spec, client.error)
        return Target(
            spec=spec,
            client=client,
            upstream=_upstream(settings, spec, client.proxy),
            local=local_as_configured(settings),
        )

    def settings_of(self, provider: str) -> ProviderSettings | None:
        """Give what is configured of a provider; None if there is no such one."""
        if provider not in self._known:
            self._known[provider] = provider_settings(self.settings, provider)
        return self._known[provider]

    def is_local(self, provider: str) -> bool | None:
        """Tell whether a provider's text stays here, as far as settings can tell.

        None: only the upstream can tell, or there is no such provider.
        """
        settings = self.settings_of(provider)
        return None if settings is None else local_as_configured(settings)

    def cost_usd(self, outcome: Outcome, *, local: bool | None) -> Decimal | None:
        """Price an outcome in USD; None if nobody knows.

        What the upstream says it charged counts before the list, and the model that it
        says it used before the configured one.
        """
        if local:
            return Decimal(0)
        settings = self.settings_of(outcome.provider)
        if settings is None or outcome.usage is None:
            return None
        if outcome.usage.cost_usd is not None:
            return outcome.usage.cost_usd
        prices = self._read_prices()
        for model in (outcome.returned_model, outcome.model):
            cost = model and prices.cost(
                settings.base_url, model, outcome.usage, self._now()
            )
            if isinstance(cost, Decimal):
                return cost
        return None

    def look_up_price(self, spec: RequestSpec) -> None:
        """Find what a spec's model costs, for when its answer is priced."""
        settings = self.settings_of(spec.provider)
        if settings is not None:
            self._read_prices().look_up(settings.base_url, spec.model)

    def most_usd(
        self, spec: RequestSpec, *, tokens_in: int, tokens_out: int | None
    ) -> Decimal | None:
        """Give the most that one attempt may cost in USD; None if nobody knows.

        All of the prompt may have to be written to the upstream's cache, and an answer
        may be as long as its limit, and all of it reasoning; one without a limit has no
        price.
        """
        if tokens_out is None:
            return None
        usage = Usage(input=tokens_in, output=tokens_out, source="estimated")
        written = replace(usage, written=tokens_in)
        thought = replace(usage, reasoning=tokens_out)
        costs = [self._listed(spec, each) for each in (usage, written, thought)]
        known = [cost for cost in costs if cost is not None]
        return max(known) if len(known) == len(costs) else None

    def least_usd(self, spec: RequestSpec, *, tokens_in: int) -> Decimal | None:
        """Give what an attempt costs that reads all from a cache and says a word."""
        usage = Usage(input=tokens_in, output=1, cached=tokens_in, source="estimated")
        return self._listed(spec, usage)

    def _listed(self, spec: RequestSpec, usage: Usage) -> Decimal | None:
        settings = self.settings_of(spec.provider)
        if settings is None:
            return None
        prices = self._read_prices()
        return prices.cost(settings.base_url, spec.model, usage, self._now())

    def _unknown(self, provider: str) -> BadRequest:
        known = ", ".join(provider_names(self.settings))
        return BadRequest(
            f'unknown provider "{provider}"',
            advice=f"use one of {known}, or add [providers.{provider}]",
        )

    def _client(self, settings: ProviderSettings) -> Client:
        try:
            return self._lease.client(settings)
        except ProviderError as error:
            return Unavailable(error)


def _unavailable(spec: RequestSpec, failure: ProviderError) -> Target:
    """Make the target of what cannot be asked; nothing is sent, so nothing leaves."""
    return Target(
        spec=spec,
        client=Unavailable(failure, provider=spec.provider),
        upstream=Upstream(origin=f"none:{spec.provider}:{spec.model}"),
        local=True,
    )


def failing(target: Target, failure: ProviderError) -> Target:
    """Let a target fail with a reason that was found out before it was asked."""
    client = Unavailable(failure, provider=target.spec.provider)
    return replace(target, client=client)


def _lack(spec: RequestSpec, provider: ProviderSettings) -> ProviderError | None:
    """Say what is missing to ask a spec; None if nothing is."""
    if not spec.model:
        return UnknownModel(
            f"no model is set for provider {spec.provider}",
            advice=f"set `model` in the entry or in [{_table(provider)}]",
        )
    if provider.over_http and not provider.base_url:
        return BadRequest(
            f"provider {spec.provider} has no base_url",
            advice=f"set it in [{_table(provider)}]",
        )
    return None


def _table(provider: ProviderSettings) -> str:
    return provider.name if provider.built_in else f"providers.{provider.name}"


def _upstream(settings: ProviderSettings, spec: RequestSpec, proxy: str) -> Upstream:
    """Name the upstream: an origin, or for models run here the model itself."""
    if settings.over_http:
        where = origin(settings.base_url)
    else:
        where = f"{settings.type}:{spec.model}"
    return Upstream(
        origin=where,
        proxy=proxy,
        kind=settings.type,
        max_concurrency=settings.max_concurrency,
    )


def is_paid(settings: ProviderSettings) -> bool:
    """Tell whether asking a provider may cost money: a server here costs none."""
    return local_as_configured(settings) is False and not is_loopback(settings.base_url)
