"""A list of suggestions as it went out: what it was made for, and what it held."""

from msgspec import Struct

from hexai.text.lines import Lines, compare, with_newlines
from hexai.text.positions import Position, Span


class Item(Struct, frozen=True, kw_only=True):
    """A suggestion in a list."""

    by: tuple[int, ...]
    """The contenders that gave it."""
    text: str
    """What it puts in behind the cursor."""
    after: Lines
    """The document with it taken."""
    begins: int = 0
    """The line in which it goes in."""

    def is_in(self, lines: Lines) -> bool:
        """Tell whether a document is that with it taken, however it was indented."""
        if self.after == lines:
            return True
        ends = self.begins + self.text.count("\n") + 1
        mine, theirs = self.after.raw, lines.raw
        if ends == self.begins + 1 or len(mine) != len(theirs):
            return False
        if mine[: self.begins + 1] != theirs[: self.begins + 1]:
            return False
        within = zip(mine[:ends], theirs[:ends], strict=True)
        stripped = (one.strip() == other.strip() for one, other in within)
        return mine[ends:] == theirs[ends:] and all(stripped)


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
    asked: bool = True
    """Whether a person may have asked for it, not the editor alone after an accept."""

    def typed(self, lines: Lines) -> str | None:
        """Give what was typed since it went out; None if something else was done."""
        typed = compare(self.lines, lines).typed_at(self.position)
        return None if typed is None else with_newlines(typed)

    def until(self, later: "Listed") -> str:
        """Give what stands between its position and that of a later list."""
        if later.position < self.position:
            return ""
        return with_newlines(later.lines.slice(Span(self.position, later.position)))
