"""A list of suggestions as it went out: what it was made for, and what it held."""

from msgspec import Struct

from hexai.text.lines import Lines, compare, with_newlines
from hexai.text.positions import Position


class Item(Struct, frozen=True, kw_only=True):
    """A suggestion in a list."""

    by: tuple[int, ...]
    """The contenders that gave it."""
    text: str
    """What it puts in behind the cursor."""
    after: Lines
    """The document with it taken."""


class Listed(Struct, frozen=True, kw_only=True):
    """A list as it went out."""

    lines: Lines
    """The document that it was made for."""
    position: Position
    """Where the cursor was."""
    items: tuple[Item, ...]
    """As shown, from top to bottom."""
    at: float
    """When it went out, by the loop's clock."""

    def typed(self, lines: Lines) -> str | None:
        """Give what was typed since it went out; None if something else was done."""
        typed = compare(self.lines, lines).typed_at(self.position)
        return None if typed is None else with_newlines(typed)
