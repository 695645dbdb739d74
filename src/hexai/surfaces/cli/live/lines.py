"""Lines of an answer and the rows that they break into; pure.

A line is what a writer wrote between two breaks; a row is what one line of a cell
holds of it. Lines know how to break anew at another width, so a resized window shows
everything that is not printed yet as if it had always been so wide.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Protocol

from msgspec import Struct

from hexai.surfaces.cli.live.rows import Piece, styled_row
from hexai.text.cells import is_plain, width, wrap

_NARROWEST = 8
"""Cells that a text keeps beside what stands before it; else that goes."""

Pieces = tuple[Piece, ...]


class Line(Protocol):
    """One line of an answer."""

    @property
    def continues(self) -> bool:
        """Whether it goes on where the line before it stopped, in the same row."""

    @property
    def ends(self) -> bool:
        """Whether it is over: what comes next cannot go on in its last row."""

    def rows(self, cells: int) -> "list[Row]":
        """Break it into rows of at most so many cells."""


class Row(Struct, frozen=True, eq=False):
    """One row of a line."""

    line: Line
    before: Pieces
    """What stands before the text."""
    body: Pieces
    """The part of the line's text; blanks at its end may hang over the edge."""
    pieces: Pieces
    """All that is to be drawn."""
    is_first: bool
    """Whether what a writer wrote between two breaks begins with it."""

    @classmethod
    def of(
        cls, line: Line, before: Pieces, body: Pieces, *, is_first: bool = False
    ) -> "Row":
        """Make a row of a line."""
        return cls(line, before, body, before + stripped(body), is_first)


class TextLine(Struct, frozen=True, kw_only=True, eq=False):
    """A line of text in any styles, wrapped at words."""

    body: Pieces = ()
    first: Pieces = ()
    """What stands before its first row, as the mark of a list."""
    hang: Pieces = ()
    """What stands before every other, as wide as `first`."""
    continues: bool = False
    ends: bool = True

    def rows(self, cells: int) -> list[Row]:
        """Wrap it at words."""
        before = pieces_width(self.first) if self.first else 0
        first, hang = self.first, self.hang
        if before and cells - before < _NARROWEST:
            first = hang = ()
            before = 0
        wrapped = wrap_pieces(self.body, cells - before)
        rows = [Row.of(self, first, wrapped[0], is_first=not self.continues)]
        rows += [Row.of(self, hang, body) for body in wrapped[1:]]
        return rows

    @classmethod
    def of(cls, rows: "Sequence[Row]") -> "TextLine":
        """Join rows of one text again."""
        line, before = rows[-1].line, rows[0].line
        first = hang = rows[0].before
        if isinstance(before, TextLine):
            first, hang = before.first, before.hang
        return cls(
            body=merged(piece for row in rows for piece in row.body),
            first=first if rows[0].is_first else hang,
            hang=hang,
            ends=line.ends,
        )

    def after(self, row: Row) -> "TextLine":
        """Go on in the last row of the line before."""
        before = TextLine.of([row])
        return TextLine(
            body=merged((*before.body, *self.body)),
            first=before.first,
            hang=before.hang,
            continues=not row.is_first,
            ends=self.ends,
        )


def merged(pieces: Iterable[Piece]) -> Pieces:
    """Join neighbours of one style, and leave out what is empty."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].sgr == piece.sgr:
            joined[-1] = Piece(joined[-1].text + piece.text, piece.sgr)
        elif piece.text:
            joined.append(piece)
    return tuple(joined)


@lru_cache(maxsize=512)
def pieces_width(pieces: Pieces) -> int:
    """Count the cells of pieces side by side."""
    return sum([width(piece.text) for piece in pieces])


def drawn(pieces: Pieces) -> str:
    """Draw pieces on a line of their own, however long it is."""
    return styled_row([pieces], [pieces_width(pieces)])


def stripped(pieces: Pieces) -> Pieces:
    """Leave out the blanks at the end."""
    if not pieces or not pieces[-1].text.endswith(" "):
        return pieces
    text = pieces[-1].text.rstrip(" ")
    rest = pieces[:-1]
    return (*rest, Piece(text, pieces[-1].sgr)) if text else stripped(rest)


def wrap_pieces(body: Sequence[Piece], cells: int) -> list[Pieces]:
    """Break pieces into rows of at most so many cells, at words where that can be.

    Only a text in one style may hold tabs.
    """
    if not body:
        return [()]
    text = body[0].text if len(body) == 1 else "".join([each.text for each in body])
    if len(text) <= cells and is_plain(text):
        return [tuple(body)]
    if len(body) == 1:
        return [(Piece(row, body[0].sgr),) for row in wrap(text, cells)]
    return [tuple(row) for row in _cut(body, map(len, wrap(text, cells)))]


def _cut(body: Sequence[Piece], lengths: Iterable[int]) -> Iterator[list[Piece]]:
    """Cut pieces after so many characters, again and again."""
    pieces = iter(body)
    rest: Piece | None = None
    for length in lengths:
        row: list[Piece] = []
        room = length
        while room > 0:
            piece = rest or next(pieces, Piece(" " * room))
            rest = None
            if len(piece.text) > room:
                rest = Piece(piece.text[room:], piece.sgr)
                piece = Piece(piece.text[:room], piece.sgr)
            row.append(piece)
            room -= len(piece.text)
        yield row


class Source(Protocol):
    """Makes lines of the text of an answer as it comes."""

    def bite(self, text: str) -> str:
        """Give as much of a text as it takes in about a hundredth of a second."""

    @property
    def waits(self) -> bool:
        """Whether it can go on only once something is loaded; what comes is kept."""

    @property
    def has_waited(self) -> bool:
        """Whether there is something to draw of what it has taken, once it is."""

    def feed(self, text: str) -> list[Line]:
        """Take the next piece, free of what acts; give the lines that are for good."""

    def open(self) -> list[Line]:
        """Give what follows those, as it would be if the text ended here."""

    def end(self) -> list[Line]:
        """Give what is left, for good: the text is over."""


class PlainSource:
    """Leaves text as it was written."""

    waits = has_waited = False

    def __init__(self) -> None:
        self._in_line = False

    def bite(self, text: str) -> str:
        """Give what is wrapped quickly."""
        return text[:60_000]

    def feed(self, text: str) -> list[Line]:
        """Give each line; one that is not over may be continued by the next."""
        *ended, rest = text.split("\n")
        lines: list[Line] = []
        for part in ended:
            lines.append(self._line(part, ends=True))
            self._in_line = False
        if rest:
            lines.append(self._line(rest, ends=False))
            self._in_line = True
        return lines

    def open(self) -> list[Line]:
        """Give nothing: every line is told."""
        return []

    def end(self) -> list[Line]:
        """Close the last line."""
        line: list[Line] = [self._line("", ends=True)] if self._in_line else []
        self._in_line = False
        return line

    def _line(self, text: str, *, ends: bool) -> TextLine:
        body = (Piece(text),) if text else ()
        return TextLine(body=body, continues=self._in_line, ends=ends)
