"""Passages of a document, found again after edits elsewhere in it.

A passage moves with the text around it. It is lost once its own text has changed, even
if that is taken back: whoever edits there has something else in mind by then.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from hexai.surfaces.lsp.editor.document import Document
from hexai.text.lines import Lines, TextChange
from hexai.text.positions import Position, Span


class Passage:
    """A span and the text that it holds."""

    def __init__(self, lines: Lines, span: Span) -> None:
        self.text = lines.slice(span)
        self.span: Span | None = span
        """Where it is now; None: it is lost."""

    def follow(self, change: TextChange) -> None:
        """Move with a change of the document."""
        if self.span is not None:
            moved = _moved(self.span, change)
            holds = moved is not None and change.after.slice(moved) == self.text
            self.span = moved if holds else None


class Passages:
    """The passages that somebody wants to find again; follows the documents."""

    def __init__(self) -> None:
        self._passages: dict[str, list[Passage]] = {}

    @contextmanager
    def following(self, uri: str, passage: Passage) -> Iterator[None]:
        """Have a passage of an open document move with it while the context is open."""
        passages = self._passages.setdefault(uri, [])
        passages.append(passage)
        try:
            yield
        finally:
            passages.remove(passage)

    def opened(self, document: Document) -> None:
        """Do nothing: what was followed before was lost as the document was closed."""

    def changed(self, document: Document, change: TextChange) -> None:
        """Move all passages of a document."""
        for passage in self._passages.get(document.uri, ()):
            passage.follow(change)

    def closed(self, uri: str) -> None:
        """Lose all passages of a document."""
        for passage in self._passages.pop(uri, ()):
            passage.span = None


def _moved(span: Span, change: TextChange) -> Span | None:
    """Say where a span is, if nothing in it was touched.

    Whole lines tell it without doubt. Within a line the smallest edit has to be found,
    and of equal characters nobody knows which ones were inserted.
    """
    if span.end.line < change.above:
        return span
    if span.start.line >= len(change.before) - _same_below(change):
        by = len(change.after) - len(change.before)
        start, end = span.start, span.end
        return Span(
            Position(start.line + by, start.character),
            Position(end.line + by, end.character),
        )
    moved = change.moved(span.start)
    if moved is None:
        return None
    lines = span.end.line - span.start.line
    right = 0 if lines else moved.character - span.start.character
    return Span(moved, Position(moved.line + lines, span.end.character + right))


def _same_below(change: TextChange) -> int:
    """Count all lines at the end that are the same, the one an edit ends at too."""
    before, after = change.before.raw, change.after.raw
    most = min(len(before), len(after)) - change.above
    below = change.below
    while below < most and before[-below - 1] == after[-below - 1]:
        below += 1
    return below
