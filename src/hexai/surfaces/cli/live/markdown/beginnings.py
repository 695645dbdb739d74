"""With which characters what a regular expression matches can begin; pure.

Python's own parser of them is asked, which no document promises. So nothing but speed
hangs on it: what is not known here may begin with anything, and without the parser
everything may.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from typing import Any

_ASCII = frozenset(map(chr, range(128)))
_CATEGORIES = {
    "CATEGORY_DIGIT": frozenset("0123456789"),
    "CATEGORY_SPACE": frozenset(" \t\n\r\f\v\x1c\x1d\x1e\x1f"),
    "CATEGORY_WORD": frozenset(
        each for each in _ASCII if each.isalnum() or each == "_"
    ),
}
_NOTHING: frozenset[str] = frozenset()
_WIDTHLESS = {"ASSERT", "ASSERT_NOT", "AT"}
_REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}

Beginnings = frozenset[str] | None
"""Characters of ASCII; None: it may begin with any, or match nothing at all."""


class _UnknownError(Exception):
    """An expression is not understood here."""


@cache
def beginnings(pattern: str, flags: int) -> Beginnings:
    """Tell with which of ASCII's characters a match can begin; others always may."""
    try:
        parser = import_module("re._parser")
        characters, may_be_empty = _of_all(parser.parse(pattern, flags))
    except (ImportError, AttributeError, _UnknownError):
        return None
    if may_be_empty:
        return None
    return characters | {each.swapcase() for each in characters}  # if case is ignored


@cache
def begins_line(pattern: str, flags: int) -> bool:
    """Tell whether a match begins where a line does, and nowhere else."""
    try:
        parser = import_module("re._parser")
        return _is_bound(parser.parse(pattern, flags))
    except (ImportError, AttributeError):
        return False


def _is_bound(parts: Sequence[tuple[Any, Any]]) -> bool:
    """Tell whether the first of some parts in a row is a `^`."""
    for kind, value in parts[:1]:
        if str(kind) == "SUBPATTERN":
            return _is_bound(value[3])
        return str(kind) == "AT" and str(value) == "AT_BEGINNING"
    return False


def _of_all(parts: Iterable[tuple[Any, Any]]) -> tuple[frozenset[str], bool]:
    """Give with what parts in a row can begin, and whether they may be empty."""
    characters = _NOTHING
    for kind, value in parts:
        more, may_be_empty = _of_one(str(kind), value)
        characters |= more
        if not may_be_empty:
            return characters, False
    return characters, True


def _of_one(kind: str, value: Any) -> tuple[frozenset[str], bool]:
    if kind in _WIDTHLESS:
        return _NOTHING, True
    if kind in _REPEATS:
        characters, may_be_empty = _of_all(value[2])
        return characters, may_be_empty or value[0] == 0
    if kind == "SUBPATTERN":
        return _of_all(value[3])
    if kind == "ATOMIC_GROUP":
        return _of_all(value)
    if kind == "BRANCH":
        branches = [_of_all(branch) for branch in value[1]]
        characters = _NOTHING.union(*(each for each, _ in branches))
        return characters, any(may_be_empty for _, may_be_empty in branches)
    return _of_character(kind, value), False


def _of_character(kind: str, value: Any) -> frozenset[str]:
    """Give the characters that match what matches exactly one."""
    match kind:
        case "LITERAL":
            return _ASCII & {chr(value)}
        case "NOT_LITERAL":
            return _ASCII - {chr(value)}
        case "ANY":
            return _ASCII
        case "IN":
            return _of_set(value)
        case _:
            raise _UnknownError(kind)


def _of_set(parts: Iterable[tuple[Any, Any]]) -> frozenset[str]:
    """Give the characters of a class like `[a-z_]`."""
    characters, is_negated = _NOTHING, False
    for kind, value in parts:
        match str(kind):
            case "NEGATE":
                is_negated = True
            case "LITERAL":
                characters |= {chr(value)}
            case "RANGE":
                first, last = value
                characters |= set(map(chr, range(first, min(last, 127) + 1)))
            case "CATEGORY":
                characters |= _of_category(str(value))
            case other:
                raise _UnknownError(other)
    return _ASCII - characters if is_negated else _ASCII & characters


def _of_category(name: str) -> frozenset[str]:
    if name in _CATEGORIES:
        return _CATEGORIES[name]
    negated = name.replace("_NOT_", "_")
    if negated not in _CATEGORIES:
        raise _UnknownError(name)
    return _ASCII - _CATEGORIES[negated]
