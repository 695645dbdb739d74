"""Passages and prompts of a document, found again after edits around them."""

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

from hexai.surfaces.lsp.documents import Document
from hexai.text.lines import Lines, Position, Span, TextChange


class Passage:
    """A span and the text that it holds, which moves with the text around it.

    It is lost once its own text has changed, even if that is taken back: whoever edits
    there has something else in mind by then.
    """

    def __init__(self, lines: Lines, span: Span) -> None:
        self.text = lines.slice(span)
        self.span: Span | None = span
        """Where it is now; None: it is lost."""
        self.uri = ""
        """The document that it is in while it is followed; one may move."""

    def follow(self, change: TextChange) -> None:
        """Move with a change of the document."""
        if self.span is not None:
            moved = _moved(self.span, change)
            holds = moved is not None and change.after.slice(moved) == self.text
            self.span = moved if holds else None


class Passages:
    """The passages that somebody wants to find again; follows the documents."""

    def __init__(self) -> None:
        self._passages: list[Passage] = []

    @contextmanager
    def following(self, uri: str, passage: Passage) -> Iterator[None]:
        """Have a passage of an open document move with it while the context is open."""
        passage.uri = uri
        self._passages.append(passage)
        try:
            yield
        finally:
            self._passages.remove(passage)

    def opened(self, document: Document) -> None:
        """Do nothing: what was followed before was lost as the document was closed."""

    def changed(self, document: Document, change: TextChange) -> None:
        """Move all passages of a document."""
        for passage in self._of(document.uri):
            passage.follow(change)

    def moved(self, uri: str, document: Document) -> None:
        """Go on in a document that has another name now, or another language."""
        for passage in self._of(uri):
            passage.uri = document.uri

    def closed(self, uri: str) -> None:
        """Lose all passages of a document."""
        for passage in self._of(uri):
            passage.span = None

    def _of(self, uri: str) -> list[Passage]:
        return [each for each in self._passages if each.uri == uri]


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


class Anchor(Struct, frozen=True, kw_only=True):
    """Where a prompt stands, which moves with the text above it.

    If its own lines were touched, it is looked for among what that change brought: text
    that is moved goes and comes in one change, while a line of the same words elsewhere
    is another prompt.
    """

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
