"""A caret: where somebody types, a position followed through a document's changes.

Editors do not say where the cursor is. But the document says what was typed: as long
as it is the text at the start with something inserted at the start's position, that is
what was typed, and the cursor is behind it. Looking at both texts, and not at one
change after the other, is what makes this sound: whether the editor sends a change for
each key or for all keys of 150 ms, whether something was deleted on the way or not, the
answer is the same.

An editor that closes brackets by itself inserts `()` for a typed `(`, and leaves the
cursor between the two. It could be after them as well, if somebody typed both. So both
count until a request or the next change shows which it is.
"""

from hexai.text.lines import Lines, TextChange, with_newlines
from hexai.text.pairs import CLOSERS
from hexai.text.positions import Position, Span


class Caret:
    """A position, and what was typed there since."""

    def __init__(self, lines: Lines, position: Position) -> None:
        self.start = position
        """Where it began, a position of all texts since."""
        self._before = lines
        self.lines = lines
        """The text as it is now."""
        self._same_above = self._same_below = len(lines)
        self._raw = ""
        """What was typed, as it stands in the document."""
        self._closed = ""
        """What the editor may have added behind it to close a bracket."""

    @property
    def typed(self) -> str:
        """What was typed since the start; its lines end with a newline."""
        return with_newlines(self._raw)

    @property
    def position(self) -> Position:
        """Where it is now."""
        return advance(self.start, self._raw)

    def follow(self, change: TextChange) -> bool:
        """Take a change of the document; says whether it is still the same place."""
        self.lines = change.after
        self._same_above = min(self._same_above, change.above)
        self._same_below = min(self._same_below, change.below)
        both = TextChange(
            before=self._before,
            after=change.after,
            above=self._same_above,
            below=self._same_below,
        )
        raw = both.typed_at(self.start)
        if raw is None:
            return False
        if not raw.endswith(self._closed):
            self._closed = ""
        body = raw.removesuffix(self._closed)
        added = _closed_by(body[len(self._raw) :])
        self._raw = body.removesuffix(added)
        self._closed = added + self._closed
        return True

    def is_at(self, position: Position) -> bool:
        """Tell whether the cursor is at a position; settles where brackets leave it."""
        if position == self.position:
            return True
        beyond = self._raw + self._closed
        if self._closed and position == advance(self.start, beyond):
            self._raw, self._closed = beyond, ""
            return True
        return False

    def since(self, position: Position) -> str:
        """Give what lies between an earlier position and the start."""
        return with_newlines(self._before.slice(Span(position, self.start)))


def advance(start: Position, text: str) -> Position:
    """Give the position behind a text that was inserted at `start`."""
    end = Lines.of(text).end
    if not end.line:
        return Position(start.line, start.character + end.character)
    return Position(start.line + end.line, end.character)


def _closed_by(typed: str) -> str:
    """Give the end of a text that an editor may have added to close its brackets."""
    for count in range(len(typed) // 2, 0, -1):
        openers = reversed(typed[-2 * count : -count])
        if all(map(_closes, openers, typed[-count:])):
            return typed[-count:]
    return ""


def _closes(opener: str, closer: str) -> bool:
    return CLOSERS.get(opener) == closer
