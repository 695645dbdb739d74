"""Plain data to `Settings`, or to every problem it has.

Decoding whole is fast and stops at the first error. So it is done whole, and only
when that fails the data is walked beside the types, leaf by leaf, to collect all.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct, UnsetType

from hexai.config.problems import KeyPath, Problem, nearest, shown
from hexai.config.schema import Settings

_LISTED_KEYS = 12
_KEY_NAMES = {"api_key", "apikey", "key", "token", "api_token", "secret", "password"}

_FORMERLY_FLAT = ("general", "logging", "completion", "triggers", "inline", "chat")
_FLAT_PROVIDERS = ("openai", "openrouter", "ollama", "anthropic")


def decode(data: Mapping[str, object]) -> Settings | tuple[Problem, ...]:
    """Decode what one layer, or all of them together, set."""
    try:
        return msgspec.convert(data, Settings)
    except msgspec.ValidationError as error:
        found = tuple(_walk(data, Settings, ()))
        return found or (Problem(path=(), message=str(error)),)


# The types of the schema are values here, and `typing` has no type for them.
def _walk(value: object, hint: Any, path: KeyPath) -> Iterator[Problem]:
    for member in members(hint):
        if isinstance(value, Mapping):
            if isinstance(member, type) and issubclass(member, Struct):
                yield from _walk_table(value, member, path)
                return
            if get_origin(member) is dict:
                for key, inner in value.items():
                    yield from _walk(inner, get_args(member)[1], (*path, key))
                return
        elif isinstance(value, list | tuple) and get_origin(member) is tuple:
            for place, inner in enumerate(value):
                yield from _walk(inner, get_args(member)[0], (*path, place))
            return
    yield from _check_leaf(value, hint, path)


def members(hint: Any) -> tuple[Any, ...]:
    """Take a union of types apart."""
    if get_origin(hint) in {Union, UnionType}:
        return tuple(member for arg in get_args(hint) for member in members(arg))
    return (hint,)


def _walk_table(
    table: Mapping[str, object], struct: type[Struct], path: KeyPath
) -> Iterator[Problem]:
    hints = type_hints(struct)
    known = list(struct.__struct_fields__)
    for key, value in table.items():
        if key in known:
            yield from _walk(value, hints[key], (*path, key))
        else:
            yield Problem(path=(*path, key), message=_unknown(key, known, path))


@cache
def type_hints(struct: type[Struct]) -> Mapping[str, Any]:
    """Give the types of a table's keys, ranges included."""
    return get_type_hints(struct, include_extras=True)


def _unknown(key: str, known: list[str], path: KeyPath) -> str:
    if "api_key_env" in known and key.lower() in _KEY_NAMES:
        return "keys are not read from a file; use api_key_env or api_key_command"
    if not path and (home := _home_of_flat_key(key)):
        return f"keys are in tables now: write it as {home}"
    if close := nearest(key, known):
        return f"unknown key; did you mean {close}?"
    if len(known) <= _LISTED_KEYS:
        return f"unknown key; known here: {', '.join(known)}"
    return "unknown key; `hexai config schema` lists what there is"


def _home_of_flat_key(key: str) -> str:
    """Find where a key of the Go tool's old flat file is now."""
    defaults = Settings()
    for table in _FORMERLY_FLAT:
        if key in getattr(defaults, table).__struct_fields__:
            return f"{table}.{key}"
    provider, _, name = key.partition("_")
    known = name in {"model", "base_url", "temperature"}
    return f"{provider}.{name}" if known and provider in _FLAT_PROVIDERS else ""


def _check_leaf(value: object, hint: Any, path: KeyPath) -> Iterator[Problem]:
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError:
        message = f"must be {allowed(hint)}"
        if path == ("provider",):
            message += '; write [provider] and below it name = "…"'
        yield Problem(path=path, message=message, value=shown(value, path))


def allowed(hint: Any) -> str:
    """Say in words what values a type of the schema allows."""
    kinds = [member for member in members(hint) if member is not UnsetType]
    return " or ".join(_allowed_one(kind) for kind in kinds)


def _allowed_one(hint: Any) -> str:
    if get_origin(hint) is Annotated:
        kind, *metas = get_args(hint)
        return _allowed_range(kind, metas[-1])
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(repr(choice) for choice in get_args(hint))
    if get_origin(hint) is tuple:
        return f"a list, each {allowed(get_args(hint)[0])}"
    words = {str: "a text", bool: "true or false", int: "an integer", float: "a number"}
    return words.get(hint, "a table")


def _allowed_range(kind: type, meta: Meta) -> str:
    if meta.description:
        return meta.description
    if kind is str:
        low, high = meta.min_length or 0, meta.max_length
        length = f"{high}" if low == high else f"{low} to {high}"
        return f"a text of {length} character{'' if length == '1' else 's'}"
    return f"{_allowed_one(kind)} from {meta.ge} to {meta.le}"
