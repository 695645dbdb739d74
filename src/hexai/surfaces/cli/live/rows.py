"""One line of a live view: cells side by side that stay aligned on every terminal.

Terminals disagree about the width of rare graphemes: a family of emoji is two cells on
one and eight on another. So after each grapheme whose width is not certain the cursor
is put where we count it to be: the worst that can happen is that a part of it is drawn
over.
"""

from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from hexai.text.cells import (
    grapheme_width,
    graphemes,
    is_certain,
    is_plain,
    truncate,
    width,
)

SEPARATOR = " │ "
DIM_SEPARATOR = " \x1b[2m│\x1b[m "
"""The same where there are colours."""


class Piece(Struct, frozen=True, gc=False):
    """A part of a cell that is drawn in one style."""

    text: str
    sgr: str = ""
    """The parameters of a colour sequence of ours; empty for none."""


def row(
    cells: Sequence[Sequence[Piece]], widths: Sequence[int], separator: str = SEPARATOR
) -> str:
    """Draw cells side by side, each cut to its width, quickly if they were before."""
    return _row(tuple(map(tuple, cells)), tuple(widths), separator)


@lru_cache(maxsize=512)
def _row(
    cells: tuple[tuple[Piece, ...], ...], widths: tuple[int, ...], separator: str
) -> str:
    return styled_row(cells, widths, separator)


def styled_row(
    cells: Sequence[Sequence[Piece]], widths: Sequence[int], separator: str = SEPARATOR
) -> str:
    """Draw cells side by side, each cut to its width; the last is not filled up.

    `separator` is drawn between them, and fills three cells.
    """
    line = _DrawnLine()
    for position, (pieces, room) in enumerate(zip(cells, widths, strict=True)):
        if position:
            line.part(separator)
        line.open(room)
        for piece in pieces:
            line.add(piece, line.left)
    return line.drawn()


class _DrawnLine:
    """A line as far as it is drawn."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._at = 0
        self._edge = 0

    @property
    def left(self) -> int:
        """How many cells the open cell still has."""
        return self._edge - self._at

    def open(self, room: int) -> None:
        """Begin a cell."""
        self._edge = self._at + room

    def add(self, piece: Piece, room: int) -> None:
        """Draw a piece, cut to its room."""
        text = piece.text
        if is_plain(text) and len(text) <= room:
            body = text
            self._at += len(text)
        else:
            text = truncate(text, room)
            body = self._placed(text)
            self._at += width(text)
        self._out.append(f"\x1b[{piece.sgr}m{body}\x1b[m" if piece.sgr else body)

    def part(self, separator: str) -> None:
        """Blank the rest of the open cell, and draw what stands beside it."""
        self._out.append(" " * self.left + separator)
        self._at = self._edge + len(SEPARATOR)

    def _placed(self, text: str) -> str:
        out: list[str] = []
        at = self._at
        for grapheme in graphemes(text):
            at += grapheme_width(grapheme)
            out.append(grapheme)
            if not is_certain(grapheme):
                out.append(f"\x1b[{at + 1}G")
        return "".join(out)

    def drawn(self) -> str:
        """Give the whole line, without blanks at its end."""
        return "".join(self._out).rstrip(" ")
