"""The keys that are limits, and what holds where one is not set.

A limit's 0 mostly means that there is none, so it is compared as infinity. Each limit
has a floor, so that a source which may only lower limits cannot make Hexai useless
where it looks as if it worked.
"""

import math
from collections.abc import Mapping

from msgspec import UnsetType

from hexai.config.narrowing.restrictions import CappedField
from hexai.config.problems import KeyPath
from hexai.config.profiles import BUILT_IN, provider_names, provider_settings
from hexai.config.schema import Settings

CONTENDERS: KeyPath = ("fanout", "max_concurrency")
FIRST_TOKEN: KeyPath = ("fanout", "first_token_timeout")

_FLOORS: dict[KeyPath, float] = {
    ("general", "max_tokens"): 16,
    ("general", "max_context_tokens"): 16,
    ("general", "context_window_lines"): 1,
    ("general", "request_timeout"): 1.0,
    CONTENDERS: 1,
    ("fanout", "connect_timeout"): 0.5,
    FIRST_TOKEN: 1.0,
    ("fanout", "idle_timeout"): 1.0,
    ("fanout", "timeout"): 1.0,
    ("completion", "gather"): 0.0,
    ("completion", "deadline"): 0.1,
    ("completion", "hard_deadline"): 0.1,
    ("logging", "log_preview_limit"): 1,
    ("local", "load_timeout"): 1.0,
    ("local", "max_workers"): 1,
}
_FLOORS_OF_PROVIDERS: dict[str, float] = {
    "timeout": 1.0,
    "connect_timeout": 0.5,
    "first_token_timeout": 1.0,
    "idle_timeout": 1.0,
    "max_concurrency": 1,
}
_ZERO_IS_ZERO: set[KeyPath] = {
    ("general", "max_context_tokens"),
    ("general", "context_window_lines"),
    ("completion", "gather"),
    ("completion", "deadline"),
    ("completion", "hard_deadline"),
}
_CAPPED: Mapping[str, CappedField] = {
    "max_tokens": "max_tokens",
    "request_timeout": "timeout",
    "timeout": "timeout",
    "connect_timeout": "connect",
    "first_token_timeout": "first_token",
    "idle_timeout": "idle",
}


def floor_of(path: KeyPath, settings: Settings) -> float | None:
    """Give the floor of a limit, a float if it is in seconds; None if it is none."""
    if path in _FLOORS:
        return _FLOORS[path]
    return (
        _FLOORS_OF_PROVIDERS.get(str(path[-1])) if provider_of(path, settings) else None
    )


def capped_field(path: KeyPath) -> CappedField | None:
    """Name the limit of entries that a limit bounds; None if it bounds none."""
    return _CAPPED.get(str(path[-1]))


def provider_of(path: KeyPath, settings: Settings) -> str:
    """Give the provider whose table a path is in; empty if it is in none."""
    if path[0] in BUILT_IN and len(path) == 2:
        return str(path[0])
    if path[0] == "providers" and len(path) == 3 and path[1] in settings.providers:
        return str(path[1])
    return ""


def as_limit(path: KeyPath, value: float) -> float:
    """Read a limit as it is written."""
    return value if path in _ZERO_IS_ZERO else value or math.inf


def in_effect(settings: Settings, path: KeyPath) -> float:
    """Give the limit that holds at a path, with what is not set filled in."""
    if provider := provider_of(path, settings):
        value = _of_provider(settings, provider, str(path[-1]))
    else:
        value = getattr(getattr(settings, str(path[0])), str(path[1]))
        if isinstance(value, UnsetType):
            value = _filled_in(settings, path)
    return as_limit(path, value)


def _of_provider(settings: Settings, name: str, key: str) -> float:
    provider = provider_settings(settings, name)
    assert provider is not None, "the path is that of a table which is there"
    if key == "max_concurrency":
        return provider.max_concurrency or math.inf
    if key == "timeout":
        return provider.timeout
    if key == "max_workers":
        return settings.local.max_workers
    budget: float = getattr(provider.budgets, key.removesuffix("_timeout"))
    return budget


def _filled_in(settings: Settings, path: KeyPath) -> float:
    if path == FIRST_TOKEN:
        return max(
            _of_provider(settings, name, "first_token_timeout")
            for name in provider_names(settings)
        )
    return settings.general.request_timeout  # of fanout.timeout, the only one left
