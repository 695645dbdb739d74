"""Where a block is drawn: what stands before its rows, and above them; pure."""

from functools import lru_cache

from msgspec import Struct

from hexai.surfaces.cli.live.header import DIM
from hexai.surfaces.cli.live.lines import Line, Pieces, TextLine
from hexai.surfaces.cli.live.markdown.containers import Path, shared
from hexai.surfaces.cli.live.markdown.inline import AS_WRITTEN, NORMAL, STRONG, Look
from hexai.surfaces.cli.live.rows import Piece


class Place(Struct, frozen=True, kw_only=True):
    """The place of a block."""

    above: tuple[Line, ...] = ()
    """The blank row before it, if there is one."""
    first: Pieces = ()
    """What stands before the first row: marks of items that are not shown yet."""
    hang: Pieces = ()
    """What stands before all other rows."""
    has_mark: bool = False
    """Whether there is such a mark."""
    colour: bool = False

    def style(self, sgr: str) -> str:
        """Give a style where there are styles."""
        return sgr if self.colour else ""

    def look(self, *, is_strong: bool = False) -> Look:
        """Tell how a text looks there."""
        if not self.colour:
            return AS_WRITTEN
        return STRONG if is_strong else NORMAL

    def below(self) -> "Place":
        """Give the place of what goes on there."""
        return Place(first=self.hang, hang=self.hang, colour=self.colour)


def place_in(path: Path, last: Path, *, is_apart: bool, colour: bool) -> Place:
    """Find the place of a block in `path`, below one in `last`.

    A blank row between them stands in the quotes around both.
    """
    if not path:
        return Place(above=_BLANK if is_apart else (), colour=colour)
    known = shared(last, path)
    bar = _BARS[colour]
    first: list[Piece] = []
    hang: list[Piece] = []
    quotes: list[Piece] = []
    has_mark = False
    for depth, container in enumerate(path):
        mark, below = (
            bar
            if container.is_quote
            else _item_marks(container.marker, container.number)
        )
        hang.append(below)
        first.append(below if depth < known else mark)
        if not container.is_quote:
            has_mark = has_mark or depth >= known
        elif depth < known:
            quotes.append(below)
    return Place(
        above=(TextLine(first=tuple(quotes)),) if is_apart else (),
        first=tuple(first),
        hang=tuple(hang),
        has_mark=has_mark,
        colour=colour,
    )


_BLANK = (TextLine(),)

# What tells of a container, in its first row and in those below.
_BARS = {False: (Piece("│ "),) * 2, True: (Piece("│ ", DIM),) * 2}
"""Of a quote, without and with colours."""


@lru_cache(maxsize=256)
def _item_marks(marker: str, number: int | None) -> tuple[Piece, Piece]:
    mark = "• " if number is None else f"{number}{marker[-1]} "
    return Piece(mark), Piece(" " * len(mark))
