"""Whom a request spec means: its client, its upstream, and whether text stays here."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from hexai.config.profiles import provider_names, provider_settings
from hexai.config.provider_settings import ProviderSettings
from hexai.config.schema import Settings
from hexai.config.urls import is_loopback, origin
from hexai.domain.contender import Target, Upstream
from hexai.domain.entry import Entry, RequestSpec
from hexai.domain.outcome import Outcome
from hexai.errors import BadRequest, NotSent, ProviderError, UnknownModel
from hexai.providers.prices import PriceList
from hexai.providers.registry import Client
from hexai.providers.unavailable import Unavailable
from hexai.service.clients import Lease


class Targets:
    """The targets of one race, as its settings have them."""

    def __init__(
        self,
        settings: Settings,
        lease: Lease,
        *,
        prices: Callable[[], PriceList],
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
            local=_local(settings),
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
        return None if settings is None else _local(settings)

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


def _local(settings: ProviderSettings) -> bool | None:
    """Say whether text stays here, as safety.md 1 has it; None: ask the Ollama.

    The user's word settles it, but for an Ollama: that one can pass a model on to a
    host of its own choosing wherever it runs.
    """
    if not settings.over_http:
        return True
    if settings.local is False:
        return False
    if settings.type == "ollama" and (settings.local or is_loopback(settings.base_url)):
        return None
    return settings.local or False


def is_paid(settings: ProviderSettings) -> bool:
    """Tell whether asking a provider may cost money: a server here costs none."""
    return _local(settings) is False and not is_loopback(settings.base_url)
