"""What a type of the schema allows, in words.

The types are values here, and `typing` has no type for them.
"""

from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct, UnsetType


@cache
def type_hints(struct: type[Struct]) -> Mapping[str, Any]:
    """Give the types of a table's keys, ranges included."""
    return get_type_hints(struct, include_extras=True)


def members(hint: Any) -> tuple[Any, ...]:
    """Take a union of types apart."""
    if get_origin(hint) in {Union, UnionType}:
        return tuple(member for arg in get_args(hint) for member in members(arg))
    return (hint,)


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
        if high is None:
            return "a text that is not empty" if low else "a text"
        if low == high == 1:
            return "a text of 1 character"
        return f"a text of {high if low == high else f'{low} to {high}'} characters"
    return f"{_allowed_one(kind)} from {meta.ge} to {meta.le}"
