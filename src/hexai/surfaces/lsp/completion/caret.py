"""Where the cursor of an editor is that does not say so, and what was typed there."""

from hexai.text.lines import Lines, Position, Span, TextChange, with_newlines
from hexai.text.snippets import CLOSERS


class Caret:
    """A position, and what was typed there since.

    Editors do not say where the cursor is. But as long as the document is the text at
    the start with something inserted there, that is what was typed, and the cursor is
    behind it. Both texts are compared, not one change after the other, so it does not
    matter into how many changes the keys went, or what was deleted on the way.

    For a typed `(` some editors insert `()` and leave the cursor in between. Somebody
    may have typed both, so either place counts until a request or change shows which.
    """

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
