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
    out: list[str] = []
    at = edge = 0
    for position, (pieces, room) in enumerate(zip(cells, widths, strict=True)):
        if position:
            out.append(" " * (edge - at) + separator)
            at = edge + len(SEPARATOR)
        edge = at + room
        for piece in pieces:
            text, sgr = piece.text, piece.sgr
            if len(text) <= edge - at and is_plain(text):
                at += len(text)
            else:
                text = truncate(text, edge - at)
                text, at = _placed(text, at), at + width(text)
            out.append(f"\x1b[{sgr}m{text}\x1b[m" if sgr else text)
    return "".join(out).rstrip(" ")


def _placed(text: str, at: int) -> str:
    """Put the cursor right behind all that may be wider, or less wide, than it is."""
    out: list[str] = []
    for grapheme in graphemes(text):
        at += grapheme_width(grapheme)
        out.append(grapheme)
        if not is_certain(grapheme):
            out.append(f"\x1b[{at + 1}G")
    return "".join(out)
