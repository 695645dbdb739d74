"""Plain data to `Settings`, or to every problem it has.

Decoding whole is fast and stops at the first error. So it is done whole, and only
when that fails the data is walked beside the types, leaf by leaf, to collect all.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct, UnsetType, field

from hexai.config.problems import KeyPath, Problem, shown
from hexai.config.schema import Settings
from hexai.text.alike import PROBABLY, nearest

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
    if close := nearest(key, known, alike=PROBABLY):
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


_DROPPED = {
    "mcp": "the prompt store over MCP is gone",
    "tmux_edit": "the popup editor for agents is gone",
    "copilot": "this provider is gone; GitHub models can be a profile",
    "yousearch": "this provider is gone",
}
_WAIT_ALL: KeyPath = ("completion", "completion_wait_all")
_WAIT: KeyPath = ("completion", "wait")


def drop_tables(
    data: Mapping[str, object],
) -> tuple[dict[str, object], tuple[Problem, ...]]:
    """Leave out the tables that are gone, each with a warning; spell `team` out."""
    warnings = [
        Problem(path=(table,), message=f"is ignored: {reason}")
        for table, reason in _DROPPED.items()
        if table in data
    ]
    kept = {key: value for key, value in data.items() if key not in _DROPPED}
    if isinstance(kept.get("team"), bool):
        kept["team"] = {"enabled": kept["team"]}
    return kept, tuple(warnings)


class Renamed(Struct, frozen=True, kw_only=True):
    """The values of a layer under today's names."""

    values: Mapping[KeyPath, object]
    older: Mapping[KeyPath, KeyPath] = field(default_factory=dict)
    """By today's name, the older one that the layer has."""
    warnings: tuple[Problem, ...] = ()


def rename(values: Mapping[KeyPath, object]) -> Renamed:
    """Turn an older name in a well-formed layer into today's.

    The newer one counts where a layer has both.
    """
    renamed = dict(values)
    if _WAIT_ALL not in renamed:
        return Renamed(values=renamed)
    wait_all = renamed.pop(_WAIT_ALL)
    if _WAIT in renamed:
        message = "is ignored: completion.wait is set, its newer name"
        warning = Problem(path=_WAIT_ALL, message=message)
        return Renamed(values=renamed, warnings=(warning,))
    renamed[_WAIT] = "all" if wait_all else "first"
    return Renamed(values=renamed, older={_WAIT: _WAIT_ALL})


def prune(data: Mapping[str, object], paths: Iterable[KeyPath]) -> dict[str, object]:
    """Copy tables and lists without what the paths name.

    Places in a list stay: an entry becomes a blank one, which is dropped later. Any
    other list goes as a whole when an item of it, and not a key in one, is wrong.
    """
    pruned = {key: _copied(value) for key, value in data.items()}
    for path in paths:
        _remove(pruned, path)
    return pruned


def _copied(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _copied(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copied(inner) for inner in value]
    return value


def _remove(root: dict[str, object], path: KeyPath) -> None:
    if isinstance(path[-1], int) and path[0] != "models":
        path = path[:-1]
    parent: object = root
    for part in path[:-1]:
        parent = _inner(parent, part)
    last = path[-1]
    if isinstance(parent, dict):
        parent.pop(last, None)
    elif isinstance(parent, list) and isinstance(last, int):
        parent[last] = ""


def _inner(value: object, part: str | int) -> object:
    if isinstance(value, dict):
        return value.get(part)
    return value[part] if isinstance(value, list) and isinstance(part, int) else None
