"""What the user has typed, told apart from text that came otherwise.

Only what is typed may start a request. Files full of markers are opened, reloaded,
checked out and pasted, and models write markers too. The editor does not say how a text
came, but typing has a form: something goes in within one line, perhaps with the line
break after it. A change that shows an edit of ours is not typed, whatever its form.
Nor is one that undoes such an edit, or does again what led to it: it brings back, in
one go, the text that the edit was made of.
"""

from collections import deque

from msgspec import Struct

from hexai.text.lines import Lines, TextChange

_REMEMBERED = 64
"""Texts that edits of ours were made of, for each document."""


class Typed(Struct, frozen=True, kw_only=True):
    """Characters that came into one line."""

    line: int
    start: int
    end: int

    def has(self, column: int) -> bool:
        """Tell whether the character at a column is one of them."""
        return self.start <= column < self.end


def typed_in(change: TextChange) -> Typed | None:
    """Say what was typed in a change; None if it has another form."""
    edit = change.smallest()
    assert edit.span is not None
    start = edit.span.start
    inserted = Lines.of(edit.text)
    if edit.span.end.line != start.line or len(inserted) > 2:
        return None
    if len(inserted) == 2 and inserted.line(1).strip():
        return None  # what follows the break is more than indentation
    first = inserted.line(0)
    if not first:
        return None
    return Typed(
        line=start.line, start=start.character, end=start.character + len(first)
    )


class Typing:
    """Remembers the texts that edits were made of, so that undoing is no typing."""

    def __init__(self) -> None:
        self._edited: dict[str, deque[int]] = {}

    def edited(self, uri: str, before: Lines) -> None:
        """Take note of a text that an edit of ours has just changed."""
        texts = self._edited.setdefault(uri, deque(maxlen=_REMEMBERED))
        texts.append(hash(before.raw))

    def brings_back(self, uri: str, typed: Typed, after: Lines) -> bool:
        """Tell whether a change made a text again that was there before an edit.

        A single character is always typed: so the same is asked once more.
        """
        texts = self._edited.get(uri, ())
        return typed.end - typed.start > 1 and hash(after.raw) in texts

    def closed(self, uri: str) -> None:
        """Forget a document."""
        self._edited.pop(uri, None)
