"""The configuration as people see it: as TOML, with origins, and what a change did.

A text is written so that nothing in it acts on a terminal or hides: whatever is not
printable is escaped, as TOML itself writes it.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct

from hexai.config.entries import name_of
from hexai.config.merge import flatten
from hexai.config.order import Snapshot
from hexai.config.problems import BARE_KEY, KeyPath, dotted
from hexai.config.schema import Settings
from hexai.config.schema_entries import EntryTable, listed, temperature_of, variable
from hexai.config.schema_providers import Profile
from hexai.config.schema_types import given
from hexai.domain.entry import Entry, Surface
from hexai.text.sanitise import shorten


class TomlLine(Struct, frozen=True, kw_only=True):
    """A value at its key path, and what is said beside it."""

    path: KeyPath
    value: object
    comment: str = ""


def to_toml(value: object) -> str:
    """Write plain data on one line."""
    if isinstance(value, Mapping):
        pairs = (f"{to_key(str(key))} = {to_toml(v)}" for key, v in value.items())
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(to_toml(item) for item in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    return str(value) if isinstance(value, int) else to_text(str(value))


def to_text(text: str) -> str:
    """Write a text in quotes."""
    return "".join(map(_escaped, json.dumps(text, ensure_ascii=False)))


def to_key(key: str) -> str:
    """Write one part of a key path, in quotes if it needs them."""
    return key if BARE_KEY.fullmatch(key) else to_text(key)


def document(lines: Iterable[TomlLine]) -> str:
    """Write a whole file: the lines of each table together, under its name."""
    tables: dict[KeyPath, list[TomlLine]] = {}
    for line in lines:
        tables.setdefault(line.path[:-1], []).append(line)
    return "\n".join("".join(_table(path, tables[path])) for path in _ordered(tables))


def _ordered(tables: Mapping[KeyPath, object]) -> list[KeyPath]:
    """Put what is above all tables first; it would belong to the last one else."""
    return sorted(tables, key=lambda path: path != ())


def _table(path: KeyPath, lines: Iterable[TomlLine]) -> Iterator[str]:
    if path:
        yield f"[{'.'.join(to_key(str(part)) for part in path)}]\n"
    for line in lines:
        text = f"{to_key(str(line.path[-1]))} = {to_toml(line.value)}"
        yield f"{text}  # {line.comment}\n" if line.comment else f"{text}\n"


def _escaped(char: str) -> str:
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


HIDDEN = "(hidden)"
"""Stands for what may hold a secret."""

_PRIVATE = {"headers", "api_key_command"}


class ValueInEffect(Struct, frozen=True, kw_only=True):
    """A value that holds."""

    path: KeyPath
    value: object
    """Plain data; `HIDDEN` where it may hold a secret."""
    origin: str
    """`FILE:LINE`, a variable's name, or `built-in`."""


def find_origins(snapshot: Snapshot) -> tuple[ValueInEffect, ...]:
    """List every value that is set or has a default, in the order of the schema.

    Where variables make the entries of a surface, these entries are its value.
    """
    values = flatten(msgspec.to_builtins(snapshot.settings))
    for path, layer in snapshot.narrowed.items():
        values.setdefault(path, layer.values[path])
    overridden = dict(_from_variables(snapshot))
    return tuple(
        overridden.get(path) or _held(snapshot, path, value)
        for path, value in values.items()
        if len(path) > 1 or value != {}
    )


def _held(snapshot: Snapshot, path: KeyPath, value: object) -> ValueInEffect:
    layer = snapshot.narrowed.get(path) or snapshot.merged.origins.get(path)
    if value and _PRIVATE.intersection(path):
        value = HIDDEN
    # A profile has no lower layer: what it does not set is a default all the same.
    return ValueInEffect(
        path=path, value=value, origin=layer.where(path) if layer else "built-in"
    )


def _from_variables(snapshot: Snapshot) -> Iterator[tuple[KeyPath, ValueInEffect]]:
    for surface in Surface:
        variables = snapshot.variables.get(surface)
        if variables is None:
            continue
        keys = ["MODELS"] if variables.models is not msgspec.UNSET else variables.single
        if keys:
            path = ("models", surface.value)
            entries = snapshot.entries(surface).entries
            names = ", ".join(variable(key, surface) for key in keys)
            value = [_written_entry(entry) for entry in entries]
            yield path, ValueInEffect(path=path, value=value, origin=names)


def _written_entry(entry: Entry) -> str:
    """Write an entry as `provider:model@0.200`."""
    temperature = entry.spec.temperature
    at = "" if temperature is None else f"@{temperature:.3f}"
    return f"{name_of(entry.spec)}{at}"


UNSET_TEXT = "(unset)"
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
