"""Chance that is the same for the same seed, on every machine and version; pure."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

_One = TypeVar("_One")


def number(*parts: str | int) -> int:
    """Draw a number of 64 bits that only depends on what is given."""
    text = "\0".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest()[:8])


def one_of(choices: Sequence[_One], *parts: str | int) -> _One:
    """Draw one."""
    return choices[number(*parts) % len(choices)]


def shuffled(
    things: Iterable[_One], name: Callable[[_One], str], *parts: str | int
) -> list[_One]:
    """Put things into random order, whatever order they come in."""
    return sorted(things, key=lambda each: (number(*parts, name(each)), name(each)))
