"""Tables: columns as wide as their first rows want, narrower where they do not fit."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby, zip_longest

from msgspec import Struct

from hexai.surfaces.cli.live.header import DIM
from hexai.surfaces.cli.live.lines import (
    Pieces,
    Row,
    TextLine,
    pieces_width,
    stripped,
    wrap_pieces,
)
from hexai.surfaces.cli.live.rows import SEPARATOR, Piece
from hexai.text.cells import graphemes, width

MOST_ROWS = 10
"""Rows of a table by which its widths are fixed."""
_NARROWEST = 3
"""Cells of a column below which nothing in it can be read."""


class TableShape(Struct, frozen=True, kw_only=True, eq=False):
    """The columns of a table, fixed before its first row is for good."""

    natural: tuple[int, ...]
    """How many cells the texts of each column want."""
    sides: tuple[str, ...]
    rows: Sequence[Sequence[Pieces]]
    """The rows that it is fixed by."""

    def fitted(self, cells: int) -> tuple[int, ...] | None:
        """Give each column its share of so many cells; None if there are too few."""
        room = cells - len(SEPARATOR) * (len(self.natural) - 1)
        if room < _NARROWEST * len(self.natural):
            return None
        return self.natural if sum(self.natural) <= room else _narrowed(self, room)


@lru_cache(maxsize=64)
def _narrowed(shape: TableShape, room: int) -> tuple[int, ...]:
    """Let the widest columns give way first, all down to the same width.

    None becomes narrower than its longest word, if the words fit side by side.
    """
    columns = zip_longest(*shape.rows)
    words = [
        min(natural, max(map(_longest_word, column)))
        for natural, column in zip(shape.natural, columns, strict=False)
    ]
    fits = sum(words) <= room
    wanted, least = (shape.natural, words) if fits else (words, [0] * len(words))
    enough, most = _NARROWEST, room
    while enough < most:
        tried = (enough + most + 1) // 2
        if sum(_at_most(tried, wanted, least)) <= room:
            enough = tried
        else:
            most = tried - 1
    return _at_most(enough, wanted, least)


def _at_most(most: int, wanted: Sequence[int], least: Sequence[int]) -> tuple[int, ...]:
    pairs = zip(wanted, least, strict=True)
    return tuple([max(low, min(high, most)) for high, low in pairs])


def _longest_word(cell: Pieces | None) -> int:
    """Count the cells of the longest word, which may end beside what is wide."""
    words = "".join([piece.text for piece in cell or ()]).split()
    runs = (
        (is_wide, len([*run]))
        for word in words
        for is_wide, run in groupby(graphemes(word), lambda each: width(each) > 1)
    )
    return max((2 if is_wide else length for is_wide, length in runs), default=0)


def shape_of(rows: Sequence[Sequence[Pieces]], sides: Sequence[str]) -> TableShape:
    """Make columns as wide as these rows want them."""
    columns = zip_longest(*rows, fillvalue=())
    natural = [max(2, *(pieces_width(cell) for cell in column)) for column in columns]
    count = len(sides)
    return TableShape(natural=tuple(natural[:count]), sides=tuple(sides), rows=rows)


class TableLine(Struct, frozen=True, kw_only=True, eq=False):
    """One row of a table, or, without cells, the rule below its header."""

    shape: TableShape
    cells: tuple[Pieces, ...] = ()
    first: Pieces = ()
    hang: Pieces = ()
    colour: bool = False
    continues: bool = False
    ends: bool = True

    def rows(self, cells: int) -> list[Row]:
        """Wrap each cell into its column; too many columns become a text."""
        widths = self.shape.fitted(cells - pieces_width(self.first))
        if widths is None:
            return self._as_text().rows(cells)
        if not self.cells:
            rule = "─┼─".join("─" * each for each in widths)
            return [self._row([Piece(rule, self._dim)], is_first=True)]
        columns = [
            wrap_pieces(cell, max(2, room))
            for cell, room in zip(self.cells, widths, strict=False)
        ]
        rows = zip_longest(*columns, fillvalue=())
        return [
            self._row(self._side_by(row, widths), is_first=number == 0)
            for number, row in enumerate(rows)
        ]

    def _row(self, pieces: Sequence[Piece], *, is_first: bool) -> Row:
        before = self.first if is_first else self.hang
        return Row.of(self, before, tuple(pieces), is_first=is_first)

    @property
    def _dim(self) -> str:
        return DIM if self.colour else ""

    def _side_by(self, row: Sequence[Pieces], widths: Sequence[int]) -> list[Piece]:
        pieces: list[Piece] = []
        for cell, room, side in zip(row, widths, self.shape.sides, strict=False):
            if pieces:
                pieces.append(Piece(SEPARATOR, self._dim))
            shown = stripped(cell)
            left, right = _margins(side, room - pieces_width(shown))
            if left:
                pieces.append(Piece(" " * left))
            pieces += shown
            if right:
                pieces.append(Piece(" " * right))
        return pieces

    def _as_text(self) -> TextLine:
        body: list[Piece] = []
        for cell in self.cells:
            body += [Piece(SEPARATOR, self._dim)] if body else []
            body += cell
        return TextLine(body=tuple(body), first=self.first, hang=self.hang)


def _margins(side: str, free: int) -> tuple[int, int]:
    free = max(0, free)
    if side == "right":
        return free, 0
    return (free // 2, free - free // 2) if side == "center" else (0, free)
