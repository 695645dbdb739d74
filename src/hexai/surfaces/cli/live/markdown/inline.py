"""The text of a block in its styles: emphasis, code, links; pure.

Where there are no colours there are no styles either, and what marks the text stays.
A link's address stands behind its text as it is, to be read before it is followed; no
terminal is told that something is a link.
"""

from collections.abc import Mapping, Sequence

from markdown_it.common.utils import normalizeReference
from markdown_it.token import Token
from msgspec import Struct

from hexai.surfaces.cli.live.header import BOLD
from hexai.surfaces.cli.live.lines import Pieces
from hexai.surfaces.cli.live.markdown.blocks import PARSER
from hexai.surfaces.cli.live.markdown.written import CUT, GOES_ON, MARKS
from hexai.surfaces.cli.live.rows import Piece
from hexai.text.sanitise import visible_line

ITALIC, UNDERLINE, STRUCK, CODE = "3", "4", "9", "36"
_STYLES = {"strong": BOLD, "em": ITALIC, "s": STRUCK, "link": UNDERLINE}
_MOST_MARKS = 200
"""Marks in one text beyond which it is no text: reading them costs their square."""
_MOST_BRACKETS = 80
_COUNTED = "*_`~<&!\\"

References = Mapping[str, Mapping[str, str]]
"""Where links lead that are defined elsewhere: `{LABEL: {"href": …}}`."""


class StyledLine(Struct, frozen=True, eq=False):
    """A line of a text in its styles."""

    pieces: Pieces
    continues: bool = False
    """Whether it goes on in the row of the line before."""
    ends: bool = True
    """Whether the next line does not go on in its row."""


def styled(
    text: str, references: References, *, colour: bool, base: str = ""
) -> Pieces:
    """Give a text without line breaks in its styles, all of them on top of `base`."""
    return styled_lines(text, references, colour=colour, base=base)[0].pieces


def styled_lines(
    text: str, references: References, *, colour: bool, base: str = ""
) -> list[StyledLine]:
    """Give each line of a text in its styles."""
    drawing = _Drawing(base if colour else "", colour=colour)
    if _is_plain(text):
        for number, line in enumerate(text.split("\n")):
            drawing.next_line(first=number == 0)
            drawing.add(line.strip(" ") if number else line)
        return drawing.lines()
    tokens: list[Token] = []
    PARSER.inline.parse(text, PARSER, {"references": references}, tokens)
    drawing.draw(tokens)
    return drawing.lines()


def _is_plain(text: str) -> bool:
    """Tell whether nothing is marked in a text, or too much."""
    marks = sum(map(text.count, _COUNTED))
    brackets = text.count("[")
    return marks + brackets == 0 or marks > _MOST_MARKS or brackets > _MOST_BRACKETS


class _Drawing:
    """Lines in their styles, as far as they are drawn."""

    def __init__(self, base: str, *, colour: bool) -> None:
        self._styles = [base] if base else []
        self._colour = colour
        self._lines: list[list[Piece]] = [[]]
        self._continuing: set[int] = set()
        self._unended: set[int] = set()
        self._links: list[tuple[str, int]] = []
        """Where the open links lead, and how much was drawn before them."""

    def lines(self) -> list[StyledLine]:
        return [
            StyledLine(
                tuple(line),
                continues=number in self._continuing,
                ends=number not in self._unended,
            )
            for number, line in enumerate(self._lines)
        ]

    def next_line(self, *, first: bool = False) -> None:
        if not first:
            self._lines.append([])

    def add(self, text: str, style: str = "") -> None:
        self._note_marks(text)
        text = visible_line(MARKS.sub("", text))
        if not text:
            return
        styles = [*self._styles, style] if style and self._colour else self._styles
        sgr = ";".join(dict.fromkeys(styles))
        line = self._lines[-1]
        if line and line[-1].sgr == sgr:
            text = line.pop().text + text
        line.append(Piece(text, sgr))

    def _note_marks(self, text: str) -> None:
        number = len(self._lines) - 1
        if text.startswith(GOES_ON) and not self._lines[-1]:
            self._continuing.add(number)
        if text.endswith(CUT):
            self._unended.add(number)

    def draw(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            name, _, edge = token.type.rpartition("_")
            if name in _STYLES:
                self._mark(name, token, opens=edge == "open")
            else:
                self._draw_text(token)

    def _draw_text(self, token: Token) -> None:
        match token.type:
            case "softbreak" | "hardbreak":
                self.next_line()
            case "code_inline":
                mark = "" if self._colour else token.markup
                self.add(f"{mark}{token.content}{mark}", CODE)
            case "image":
                self.add(token.content, ITALIC)
                self.add(f" ({token.attrGet('src')})")
            case _:
                self.add(token.content)

    def _mark(self, name: str, token: Token, *, opens: bool) -> None:
        if name == "link":
            self._link(token, opens=opens)
        elif not self._colour:
            self.add(token.markup)
        elif opens:
            self._styles.append(_STYLES[name])
        else:
            self._styles.pop()

    def _link(self, token: Token, *, opens: bool) -> None:
        if opens:
            self._links.append((str(token.attrGet("href")), len(self._drawn())))
            if self._colour:
                self._styles.append(UNDERLINE)
            return
        href, before = self._links.pop()
        if self._colour:
            self._styles.pop()
        if self._drawn()[before:] not in {href, href.removeprefix("mailto:")}:
            self.add(f" ({href})")

    def _drawn(self) -> str:
        return "".join(piece.text for line in self._lines for piece in line)


def definitions(lines: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    """Read the definitions of links with which a paragraph begins, one a line."""
    found: list[tuple[str, dict[str, str]]] = []
    for line in lines:
        label, colon, place = line.strip().partition("]: ")
        words = place.split(maxsplit=1)
        href = PARSER.normalizeLink(words[0].strip("<>")) if words else ""
        if not (colon and href and label.startswith("[")):
            break
        if not PARSER.validateLink(href):
            break
        found.append((normalizeReference(label[1:]), {"href": href, "title": ""}))
    return found
