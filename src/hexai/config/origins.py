"""What holds, value by value, and where each is from: for people, without secrets."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from hexai.config.entries.labels import name_of
from hexai.config.entries.variables import variable
from hexai.config.merge import flatten
from hexai.config.problems import KeyPath
from hexai.config.snapshot import Snapshot
from hexai.domain.entry import Entry, Surface

HIDDEN = "(hidden)"
"""Stands for what may hold a secret."""

_PRIVATE = {"headers", "api_key_command"}


class Held(Struct, frozen=True, kw_only=True):
    """A value that holds."""

    path: KeyPath
    value: object
    """Plain data; `HIDDEN` where it may hold a secret."""
    origin: str
    """`FILE:LINE`, a variable's name, or `built-in`."""


def find_origins(snapshot: Snapshot) -> tuple[Held, ...]:
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


def _held(snapshot: Snapshot, path: KeyPath, value: object) -> Held:
    layer = snapshot.narrowed.get(path) or snapshot.merged.origins.get(path)
    if value and _PRIVATE.intersection(path):
        value = HIDDEN
    # A profile has no lower layer: what it does not set is a default all the same.
    return Held(
        path=path, value=value, origin=layer.where(path) if layer else "built-in"
    )


def _from_variables(snapshot: Snapshot) -> Iterator[tuple[KeyPath, Held]]:
    for surface in Surface:
        variables = snapshot.variables.get(surface)
        if variables is None:
            continue
        keys = ["MODELS"] if variables.models is not msgspec.UNSET else variables.single
        if keys:
            path = ("models", surface.value)
            entries = snapshot.entries(surface).entries
            names = ", ".join(variable(key, surface) for key in keys)
            value = [_written(entry) for entry in entries]
            yield path, Held(path=path, value=value, origin=names)


def _written(entry: Entry) -> str:
    """Write an entry as `provider:model@0.200`."""
    temperature = entry.spec.temperature
    at = "" if temperature is None else f"@{temperature:.3f}"
    return f"{name_of(entry.spec)}{at}"
