"""What is forbidden beyond the settings: kept apart, so that no later step undoes it.

Variables, `-m` and `--timeout` make entries after the settings were narrowed. So what
limits entries is not written into the settings alone; it is asked again at the end.
"""

import math
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from hexai.domain.entry import Budgets, Entry, RequestSpec, Surface

CappedField = Literal["max_tokens", "timeout", "connect", "first_token", "idle"]


class Use(Struct, frozen=True, kw_only=True):
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

    uses: Mapping[Surface, tuple[Use, ...]] = field(default_factory=dict)
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
