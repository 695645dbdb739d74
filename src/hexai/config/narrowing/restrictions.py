"""What is forbidden beyond the settings, and which keys are limits.

Variables, `-m` and `--timeout` make entries after the settings were narrowed. So what
limits entries is not written into the settings alone; it is asked again at the end.
"""

import math
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, UnsetType, field
from msgspec.structs import replace

from hexai.config.problems import KeyPath
from hexai.config.provider_defaults import BUILT_IN, provider_names, provider_settings
from hexai.config.schema import Settings
from hexai.domain.entry import Budgets, Entry, RequestSpec, Surface

CappedField = Literal["max_tokens", "timeout", "connect", "first_token", "idle"]


class OnlyEntries(Struct, frozen=True, kw_only=True):
    """The only entries of a surface that may be asked."""

    names: tuple[str, ...]
    """Labels, or `provider:model`; their order is that of the contenders."""
    reason: str
    """Why the others are refused."""


class Cap(Struct, frozen=True, kw_only=True):
    """The most that a limit of an entry may be, whoever sets it."""

    field: CappedField
    most: float
    """Tokens or seconds."""
    provider: str = ""
    """Whose entries; empty for all."""


class Restrictions(Struct, frozen=True, kw_only=True):
    """Everything that project files and editor settings forbid."""

    uses: Mapping[Surface, tuple[OnlyEntries, ...]] = field(default_factory=dict)
    caps: tuple[Cap, ...] = ()
    max_concurrency: float = math.inf
    """Contenders at work at once, whatever an option says."""
    local_only: str = ""
    """Why nothing may leave this machine; empty if it is not for these."""

    def at_once(self, wanted: int) -> int:
        """Bound the number of contenders at work at once; 0 stands for no limit."""
        most = min(wanted or math.inf, self.max_concurrency)
        return 0 if most == math.inf else int(most)

    def bounded(self, entry: Entry) -> Entry:
        """Lower the limits of an entry to what is allowed."""
        if not self.caps:
            return entry
        fallback = entry.fallback
        return replace(
            entry,
            spec=self._bounded(entry.spec),
            fallback=None if fallback is None else self._bounded(fallback),
            timeout=min(entry.timeout, self._most("timeout", entry.spec.provider)),
        )

    def _bounded(self, spec: RequestSpec) -> RequestSpec:
        budgets, name = spec.budgets, spec.provider
        tokens = min(spec.max_tokens or math.inf, self._most("max_tokens", name))
        return replace(
            spec,
            max_tokens=None if tokens == math.inf else int(tokens),
            budgets=Budgets(
                connect=min(budgets.connect, self._most("connect", name)),
                load=budgets.load,
                first_token=min(budgets.first_token, self._most("first_token", name)),
                idle=min(budgets.idle, self._most("idle", name)),
            ),
        )

    def _most(self, limit: CappedField, provider: str) -> float:
        return min(
            (
                cap.most
                for cap in self.caps
                if cap.field == limit and cap.provider in {"", provider}
            ),
            default=math.inf,
        )


# A limit's 0 mostly means that there is none, so it is compared as infinity. Each limit
# has a floor, so that a source which may only lower limits cannot make Hexai useless
# where it looks as if it worked.

CONTENDERS: KeyPath = ("fanout", "max_concurrency")
FIRST_TOKEN: KeyPath = ("fanout", "first_token_timeout")
TIMEOUT: KeyPath = ("fanout", "timeout")

_FLOORS: dict[KeyPath, float] = {
    ("general", "max_tokens"): 16,
    ("general", "max_context_tokens"): 16,
    ("general", "context_window_lines"): 1,
    ("general", "request_timeout"): 1.0,
    CONTENDERS: 1,
    ("fanout", "connect_timeout"): 0.5,
    FIRST_TOKEN: 1.0,
    ("fanout", "idle_timeout"): 1.0,
    TIMEOUT: 1.0,
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
    """Give what holds for a limit that may be left unset, and is."""
    if path == FIRST_TOKEN:
        return max(
            _of_provider(settings, name, "first_token_timeout")
            for name in provider_names(settings)
        )
    assert path == TIMEOUT, "no other limit may be left unset"
    return settings.general.request_timeout
