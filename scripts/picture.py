"""Draw what a terminal shows as an SVG image: standard input to standard output.

The input is what `tmux capture-pane -e -p` prints: text with colour sequences, and
nothing that moves the cursor. Every stretch of text is placed at its own cell and told
how wide it is, so that columns stay aligned in whatever font the reader has.
"""

import re
import sys
from collections.abc import Iterator
from html import escape

from msgspec import Struct
from msgspec.structs import replace

from hexai.text.cells import grapheme_width, graphemes, width

CELL, LINE, SIZE, MARGIN = 8.4, 18, 14, 16
"""Pixels: a cell's width, a line's height, the font, and the frame around it."""

FONTS = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
BACKGROUND, FOREGROUND = "#16181d", "#d7dae0"
PALETTE = (
    *("#3b4048", "#e06c75", "#98c379", "#e5c07b"),
    *("#61afef", "#c678dd", "#56b6c2", "#d7dae0"),
)
BRIGHT = (
    *("#5c6370", "#ff7a85", "#b5e890", "#ffd78a"),
    *("#7cc3ff", "#dd92f0", "#6fd3df", "#ffffff"),
)
_SEQUENCE = re.compile(r"\x1b\[([\d;:]*)m")
_STRETCH = re.compile(r"\S+(?: \S+)*")


class Style(Struct, frozen=True, kw_only=True):
    """How a stretch of text looks."""

    colour: str = FOREGROUND
    ground: str = ""
    """Empty: that of the terminal."""
    bold: bool = False
    dim: bool = False
    is_reverse: bool = False

    @property
    def attributes(self) -> str:
        """The attributes of an SVG text, those of plain text left out."""
        ink = self.colour.removeprefix(FOREGROUND)
        given = {
            "fill": (self.ground or BACKGROUND) if self.is_reverse else ink,
            "font-weight": "bold" if self.bold else "",
            "opacity": "0.55" if self.dim else "",
        }
        return "".join(f' {name}="{value}"' for name, value in given.items() if value)

    @property
    def behind(self) -> str:
        """The colour behind the text; empty: that of the terminal."""
        return self.colour if self.is_reverse else self.ground


class Stretch(Struct, frozen=True, kw_only=True):
    """Text in one style that begins at a cell of its line; blanks are its ground."""

    cell: int
    text: str
    style: Style


def svg(captured: str, *, title: str) -> str:
    """Draw lines of a terminal; blank lines around them are left out."""
    lines = captured.rstrip().split("\n")
    while lines and not lines[0].strip():
        del lines[0]
    rows = list(_rows(lines))
    cells = max((s.cell + width(s.text) for row in rows for s in row), default=1)
    wide, high = round(cells * CELL + 2 * MARGIN), len(rows) * LINE + 2 * MARGIN
    drawn = "\n".join(
        _drawn(stretch, MARGIN + SIZE + number * LINE)
        for number, row in enumerate(rows)
        for stretch in row
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" '
        f'width="{wide}" height="{high}" role="img">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect width="{wide}" height="{high}" rx="8" fill="{BACKGROUND}"/>\n'
        f'<g font-family="{FONTS}" font-size="{SIZE}" fill="{FOREGROUND}" '
        f'xml:space="preserve">\n{drawn}\n</g>\n</svg>\n'
    )


def _rows(lines: list[str]) -> Iterator[list[Stretch]]:
    style = Style()
    for line in lines:
        row: list[Stretch] = []
        cell = 0
        parts = _SEQUENCE.split(line)
        for place, part in enumerate(parts):
            if place % 2:
                style = _styled(style, part)
                continue
            if style.behind and part:
                blanks = " " * width(part)
                row.append(Stretch(cell=cell, text=blanks, style=style))
            row += _stretches(part, cell, style)
            cell += width(part)
        yield row


def _stretches(text: str, cell: int, style: Style) -> Iterator[Stretch]:
    """Take a text apart where it has several blanks, and around wide characters."""
    for match in _STRETCH.finditer(text):
        at = cell + width(text[: match.start()])
        narrow = ""
        for grapheme in graphemes(match.group()):
            if grapheme_width(grapheme) == 1:
                narrow += grapheme
                continue
            if narrow:
                yield Stretch(cell=at, text=narrow, style=style)
            at += width(narrow)
            yield Stretch(cell=at, text=grapheme, style=style)
            at, narrow = at + 2, ""
        if narrow:
            yield Stretch(cell=at, text=narrow, style=style)


def _styled(style: Style, parameters: str) -> Style:
    numbers = [int(number or 0) for number in re.split("[;:]", parameters)]
    while numbers:
        number = numbers.pop(0)
        if number in (38, 48):
            named = _taken_colour(numbers)
            style = replace(style, **{"colour" if number == 38 else "ground": named})
        elif number == 0:
            style = Style()
        elif number in (1, 2):
            style = replace(style, **{"bold" if number == 1 else "dim": True})
        elif number == 22:
            style = replace(style, bold=False, dim=False)
        elif number in (7, 27):
            style = replace(style, is_reverse=number == 7)
        elif number == 39:
            style = replace(style, colour=FOREGROUND)
        elif number == 49:
            style = replace(style, ground="")
        elif number in _NAMED:
            style = replace(style, **_NAMED[number])
    return style


_NAMED = {
    first + place: {key: colour}
    for first, key, colours in (
        (30, "colour", PALETTE),
        (40, "ground", PALETTE),
        (90, "colour", BRIGHT),
        (100, "ground", BRIGHT),
    )
    for place, colour in enumerate(colours)
}
"""What is set by the number of one of the sixteen colours."""


def _taken_colour(numbers: list[int]) -> str:
    """Take the numbers of a colour that is one of 256, or red, green and blue."""
    kind = numbers.pop(0) if numbers else 0
    if kind == 2:
        red, green, blue, *numbers[:] = numbers
        return f"#{red:02x}{green:02x}{blue:02x}"
    number = numbers.pop(0) if numbers else 0
    if number < 16:
        return (*PALETTE, *BRIGHT)[number]
    if number >= 232:
        return "#" + f"{8 + 10 * (number - 232):02x}" * 3
    levels = [0, *range(95, 256, 40)]
    cube = number - 16
    parts = (cube // 36, cube // 6 % 6, cube % 6)
    return "#" + "".join(f"{levels[part]:02x}" for part in parts)


def _drawn(stretch: Stretch, baseline: float) -> str:
    left = round(MARGIN + stretch.cell * CELL, 1)
    long = round(width(stretch.text) * CELL, 1)
    if stretch.text.isspace():
        return (
            f'<rect x="{left:g}" y="{baseline - SIZE:g}" width="{long:g}" '
            f'height="{LINE}" fill="{stretch.style.behind}"/>'
        )
    return (
        f'<text x="{left:g}" y="{baseline:g}" textLength="{long:g}" '
        f'lengthAdjust="spacingAndGlyphs"{stretch.style.attributes}>'
        f"{escape(stretch.text, quote=False)}</text>"
    )


if __name__ == "__main__":
    sys.stdout.write(svg(sys.stdin.read(), title=" ".join(sys.argv[1:])))
