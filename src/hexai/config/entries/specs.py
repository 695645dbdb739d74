"""From the table of an entry to request specs: model, options and budgets filled in.

Each value is the entry's; else the provider's; else the general one.
"""

from msgspec import UnsetType
from msgspec.structs import replace

from hexai.config.entries.forms import temperature_of, text_of
from hexai.config.profiles import (
    find_model,
    no_limit,
    options_of,
    provider_settings,
    provider_table,
    unknown_provider,
)
from hexai.config.provider_settings import ProviderSettings
from hexai.config.schema import Settings
from hexai.config.tables.base import given
from hexai.config.tables.entries import EntryTable, FallbackTable
from hexai.config.tables.providers import ModelTable
from hexai.config.vendors import usual_first_token
from hexai.domain.entry import Budgets, RequestSpec


def make_spec(settings: Settings, table: EntryTable) -> RequestSpec:
    """Resolve whom an entry asks, and how."""
    provider = settings.provider.name.strip()
    wanted = given(text_of(table.provider), provider)
    return _make_spec(settings, wanted, text_of(table.model), table)


def make_fallback(
    settings: Settings, table: EntryTable, spec: RequestSpec
) -> RequestSpec | None:
    """Resolve whom to ask instead; what it does not say is the entry's.

    A fallback without a model takes its provider's default model.
    """
    own = fallback_of(table)
    provider, model = text_of(own.provider), text_of(own.model)
    if isinstance(provider, UnsetType) and isinstance(model, UnsetType):
        return None
    temperature = given(temperature_of(own.temperature), table.temperature)
    return _make_spec(
        settings,
        given(provider, spec.provider),
        model,
        replace(table, temperature=temperature),
    )


def fallback_of(table: EntryTable) -> FallbackTable:
    """Give the fallback of an entry, whichever way it is written."""
    if not isinstance(table.fallback, UnsetType):
        return table.fallback
    return FallbackTable(provider=table.fallback_provider, model=table.fallback_model)


def make_timeout(settings: Settings, table: EntryTable, spec: RequestSpec) -> float:
    """Resolve the seconds that the entry's contender has in all."""
    if not isinstance(table.timeout, UnsetType):
        return no_limit(table.timeout)
    return _provider(settings, spec.provider).timeout


def _make_spec(
    settings: Settings, wanted: str, model: str | UnsetType, entry: EntryTable
) -> RequestSpec:
    provider = _provider(settings, wanted)
    table = provider_table(settings, provider.name) or ModelTable()
    temperature = provider.temperature
    if temperature is None:
        temperature = settings.general.coding_temperature
    own = temperature_of(entry.temperature)
    asked = temperature if isinstance(own, UnsetType) else own
    named = find_model(table, given(model, provider.model))
    usual = provider.budgets
    thinks = usual_first_token(named) > 0
    if isinstance(
        given(table.first_token_timeout, settings.fanout.first_token_timeout), UnsetType
    ):
        patience = max(usual.first_token, usual_first_token(named))
        usual = replace(usual, first_token=patience)
    return RequestSpec(
        provider=provider.name,
        model=named,
        temperature=None if asked == "default" else asked,
        max_tokens=given(entry.max_tokens, settings.general.max_tokens) or None,
        limit_stands=thinks or not isinstance(entry.max_tokens, UnsetType),
        options=options_of(entry, provider.options),
        budgets=_budgets(entry, usual),
    )


def _provider(settings: Settings, name: str) -> ProviderSettings:
    """Give a provider, or the general defaults under a name that nobody has."""
    return provider_settings(settings, name) or unknown_provider(settings, name)


def _budgets(entry: EntryTable, provider: Budgets) -> Budgets:
    return Budgets(
        connect=_limit(entry.connect_timeout, provider.connect),
        load=provider.load,
        first_token=_limit(entry.first_token_timeout, provider.first_token),
        idle=_limit(entry.idle_timeout, provider.idle),
    )


def _limit(seconds: float | UnsetType, default: float) -> float:
    return default if isinstance(seconds, UnsetType) else no_limit(seconds)
