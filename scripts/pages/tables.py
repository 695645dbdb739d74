"""Every table and key of the configuration, described for the pages."""

from collections.abc import Iterator, Mapping

import msgspec
from msgspec import Struct

from hexai.config.allowed import allowed, type_hints
from hexai.config.environment import profile_variables, schema_variables
from hexai.config.json_schema import flat, table_of, texts_of
from hexai.config.problems import KeyPath
from hexai.config.schema import Settings
from hexai.config.schema_entries import EntryTable, variable
from hexai.domain.entry import Surface


class Key(Struct, frozen=True, kw_only=True):
    """One key of the configuration, described."""

    name: str
    allowed: str
    default: object
    """As plain data; `msgspec.UNSET` where there is none."""
    variable: str
    """Empty where the environment cannot set it."""
    text: str


class Section(Struct, frozen=True, kw_only=True):
    """One table of the configuration, described."""

    path: KeyPath
    """`NAME` and `SURFACE` stand for what the user puts there."""
    is_list: bool
    text: str
    keys: tuple[Key, ...]


def sections() -> tuple[Section, ...]:
    """Describe every table, the root first, in the order of the schema."""
    return tuple(_sections(Settings, (), _variables(), is_list=False))


def _sections(
    struct: type[Struct],
    path: KeyPath,
    variables: Mapping[KeyPath, str],
    *,
    is_list: bool,
) -> Iterator[Section]:
    texts, defaults = texts_of(struct), struct()
    hints = type_hints(struct)
    tables = {name: table for name, hint in hints.items() if (table := table_of(hint))}
    keys = tuple(
        Key(
            name=name,
            allowed=allowed(hint),
            default=_plain(getattr(defaults, name)),
            variable=variables.get((*path, name), ""),
            text=texts.get(name, ""),
        )
        for name, hint in hints.items()
        if name not in tables
    )
    text = flat(struct.__doc__ or "")
    yield Section(path=path, is_list=is_list, text=text, keys=keys)
    for name, (inner, kind) in tables.items():
        below = (*path, name, "NAME") if kind is dict else (*path, name)
        yield from _sections(inner, below, variables, is_list=kind is tuple)
    if path == ("models",):
        yield from _sections(EntryTable, (*path, "SURFACE"), {}, is_list=True)


def _variables() -> dict[KeyPath, str]:
    found = schema_variables() | profile_variables("NAME")
    for surface in Surface:
        found[variable("MODELS", surface)] = ("models", surface.value)
    return {path: name for name, path in found.items()}


def _plain(value: object) -> object:
    return value if value is msgspec.UNSET else msgspec.to_builtins(value)
