"""Positions in a document, and what editors count them in.

Inside Hexai a position counts code points, so that it is an index of a `str`. Editors
count UTF-8 bytes, UTF-16 units or code points, as agreed on at the start. The two meet
here, one line at a time. An offset beyond the line is its end, and one inside of a
character is its beginning, as the protocol has it.
"""

from enum import StrEnum

from msgspec import Struct


class Position(Struct, frozen=True, order=True):
    """A place between two characters of a document."""

    line: int
    """From 0."""
    character: int
    """Code points from the beginning of the line."""


class Span(Struct, frozen=True):
    """What lies between two positions, `start` not after `end`."""

    start: Position
    end: Position


class Encoding(StrEnum):
    """What an editor counts in."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


def to_units(line: str, character: int, encoding: Encoding) -> int:
    """Count the units of the first `character` code points of a line."""
    return count_units(line[:character], encoding)


def to_character(line: str, units: int, encoding: Encoding) -> int:
    """Give the code points that make up the first `units` units of a line."""
    if encoding is Encoding.UTF32 or line.isascii():
        return min(units, len(line))
    counted = 0
    for index, character in enumerate(line):
        counted += count_units(character, encoding)
        if counted > units:
            return index
    return len(line)


def count_units(text: str, encoding: Encoding) -> int:
    """Count the units of a text; a lone surrogate counts as what replaces it."""
    if encoding is Encoding.UTF32 or text.isascii():
        return len(text)
    if encoding is Encoding.UTF16:
        return len(text) + sum(character > "\uffff" for character in text)
    return sum(
        1 + (character > "\x7f") + (character > "\u07ff") + (character > "\uffff")
        for character in text
    )
