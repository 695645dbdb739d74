"""Where a block is drawn: what stands before its rows, and above them; pure."""

from itertools import compress

from msgspec import Struct

from hexai.surfaces.cli.live.header import DIM
from hexai.surfaces.cli.live.lines import Line, Pieces, TextLine
from hexai.surfaces.cli.live.markdown.containers import Container, Path, shared
from hexai.surfaces.cli.live.rows import Piece

_BAR = "│ "
_BULLET = "•"


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
    hang = tuple([_mark(each, is_known=True, colour=colour) for each in path])
    new = [_mark(each, is_known=False, colour=colour) for each in path[known:]]
    quotes = [each.is_quote for each in path]
    blank = TextLine(first=tuple(compress(hang, quotes[:known])))
    return Place(
        above=(blank,) if is_apart else (),
        first=(*hang[:known], *new),
        hang=hang,
        has_mark=not all(quotes[known:]),
        colour=colour,
    )


_BLANK = (TextLine(),)


def _mark(container: Container, *, is_known: bool, colour: bool) -> Piece:
    if container.is_quote:
        return Piece(_BAR, DIM if colour else "")
    number = container.number
    mark = _BULLET if number is None else f"{number}{container.marker[-1]}"
    return Piece(" " * (len(mark) + 1) if is_known else f"{mark} ")
