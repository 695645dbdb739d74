"""A prompt in a document, found again after whatever is edited around it.

It moves with the text above it. If its own lines were touched, it is looked for among
what that change brought: text that is moved goes and comes in one change, while a line
of the same words elsewhere is another prompt. It is gone when none of them has its
text any more.
"""

from collections.abc import Iterator

from msgspec import Struct

from hexai.text.lines import Lines, TextChange
from hexai.text.positions import Position


class Anchor(Struct, frozen=True, kw_only=True):
    """Where a prompt stands."""

    line: int
    text: str
    """The prompt with its markers."""
    heads_line: bool
    """Nothing but blanks stands left of it."""

    def column(self, lines: Lines) -> int | None:
        """Give the column where it begins on its line; None if it is not there."""
        return self._find(lines.line(self.line))

    def follow(self, change: TextChange) -> "Anchor | None":
        """Give it as it is after a change; None if it is gone."""
        for number in self._candidates(change):
            if self._find(change.after.line(number)) is not None:
                return Anchor(line=number, text=self.text, heads_line=self.heads_line)
        return None

    def _find(self, line: str) -> int | None:
        if not self.heads_line:
            column = line.find(self.text)
            return None if column < 0 else column
        blanks = len(line) - len(line.lstrip())
        return blanks if line.startswith(self.text, blanks) else None

    def _candidates(self, change: TextChange) -> Iterator[int]:
        """Give the lines to look at, the likeliest first."""
        column = self.column(change.before)
        moved = change.moved(Position(self.line, column or 0))
        near = self.line if moved is None else moved.line
        if moved is not None:
            yield near
        touched = range(change.above, len(change.after) - change.below)
        yield from sorted(touched, key=lambda number: abs(number - near))
