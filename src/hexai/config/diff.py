"""What differs between two configurations, key by key."""

import re
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from hexai.config.entries.forms import listed, temperature_of
from hexai.config.merge import flatten
from hexai.config.problems import KeyPath, dotted
from hexai.config.schema import Settings
from hexai.config.tables.base import given
from hexai.config.tables.entries import EntryTable
from hexai.config.tables.providers import Profile
from hexai.domain.entry import Surface
from hexai.text.shorten import shorten

UNSET_TEXT = "(unset)"
_PRIVATE = {"headers", "api_key_command"}
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
"""A name as variables have it; what else stands in its place may be the key itself."""
_SHOWN_LENGTH = 80


class Change(Struct, frozen=True, kw_only=True):
    """A key whose value differs, with both values as people read them."""

    key: str
    old: str
    new: str

    def __str__(self) -> str:
        """Write the change as the Go tool does."""
        return f"{self.key}: {self.old} → {self.new}"


def find_changes(old: Settings, new: Settings) -> tuple[Change, ...]:
    """Find every key that differs, sorted; equal settings have none.

    A value that may hold a secret is never part of a change.
    """
    before, after = dict(_values(old)), dict(_values(new))
    changes = (
        _change(path, before.get(path), after.get(path))
        for path in before.keys() | after.keys()
        if before.get(path) != after.get(path)
    )
    return tuple(sorted(changes, key=lambda change: change.key))


def summarise(changes: Sequence[Change], *, title: str = "Reloaded config") -> str:
    """Write changes as a reload reports them."""
    if not changes:
        return f"{title} (no changes detected)."
    lines = "".join(f"\n- {change}" for change in changes)
    return f"{title} ({len(changes)} changes):{lines}"


def _values(settings: Settings) -> Iterator[tuple[KeyPath, object]]:
    for path, value in flatten(msgspec.to_builtins(settings)).items():
        if path[0] != "models" and value != {} and not _is_default(path, value):
            yield path, value
    for surface in Surface:
        entries = listed(getattr(settings.models, surface.value), ())
        if entries:
            yield ("models", surface.value), tuple(table for _, table in entries)


def _is_default(path: KeyPath, value: object) -> bool:
    """Tell whether a profile leaves a key as it is; there may be no such profile."""
    if path[0] != "providers":
        return False
    return bool(value == getattr(Profile(), str(path[2]), None))


def _change(path: KeyPath, old: object, new: object) -> Change:
    if _PRIVATE.intersection(path):
        shown_old, shown_new = (_hidden(value) for value in (old, new))
    elif path[-1] == "api_key_env":
        shown_old, shown_new = (_variable(value) for value in (old, new))
    else:
        shown_old, shown_new = _written(old), _written(new)
    if shown_old == shown_new:
        shown_new += " (changed)"
    return Change(key=dotted(path), old=shown_old, new=shown_new)


def _hidden(value: object) -> str:
    return "(hidden)" if value else UNSET_TEXT


def _variable(value: object) -> str:
    return _written(value) if _VARIABLE.fullmatch(str(value)) else _hidden(value)


def _written(value: object) -> str:
    if value is None:
        return UNSET_TEXT
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return _list(value)
    if isinstance(value, float):
        return f"{value:.10f}".rstrip("0").rstrip(".")
    return _one_line(str(value))


def _list(items: Sequence[object]) -> str:
    if items and isinstance(items[0], EntryTable):
        return "|".join(_entry(item) for item in items if isinstance(item, EntryTable))
    if items and not isinstance(items[0], str):
        return _one_line(msgspec.json.encode(items).decode())
    return _one_line(",".join(str(item) for item in items))


def _entry(entry: EntryTable) -> str:
    """Write `provider:model@0.200`, and after it what else is set."""
    provider, model = given(entry.provider, ""), given(entry.model, "")
    text = f"{provider}:{model}" if provider else model
    temperature = temperature_of(entry.temperature)
    if isinstance(temperature, float):
        text += f"@{temperature:.3f}"
    elif temperature == "default":
        text += "@default"
    data = msgspec.to_builtins(entry)
    for known in ("provider", "model", "temperature"):
        data.pop(known, None)
    more = [
        f"{dotted(path)}={_written(value)}" for path, value in flatten(data).items()
    ]
    if entry.enabled:
        more.remove("enabled=true")
    if more:
        text += f" ({', '.join(more)})"
    return text.strip()


def _one_line(text: str) -> str:
    return shorten(" ".join(text.split("\n")), _SHOWN_LENGTH)
