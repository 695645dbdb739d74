"""A block of Markdown as lines: what stands before it, its text in its styles; pure."""

from collections.abc import Iterator, Sequence

from hexai.surfaces.cli.live.header import DIM
from hexai.surfaces.cli.live.lines import Line, Pieces, TextLine
from hexai.surfaces.cli.live.markdown.block import Block
from hexai.surfaces.cli.live.markdown.code import Code, plain
from hexai.surfaces.cli.live.markdown.inline import (
    Look,
    References,
    StyledLine,
    styled,
    styled_lines,
)
from hexai.surfaces.cli.live.markdown.place import Place
from hexai.surfaces.cli.live.markdown.tables import (
    MOST_ROWS,
    TableLine,
    TableShape,
    shape_of,
)
from hexai.surfaces.cli.live.markdown.written import CUT, GOES_ON, without_marks
from hexai.surfaces.cli.live.rows import Piece
from hexai.text.sanitise import visible_line

_MOST_LINES, _LONGEST = 24, 1_600
"""Lines of a paragraph that are read at once, and characters in them."""
_INDENT, _WRAPPED = "  ", "↳ "
"""Before a line of code, and before what of it had to be wrapped."""
_RULE = "─" * 24


def text_parts(text: str) -> list[str]:
    """Part a long paragraph: what is read at once is neither long nor waited for.

    A part ends before the line that is too much for it, so that the last line is always
    open: it may turn out to be the header of a table.
    """
    if len(text) <= _LONGEST and text.count("\n") < _MOST_LINES:
        return [text]
    parts: list[list[str]] = [[]]
    length = 0
    for line in text.split("\n"):
        full = length + len(line) > _LONGEST or len(parts[-1]) >= _MOST_LINES
        if parts[-1] and full:
            parts.append([])
            length = 0
        parts[-1].append(line)
        length += len(line)
    return ["\n".join(lines) for lines in parts]


def draw_text(place: Place, text: str, known: References) -> list[Line]:
    """Draw a paragraph, each line of it beginning a row as it was written."""
    drawn = styled_lines(text, known, place.look())
    return [*place.above, *_text_lines(drawn, place.first, place.hang)]


def draw_definitions(place: Place, lines: Sequence[str]) -> Iterator[Line]:
    """Draw lines that say where links lead, as they were written."""
    yield from place.above
    first = place.first
    for line in lines:
        text = visible_line(without_marks(line.strip(" ")))
        yield TextLine(body=(Piece(text),), first=first, hang=place.hang)
        first = place.hang


def draw_heading(place: Place, text: str, level: int, known: References) -> list[Line]:
    """Draw a heading behind its marks, which tell its level where nothing else does."""
    mark = Piece("#" * level + " ", place.style(DIM))
    drawn = styled_lines(text, known, place.look(is_strong=True))
    blank = Piece(" " * len(mark.text))
    lines = _text_lines(drawn, (*place.first, mark), (*place.hang, blank))
    return [*place.above, *lines]


def _text_lines(drawn: Sequence[StyledLine], first: Pieces, hang: Pieces) -> list[Line]:
    return [
        TextLine(
            body=line.pieces,
            first=hang if number else first,
            hang=hang,
            continues=line.continues,
            ends=line.ends,
        )
        for number, line in enumerate(drawn)
    ]


def draw_code(
    place: Place, lines: Sequence[str], code: Code
) -> tuple[list[Line], Code]:
    """Draw code, a little further right; gives how it goes on too.

    The mark of an item has a row of its own: it is shown before the first line is over.
    """
    before = (*place.hang, Piece(_INDENT))
    hang = (*place.hang, Piece(_WRAPPED, place.style(DIM)))
    drawn: list[Line] = [TextLine(first=place.first)] if place.has_mark else []
    for line in lines:
        text = without_marks(line)
        body, code = code.line(text) if place.colour else (plain(text), code)
        drawn.append(
            TextLine(
                body=body,
                first=before,
                hang=hang,
                continues=line.lstrip(" ").startswith(GOES_ON),
                ends=not line.endswith(CUT),
            )
        )
    return [*place.above, *drawn], code


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


def draw_table(
    place: Place, block: Block, known: References, shape: TableShape | None
) -> tuple[list[Line], TableShape]:
    """Draw a table, or, where its shape is fixed, rows that follow; gives that too.

    Its header and the rule below that stand at its beginning alone.
    """
    begins = shape is None
    # Rows that follow were read behind their header once more, as they are none alone.
    rows = block.table if begins else block.table[1:]
    cells = [
        _cells(row, known, place.look(is_strong=begins and not at))
        for at, row in enumerate(rows)
    ]
    shape = shape or shape_of(cells[: MOST_ROWS + 1], block.sides)
    shown = [*cells[:1], (), *cells[1:]] if begins else cells
    drawn: list[Line] = [
        TableLine(
            shape=shape,
            cells=row,
            first=place.hang if at else place.first,
            hang=place.hang,
            colour=place.colour,
        )
        for at, row in enumerate(shown)
    ]
    return [*place.above, *drawn], shape


def _cells(row: Sequence[str], known: References, look: Look) -> tuple[Pieces, ...]:
    return tuple([styled(cell, known, look) for cell in row])


def draw_rule(place: Place) -> Iterator[Line]:
    """Draw a line between two parts of an answer."""
    yield from place.above
    yield TextLine(
        body=(Piece(_RULE, place.style(DIM)),), first=place.first, hang=place.hang
    )


def draw_empty(place: Place) -> Iterator[Line]:
    """Draw an item without a text."""
    yield from place.above
    yield TextLine(first=place.first, hang=place.hang)
