"""The schema for people and for editors: every table and key, described.

What a key is for is said by the string under it in the source, and read from there:
nothing of it costs anything when a program starts.
"""

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args, get_origin

import msgspec
from msgspec import Struct

from hexai.config.decode import allowed, type_hints
from hexai.config.environment import profile_variables, schema_variables
from hexai.config.problems import KeyPath
from hexai.config.schema import Settings
from hexai.config.schema_entries import EntryTable, Models, variable
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


def json_schema() -> dict[str, Any]:
    """Give the JSON Schema of a configuration file."""
    schema = msgspec.json.schema(Settings)
    for struct in _structs(Settings):
        definition = schema["$defs"][struct.__name__]
        definition["description"] = _flat(struct.__doc__ or "")
        texts = _texts(struct)
        for name, described in definition["properties"].items():
            if name in texts:
                described["description"] = texts[name]
            if "$ref" in described:
                described.pop("default", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Hexai configuration",
        **schema,
    }


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
    texts, defaults = _texts(struct), struct()
    hints = type_hints(struct)
    tables = {name: table for name, hint in hints.items() if (table := _table(hint))}
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
    text = _flat(struct.__doc__ or "")
    yield Section(path=path, is_list=is_list, text=text, keys=keys)
    for name, (inner, kind) in tables.items():
        below = (*path, name, "NAME") if kind is dict else (*path, name)
        yield from _sections(inner, below, variables, is_list=kind is tuple)
    if path == ("models",):
        yield from _sections(EntryTable, (*path, "SURFACE"), {}, is_list=True)


def _table(hint: Any) -> tuple[type[Struct], type | None] | None:
    """Tell what tables a key holds: itself one, some by name, or a list of them.

    A surface's entries have other forms too, so `[models]` has keys for them.
    """
    if isinstance(hint, type) and issubclass(hint, Struct):
        return hint, None
    kind = get_origin(hint)
    inner = {dict: get_args(hint)[1:], tuple: get_args(hint)[:1]}.get(kind, ())
    if inner and isinstance(inner[0], type) and issubclass(inner[0], Struct):
        return inner[0], kind
    return None


def _variables() -> dict[KeyPath, str]:
    found = schema_variables() | profile_variables("NAME")
    for surface in Surface:
        found[variable("MODELS", surface)] = ("models", surface.value)
    return {path: name for name, path in found.items()}


def _plain(value: object) -> object:
    return value if value is msgspec.UNSET else msgspec.to_builtins(value)


def _structs(struct: type[Struct]) -> Iterator[type[Struct]]:
    """Walk the types of all tables."""
    yield struct
    for hint in type_hints(struct).values():
        if table := _table(hint):
            yield from _structs(table[0])
    if struct is Models:
        yield from _structs(EntryTable)


def _texts(struct: type[Struct]) -> dict[str, str]:
    """Give what is said of each key, by the table itself or by one it extends."""
    texts: dict[str, str] = {}
    for parent in reversed(struct.__mro__):
        if issubclass(parent, Struct) and parent.__module__ in sys.modules:
            texts |= _module_texts(parent.__module__).get(parent.__name__, {})
    return texts


@cache
def _module_texts(module: str) -> dict[str, dict[str, str]]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return {node.name: dict(_class_texts(node)) for node in classes}


def _class_texts(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, after in zip(node.body, node.body[1:], strict=False):
        match field, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, _flat(text)
            case _:
                pass


def _flat(text: str) -> str:
    return " ".join(text.split())
