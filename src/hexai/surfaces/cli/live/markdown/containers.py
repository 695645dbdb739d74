"""Quotes and items of lists, as far as they are open: what Markdown stands in; pure.

A block inside containers can be read without what stood before it, if the containers
are opened anew: that is all that a reader of Markdown remembers of closed blocks. So
each container here can write the shortest line that opens it: its mark, in its place,
and a heading, which is over at the end of its line.
"""

import re
from functools import lru_cache

from msgspec import Struct

ITEM = re.compile(r"( *)([-+*]|\d{1,9}[.)])( *)")
_QUOTE = re.compile(r" *> ?")
_PLACEHOLDER = "# x"
_WIDEST_GAP = 4
"""Blanks between a mark and its text; with more, the text is indented code."""


class Container(Struct, frozen=True, eq=False):
    """A quote, or one item of a list."""

    marker: str
    """As it was written: `>`, `-`, `3.`"""
    indent: int = 0
    """Blanks before it; for an item those of the first of its list, if they can be."""
    width: int = 0
    """At which column of its place the text of an item begins."""
    number: int | None = None
    """The number of an item, by counting."""
    is_empty: bool = False
    """Whether it is over without a text: then nothing further can be in it."""
    is_quote: bool = False
    """Whether it is no item of a list."""

    @property
    def prefix(self) -> str:
        """What a line in it begins with."""
        return "> " if self.is_quote else " " * self.width

    @property
    def opening(self) -> str:
        """The shortest line that opens it."""
        if self.is_quote:
            return f"> {_PLACEHOLDER}"
        mark = " " * self.indent + self.marker
        if self.is_empty:
            return mark
        return f"{mark.ljust(self.width)}{_PLACEHOLDER}"

    def inside(self, line: str, *, opens: bool) -> str:
        """Give what a line holds of what is in the container."""
        if self.is_quote:
            mark = _QUOTE.match(line)
            return line[mark.end() :] if mark else line.lstrip()
        if opens or not line[: self.width].strip():
            return line[self.width :]
        return line.lstrip()


Path = tuple[Container, ...]


def quote() -> Container:
    """Open a quote."""
    return Container(marker=">", is_quote=True)


def item(line: str, *, number: int | None, list_indent: int | None) -> Container:
    """Open the item that a line begins with.

    Where the first item of a list stood says which lines are further items.
    """
    mark = ITEM.match(line)
    assert mark is not None, "the parser has seen an item here"
    gap = len(mark[3]) if mark.end() < len(line) else 1
    indent, marker = len(mark[1]), mark[2]
    width = indent + len(marker) + (gap if 1 <= gap <= _WIDEST_GAP else 1)
    own = indent if list_indent is None else list_indent
    if not 1 <= width - own - len(marker) <= _WIDEST_GAP:
        own = indent
    return Container(marker=marker, indent=own, width=width, number=number)


class Items(Struct):
    """The items of a list as far as they are read."""

    number: int | None
    """The number of the next."""
    indent: int | None = None
    """Blanks before the first of them."""

    def count(self, container: Container) -> None:
        """Take the next item."""
        if self.number is not None and container.number is not None:
            self.number = container.number + 1
        if self.indent is None:
            self.indent = container.indent


@lru_cache(maxsize=64)
def context(path: Path) -> tuple[str, ...]:
    """Write the lines that open these containers, one a line."""
    return tuple(
        prefix_of(path[:depth]) + container.opening
        for depth, container in enumerate(path)
    )


def prefix_of(path: Path) -> str:
    """Write what a line within these containers begins with."""
    return "".join([container.prefix for container in path])


def shared(one: Path, other: Path) -> int:
    """Count the containers that both are in."""
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine is not theirs:
            break
        count += 1
    return count
