"""Tables: columns as wide as their first rows want, narrower where they do not fit."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import zip_longest

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

MOST_ROWS = 10
"""Rows of a table by which its widths are fixed."""
_NARROWEST = 3
"""Cells of a column below which nothing in it can be read."""


class TableShape(Struct, frozen=True, kw_only=True):
    """The columns of a table, fixed before its first row is for good."""

    natural: tuple[int, ...]
    """How many cells the texts of each column want."""
    sides: tuple[str, ...]

    def fitted(self, cells: int) -> tuple[int, ...] | None:
        """Give each column its share of so many cells; None if there are too few."""
        return _fitted(self.natural, cells)


@lru_cache(maxsize=64)
def _fitted(widths: tuple[int, ...], cells: int) -> tuple[int, ...] | None:
    """Let the widest columns give way first, all down to the same width."""
    room = cells - len(SEPARATOR) * (len(widths) - 1)
    if room < _NARROWEST * len(widths):
        return None
    most = max(widths, default=0)
    left = sorted(widths)
    for place, natural in enumerate(left):
        share = room // (len(left) - place)
        if natural > share:
            most = max(_NARROWEST, share)
            break
        room -= natural
    return tuple(min(natural, most) for natural in widths)


def shape_of(rows: Sequence[Sequence[Pieces]], sides: Sequence[str]) -> TableShape:
    """Make columns as wide as these rows want them."""
    columns = zip_longest(*rows, fillvalue=())
    natural = [max(2, *(pieces_width(cell) for cell in column)) for column in columns]
    count = len(sides)
    return TableShape(natural=tuple(natural[:count]), sides=tuple(sides))


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
