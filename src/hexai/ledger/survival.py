"""What the user did with a list, and how much of what was taken still stands; pure."""

from msgspec import Struct

from hexai.domain.record import Choice, Method
from hexai.text.lines import (
    Lines,
    Position,
    Replacement,
    Span,
    TextChange,
    compare,
    walk,
    with_newlines,
)


class Done(Struct, frozen=True, kw_only=True):
    """What the user did."""

    choice: Choice
    method: Method
    by: tuple[int, ...] = ()
    text: str = ""
    """What is in the document by it."""
    start: Position | None = None
    """Where that text began when it was decided."""

    def ends_at(self, lines: Lines, position: Position) -> bool:
        """Tell whether a position is where that text ends, and it is still there."""
        if self.start is None or walk(self.start, self.text) != position:
            return False
        return with_newlines(lines.slice(Span(self.start, position))) == self.text


def cut_tail(done: Done, before: Lines, change: TextChange) -> Done | None:
    """Say what is left of a taken text whose tail the next edit has cut; else None.

    `before` is the document right after it was taken.
    """
    if done.start is None or change.before != before:
        return None
    whole = Span(done.start, walk(done.start, done.text))
    without = before.change([Replacement(span=whole, text="")]).after
    kept = with_newlines(compare(without, change.after).typed_at(done.start) or "")
    if not kept or kept == done.text or not done.text.startswith(kept):
        return None
    return Done(
        choice=Choice.PARTLY,
        method=Method.INFERRED,
        by=done.by,
        text=kept,
        start=done.start,
    )


class Tracked:
    """A text in a document, followed through its changes.

    What is typed at either end of its range is outside of it; what replaces a part of
    it is inside, unless it also replaces what stands beside it. So text that was moved
    elsewhere does not count as there, and what was added in the middle counts against
    it.
    """

    def __init__(self, text: str, start: Position) -> None:
        """Track a text that stands at a position; line breaks are newlines."""
        self.text = text
        self.span = Span(start, walk(start, text))

    def follow(self, change: TextChange) -> None:
        """Move with a change."""
        edit = change.smallest()
        first, last = edit.span.start, edit.span.end
        start, end = self.span.start, self.span.end
        if last <= start:
            self.span = Span(
                _moved(start, last, first, edit.text),
                _moved(end, last, first, edit.text),
            )
        elif first < start:
            new = walk(first, edit.text)
            left = _moved(end, last, first, edit.text) if last < end else new
            self.span = Span(new, left)
        elif first < end:
            inside = last <= end
            left = _moved(end, last, first, edit.text) if inside else first
            self.span = Span(start, left)

    def standing(self, lines: Lines) -> str:
        """Give what stands in the range now."""
        return with_newlines(lines.slice(self.span))

    def share(self, lines: Lines) -> float:
        """Say how much of the text is left, from 0 to 1.

        1 less the Levenshtein distance, over the length of the longer text.
        """
        from rapidfuzz.distance import Levenshtein  # 5 ms, and rarely needed

        return float(Levenshtein.normalized_similarity(self.text, self.standing(lines)))


def _moved(position: Position, last: Position, first: Position, text: str) -> Position:
    """Give where a position is that stood at or behind the end of an edit."""
    end = walk(first, text)
    if position.line > last.line:
        return Position(position.line - last.line + end.line, position.character)
    return Position(end.line, position.character - last.character + end.character)
