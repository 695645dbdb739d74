"""Which providers there are, and what each and an entry of it come to in the end.

What a table does not say comes from `[fanout]`, and what that does not say depends on
where the provider is: a model on this machine takes longer to its first token, and
answers fewer at once, than a service.
"""

import math
from typing import get_args

from msgspec import UnsetType
from msgspec.structs import replace

from hexai.config.addresses import check_base_url, is_loopback
from hexai.config.schema import Settings
from hexai.config.schema_entries import (
    EntryTable,
    FallbackTable,
    temperature_of,
    text_of,
)
from hexai.config.schema_providers import (
    AT_ONCE_EMBEDDED,
    BUILT_IN_MAX_TOKENS,
    BUILT_IN_MODEL,
    Anthropic,
    HttpTable,
    InfillEndpoint,
    Local,
    ModelTable,
    Ollama,
    OpenAI,
    OpenRouter,
    Profile,
    ProviderSettings,
    ProviderType,
)
from hexai.config.schema_types import given
from hexai.config.vendors import usual_first_token
from hexai.domain.entry import Budgets, Options, RequestSpec

_FIRST_TOKEN = 20.0
_FIRST_TOKEN_ON_THIS_MACHINE = 60.0
"""Of `local` and an Ollama on this machine, which may have to load a model."""
_LOAD_OLLAMA = 300.0
"""What it gives a load itself; a large model from a slow disk takes minutes."""
_AT_ONCE = 4
_AT_ONCE_OLLAMA = 1
"""On this machine; one elsewhere is a server like others."""

BUILT_IN: tuple[ProviderType, ...] = get_args(ProviderType)
_API: dict[str, str] = {
    "openai": OpenAI().base_url,
    "openrouter": OpenRouter().base_url,
    "anthropic": Anthropic().base_url,
    "ollama": Ollama().base_url,
}


def provider_names(settings: Settings) -> tuple[str, ...]:
    """Give the names of all providers: the built-in ones, then the profiles."""
    return (*BUILT_IN, *settings.providers)


def find_name(settings: Settings, name: str) -> str | None:
    """Give the configured spelling of a provider's name; upper and lower are equal."""
    wanted = name.strip().lower()
    for known in provider_names(settings):
        if known.lower() == wanted:
            return known
    return None


def provider_table(settings: Settings, name: str) -> ModelTable | None:
    """Give the table of a provider by its configured spelling."""
    if name in BUILT_IN:
        table: ModelTable = getattr(settings, name)
        return table
    return settings.providers.get(name)


def provider_settings(settings: Settings, name: str) -> ProviderSettings | None:
    """Resolve one provider; None if there is no such provider.

    `settings` have been validated.
    """
    found = find_name(settings, name)
    table = provider_table(settings, found) if found is not None else None
    if found is None or table is None:
        return None
    kind = _type(found, table)
    http = table if isinstance(table, HttpTable) else HttpTable()
    url = _base_url(kind, http)
    return ProviderSettings(
        name=found,
        type=kind,
        built_in=found in BUILT_IN,
        base_url=url,
        model=find_model(table, table.model),
        temperature=given(table.temperature, None),
        options=_of_own(table) if isinstance(table, Local) else options_of(http),
        api_key_env=http.api_key_env,
        api_key_command=http.api_key_command,
        headers=tuple(http.headers.items()),
        budgets=_budgets(settings, table, kind, near=_is_near(kind, url)),
        timeout=no_limit(given(table.timeout, _timeout(settings))),
        max_concurrency=_max_concurrency(table, kind, near=_is_near(kind, url)),
        local=given(http.local, None),
        allow_http=http.allow_http,
        infill=_infill(table),
        ca_file=http.ca_file,
    )


def options_of(
    table: HttpTable | EntryTable,
    otherwise: Options = Options(),  # noqa: B008 - frozen
) -> Options:
    """Read the options that a table sets; those that it does not are `otherwise`."""
    return Options(
        include_usage=given(table.include_usage, otherwise.include_usage),
        limit_key=given(table.limit_key, otherwise.limit_key),
        num_ctx=given(table.num_ctx, otherwise.num_ctx),
        think=given(table.think, otherwise.think),
        reasoning_effort=given(table.reasoning_effort, otherwise.reasoning_effort),
        prompt_cache=given(table.prompt_cache, otherwise.prompt_cache),
        n_batch=given(table.n_batch, otherwise.n_batch),
        id_slot=given(table.id_slot, otherwise.id_slot),
        warm=given(table.warm, otherwise.warm),
        ask=otherwise.ask
        if isinstance(table, HttpTable)
        else given(table.ask, otherwise.ask),
    )


def unknown_provider(settings: Settings, name: str) -> ProviderSettings:
    """Give the general defaults under the name of a provider that is not there."""
    return ProviderSettings(
        name=name,
        type="openai",
        built_in=False,
        budgets=_budgets(settings, ModelTable(), "openai", near=False),
        timeout=no_limit(_timeout(settings)),
    )


def find_model(table: ModelTable, model: str) -> str:
    """Give the model that a name means: the name itself, unless it is a preset."""
    exact = table.presets.get(model, "").strip()
    if exact:
        return exact
    for alias, meant in table.presets.items():
        if alias.lower() == model.lower() and meant.strip():
            return meant.strip()
    return model


def no_limit(seconds: float) -> float:
    """Read a limit as it is written: 0 means none."""
    return seconds or math.inf


def _type(name: str, table: ModelTable) -> ProviderType:
    if isinstance(table, Profile) and not isinstance(table.type, UnsetType):
        return table.type
    return next((kind for kind in BUILT_IN if kind == name), "openai")


def _infill(table: ModelTable) -> InfillEndpoint:
    if isinstance(table, Local | Ollama | OpenAI | OpenRouter | Profile):
        return table.infill
    return "off"


def _of_own(table: Local) -> Options:
    """Read the options of the embedded model."""
    return Options(ask=table.ask, warm=table.warm)


def _base_url(kind: ProviderType, table: HttpTable) -> str:
    url = table.base_url or _API.get(kind, "")
    return check_base_url(url) if url else ""


def _is_near(kind: ProviderType, url: str) -> bool:
    return kind == "local" or (kind == "ollama" and is_loopback(url))


def _budgets(
    settings: Settings, table: ModelTable, kind: ProviderType, *, near: bool
) -> Budgets:
    fanout = settings.fanout
    first_token = given(
        fanout.first_token_timeout,
        _FIRST_TOKEN_ON_THIS_MACHINE if near else _FIRST_TOKEN,
    )
    load = _LOAD_OLLAMA if kind == "ollama" else Local().load_timeout
    if isinstance(table, Local | HttpTable):
        load = given(table.load_timeout, load)
    return Budgets(
        connect=no_limit(given(table.connect_timeout, fanout.connect_timeout)),
        load=no_limit(load),
        first_token=no_limit(given(table.first_token_timeout, first_token)),
        idle=no_limit(given(table.idle_timeout, fanout.idle_timeout)),
    )


def _timeout(settings: Settings) -> float:
    return given(settings.fanout.timeout, settings.general.request_timeout)


def _max_concurrency(
    table: ModelTable, kind: ProviderType, *, near: bool
) -> int | None:
    if not isinstance(table.max_concurrency, UnsetType):
        return table.max_concurrency or None
    if kind == "simulated":
        return None
    if kind == "local":
        return AT_ONCE_EMBEDDED
    return _AT_ONCE_OLLAMA if near else _AT_ONCE


def named_key_variables(settings: Settings) -> frozenset[str]:
    """Give the variables that the configuration names as holding keys."""
    tables = (provider_table(settings, name) for name in provider_names(settings))
    named = (each.api_key_env for each in tables if isinstance(each, HttpTable))
    return frozenset(filter(None, named))


def make_spec(settings: Settings, table: EntryTable) -> RequestSpec:
    """Resolve whom an entry asks, and how: it says; else its provider; else all."""
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
        max_tokens=_max_tokens(settings, entry, provider, named) or None,
        limit_stands=thinks or not isinstance(entry.max_tokens, UnsetType),
        options=_options(settings, entry, provider),
        budgets=_entry_budgets(entry, usual),
    )


def _max_tokens(
    settings: Settings, entry: EntryTable, provider: ProviderSettings, model: str
) -> int:
    """Resolve how long an answer may be; the built-in model repeats itself soon."""
    usual = settings.general.max_tokens
    if provider.name == "local" and model == BUILT_IN_MODEL:
        usual = min(usual or BUILT_IN_MAX_TOKENS, BUILT_IN_MAX_TOKENS)
    return given(entry.max_tokens, usual)


def _options(
    settings: Settings, entry: EntryTable, provider: ProviderSettings
) -> Options:
    """Resolve the options that a provider is asked with.

    Those that are not known are its own entry's: a fallback of another provider would
    refuse them.
    """
    options = options_of(entry, provider.options)
    if isinstance(entry.options, UnsetType) or not entry.options:
        return options
    from hexai.config.model_options import written

    own = given(text_of(entry.provider), settings.provider.name)
    elsewhere = _provider(settings, own).name != provider.name
    stop, more = written(entry, anywhere=elsewhere)
    return replace(options, stop=stop, more=more)


def _provider(settings: Settings, name: str) -> ProviderSettings:
    """Give a provider, or the general defaults under a name that nobody has."""
    return provider_settings(settings, name) or unknown_provider(settings, name)


def _entry_budgets(entry: EntryTable, provider: Budgets) -> Budgets:
    return Budgets(
        connect=_limit(entry.connect_timeout, provider.connect),
        load=provider.load,
        first_token=_limit(entry.first_token_timeout, provider.first_token),
        idle=_limit(entry.idle_timeout, provider.idle),
    )


def _limit(seconds: float | UnsetType, default: float) -> float:
    return default if isinstance(seconds, UnsetType) else no_limit(seconds)
