"""What the user did with a list, and what an edit right after it leaves of that."""

from msgspec import Struct

from hexai.domain.choice import Choice, Method
from hexai.text.lines import (
    Lines,
    Replacement,
    TextChange,
    compare,
    walk,
    with_newlines,
)
from hexai.text.positions import Position, Span


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
