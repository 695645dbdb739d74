"""The JSON Schema of a configuration file, with what is said of each key.

What a key is for is said by the string under it in the source, and read from there:
nothing of it costs anything when a program starts.
"""

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args, get_origin

import msgspec
from msgspec import Struct

from hexai.config.allowed import type_hints
from hexai.config.model_options import KNOWN
from hexai.config.schema import Settings
from hexai.config.schema_entries import EntryTable, Models
from hexai.text.python_trees import tree_of


def json_schema() -> dict[str, Any]:
    """Give the JSON Schema of a configuration file."""
    schema = msgspec.json.schema(Settings)
    for struct in _structs(Settings):
        definition = schema["$defs"][struct.__name__]
        definition["description"] = flat(struct.__doc__ or "")
        texts = texts_of(struct)
        for name, described in definition["properties"].items():
            if name in texts:
                described["description"] = texts[name]
            if "$ref" in described:
                described.pop("default", None)
    options = schema["$defs"][EntryTable.__name__]["properties"]["options"]
    options["properties"] = {
        name: msgspec.json.schema(kind) for name, kind in KNOWN.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Hexai configuration",
        **schema,
    }


def table_of(hint: Any) -> tuple[type[Struct], type | None] | None:
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


def _structs(struct: type[Struct]) -> Iterator[type[Struct]]:
    """Walk the types of all tables."""
    yield struct
    for hint in type_hints(struct).values():
        if table := table_of(hint):
            yield from _structs(table[0])
    if struct is Models:
        yield from _structs(EntryTable)


def texts_of(struct: type[Struct]) -> dict[str, str]:
    """Give what is said of each key, by the table itself or by one it extends."""
    texts: dict[str, str] = {}
    for parent in reversed(struct.__mro__):
        if issubclass(parent, Struct) and parent.__module__ in sys.modules:
            texts |= _module_texts(parent.__module__).get(parent.__name__, {})
    return texts


@cache
def _module_texts(module: str) -> dict[str, dict[str, str]]:
    tree = tree_of(inspect.getsource(sys.modules[module]))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return {node.name: dict(_class_texts(node)) for node in classes}


def _class_texts(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, after in zip(node.body, node.body[1:], strict=False):
        match field, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, flat(text)
            case _:
                pass


def flat(text: str) -> str:
    """Put a text of several lines into one."""
    return " ".join(text.split())
