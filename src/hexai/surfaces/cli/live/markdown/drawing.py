"""A block of Markdown as lines: what stands before it, its text in its styles; pure."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from hexai.surfaces.cli.live.header import BOLD, DIM
from hexai.surfaces.cli.live.lines import Line, Pieces, TextLine
from hexai.surfaces.cli.live.markdown.block import Block
from hexai.surfaces.cli.live.markdown.code import Code, plain
from hexai.surfaces.cli.live.markdown.containers import Container, Path, shared
from hexai.surfaces.cli.live.markdown.inline import (
    References,
    StyledLine,
    styled,
    styled_lines,
)
from hexai.surfaces.cli.live.markdown.tables import (
    MOST_ROWS,
    TableLine,
    TableShape,
    shape_of,
)
from hexai.surfaces.cli.live.markdown.written import CUT, GOES_ON, MARKS
from hexai.surfaces.cli.live.rows import Piece
from hexai.text.sanitise import visible_line

_LONGEST = 1_600
_MOST_LINES = 24
"""Lines of a paragraph that are read at once, and characters in them."""
_BAR = "│ "
_BULLET = "•"
_INDENT = (Piece("  "),)
"""Before code."""
_RULE = "─" * 24


class Place(Struct, frozen=True, kw_only=True):
    """Where a block is drawn."""

    above: Path = ()
    """The containers that the block above it stands in."""
    path: Path = ()
    is_apart: bool = False
    """Whether a blank row stands before it."""
    colour: bool = False

    def style(self, sgr: str) -> str:
        """Give a style where there are styles."""
        return sgr if self.colour else ""

    def before(self) -> Iterator[Line]:
        """Give the blank row, if there is one, in the quotes around both blocks."""
        if self.is_apart:
            within = self.path[: shared(self.above, self.path)]
            quotes = [each for each in within if each.is_quote]
            yield TextLine(first=self._shown(quotes, len(quotes)))

    @property
    def first(self) -> Pieces:
        """What stands before the first row: marks of items that are not shown yet."""
        return self._shown(self.path, shared(self.above, self.path))

    @property
    def has_mark(self) -> bool:
        """Whether there is such a mark."""
        new = self.path[shared(self.above, self.path) :]
        return not all(container.is_quote for container in new)

    @property
    def hang(self) -> Pieces:
        """What stands before all other rows."""
        return self._shown(self.path, len(self.path))

    def _shown(self, path: Sequence[Container], known: int) -> Pieces:
        return tuple(
            self._mark(container, is_known=depth < known)
            for depth, container in enumerate(path)
        )

    def _mark(self, container: Container, *, is_known: bool) -> Piece:
        if container.is_quote:
            return Piece(_BAR, self.style(DIM))
        number = container.number
        mark = _BULLET if number is None else f"{number}{container.marker[-1]}"
        return Piece(" " * (len(mark) + 1) if is_known else f"{mark} ")


def text_parts(text: str) -> list[list[str]]:
    """Part a long paragraph: what is read at once is neither long nor waited for.

    A part ends before the line that is too much for it, so that the last line is always
    open: it may turn out to be the header of a table.
    """
    parts: list[list[str]] = [[]]
    length = 0
    for line in text.split("\n"):
        full = length + len(line) > _LONGEST or len(parts[-1]) >= _MOST_LINES
        if parts[-1] and full:
            parts.append([])
            length = 0
        parts[-1].append(line)
        length += len(line)
    return parts


def draw_text(place: Place, lines: Sequence[str], known: References) -> Iterator[Line]:
    """Draw lines of a paragraph, each beginning a row as it was written."""
    yield from place.before()
    drawn = styled_lines("\n".join(lines), known, colour=place.colour)
    yield from _text_lines(drawn, place.first, place.hang)


def draw_definitions(place: Place, lines: Sequence[str]) -> Iterator[Line]:
    """Draw lines that say where links lead, as they were written."""
    yield from place.before()
    first = place.first
    for line in lines:
        text = visible_line(MARKS.sub("", line.strip(" ")))
        yield TextLine(body=(Piece(text),), first=first, hang=place.hang)
        first = place.hang


def draw_heading(
    place: Place, lines: Sequence[str], level: int, known: References
) -> Iterator[Line]:
    """Draw a heading behind its marks, which tell its level where nothing else does."""
    yield from place.before()
    mark = Piece("#" * level + " ", place.style(DIM))
    drawn = styled_lines("\n".join(lines), known, colour=place.colour, base=BOLD)
    blank = Piece(" " * len(mark.text))
    yield from _text_lines(drawn, (*place.first, mark), (*place.hang, blank))


def _text_lines(
    drawn: Sequence[StyledLine], first: Pieces, hang: Pieces
) -> Iterator[Line]:
    for number, line in enumerate(drawn):
        yield TextLine(
            body=line.pieces,
            first=hang if number else first,
            hang=hang,
            continues=line.continues,
            ends=line.ends,
        )


def draw_code(
    place: Place, lines: Sequence[str], code: Code
) -> tuple[list[Line], Code]:
    """Draw code, a little further right; gives how it goes on too.

    The mark of an item has a row of its own: it is shown before the first line is over.
    """
    hang = (*place.hang, *_INDENT)
    drawn: list[Line] = [TextLine(first=place.first)] if place.has_mark else []
    for line in lines:
        text = MARKS.sub("", line)
        body, code = code.line(text) if place.colour else (plain(text), code)
        drawn.append(
            TextLine(
                body=body,
                first=hang,
                hang=hang,
                continues=line.lstrip(" ").startswith(GOES_ON),
                ends=not line.endswith(CUT),
            )
        )
    return [*place.before(), *drawn], code


def code_lines(block: Block) -> list[str]:
    """Give the lines of code in a block; indented, no two blank ones in a row."""
    lines = block.text.removesuffix("\n").split("\n") if block.text else []
    if block.kind == "fence":
        return lines
    return [
        line
        for number, line in enumerate(lines)
        if line.strip() or (number and lines[number - 1].strip())
    ]


def table_shape(block: Block, known: References, *, colour: bool) -> TableShape:
    """Fix the columns of a table by its first rows."""
    rows = [_cells(row, known, colour=colour) for row in block.table[: MOST_ROWS + 1]]
    return shape_of(rows, block.sides)


def draw_table(
    place: Place,
    rows: Sequence[Sequence[str]],
    shape: TableShape,
    known: References,
    *,
    with_header: bool,
) -> Iterator[Line]:
    """Draw rows of a table; if it begins here, the header and its rule first."""
    yield from place.before()
    first, hang = place.first, place.hang
    for number, row in enumerate(rows):
        is_header = with_header and not number
        cells = _cells(row, known, colour=place.colour, base=BOLD if is_header else "")
        line = TableLine(
            shape=shape, cells=cells, first=first, hang=hang, colour=place.colour
        )
        yield line
        if is_header:
            yield TableLine(shape=shape, first=hang, hang=hang, colour=place.colour)
        first = hang


def _cells(
    row: Sequence[str], known: References, *, colour: bool, base: str = ""
) -> tuple[Pieces, ...]:
    return tuple(styled(cell, known, colour=colour, base=base) for cell in row)


def draw_rule(place: Place) -> Iterator[Line]:
    """Draw a line between two parts of an answer."""
    yield from place.before()
    yield TextLine(
        body=(Piece(_RULE, place.style(DIM)),), first=place.first, hang=place.hang
    )


def draw_empty(place: Place) -> Iterator[Line]:
    """Draw an item without a text."""
    yield from place.before()
    yield TextLine(first=place.first, hang=place.hang)
