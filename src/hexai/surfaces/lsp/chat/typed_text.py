"""What the user has typed, told apart from text that came otherwise.

Only what is typed may start a request. Files full of markers are opened, reloaded,
checked out and pasted, and models write markers too. The editor does not say how a text
came, but typing has a form: what goes in stands on one line. Around it there may be the
break by which that line was opened, and the one after it with what the editor begins
the next line with. A change that shows an edit of ours is not typed, whatever its form.
Nor is one that undoes or redoes such an edit, or does again what led to it: it brings
back, in one go, a text as it was before or after the edit.
"""

from collections import deque

from msgspec import Struct

from hexai.text.lines import Lines, TextChange

_BREAKS = 2
"""Breaks behind what is typed: its own line's, and one more."""
_REMEMBERED = 64
"""Texts before and after edits of ours, for each document."""


class TypedText(Struct, frozen=True, kw_only=True):
    """Characters that came into one line."""

    line: int
    start: int
    end: int

    def has(self, column: int) -> bool:
        """Tell whether the character at a column is one of them."""
        return self.start <= column < self.end


def typed_in(change: TextChange) -> TypedText | None:
    """Say what was typed in a change; None if it has another form."""
    edit = change.smallest()
    assert edit.span is not None
    line, column = edit.span.start.line, edit.span.start.character
    if edit.span.end.line != line:
        return None
    inserted = Lines.of(edit.text)
    first, *rest = inserted.between(0, len(inserted))
    if not first and rest:
        line, column = line + 1, 0
        first, *rest = rest
    is_followed = any(not _is_begun(each, change.after.line(line)) for each in rest)
    if not first or len(rest) > _BREAKS or is_followed:
        return None
    return TypedText(line=line, start=column, end=column + len(first))


def _is_begun(text: str, above: str) -> bool:
    """Tell whether a line is only begun: by blanks, and the sign of a comment."""
    sign = text.strip()
    return not any(map(str.isalnum, sign)) and above.lstrip().startswith(sign)


class OwnEdits:
    """Remembers the texts around edits of ours: undoing these is no typing."""

    def __init__(self) -> None:
        self._edited: dict[str, deque[int]] = {}

    def edited(self, uri: str, change: TextChange) -> None:
        """Take note of a change that shows an edit of ours."""
        texts = self._edited.setdefault(uri, deque(maxlen=_REMEMBERED))
        texts.extend((hash(change.before.raw), hash(change.after.raw)))

    def brings_back(self, uri: str, typed: TypedText, after: Lines) -> bool:
        """Tell whether a change made a text again that an edit began or ended with.

        A single character is always typed: so the same is asked once more.
        """
        texts = self._edited.get(uri, ())
        return typed.end - typed.start > 1 and hash(after.raw) in texts

    def closed(self, uri: str) -> None:
        """Forget a document."""
        self._edited.pop(uri, None)
