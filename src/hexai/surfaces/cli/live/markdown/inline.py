"""The text of a block in its styles: emphasis, code, links; pure.

Where there are no colours there are no styles either, and what marks the text stays.
A link's address stands behind its text as it is, to be read before it is followed; no
terminal is told that something is a link.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from hexai.surfaces.cli.live.header import BOLD, MAGENTA
from hexai.surfaces.cli.live.lines import Pieces, merged
from hexai.surfaces.cli.live.markdown.blocks import parser
from hexai.surfaces.cli.live.markdown.spans import Spans, is_open, simple_spans
from hexai.surfaces.cli.live.markdown.written import CUT, GOES_ON, without_marks
from hexai.surfaces.cli.live.rows import Piece
from hexai.text.sanitise import visible_line

if TYPE_CHECKING:
    from markdown_it.token import Token

ITALIC, UNDERLINE, STRUCK, CODE = "3", "4", "9", MAGENTA
_STYLES = {"strong": BOLD, "em": ITALIC, "s": STRUCK, "link": UNDERLINE}
_SPANS = {"strong": BOLD, "em": ITALIC, "code": CODE}
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


class Look(Struct, frozen=True, eq=False):
    """How a text looks where nothing is marked in it."""

    base: str = ""
    has_styles: bool = True

    def sgr(self, style: str) -> str:
        """Put a style on top of it."""
        if not self.has_styles:
            return self.base
        return _sgr((self.base, style) if self.base else (style,))


AS_WRITTEN, NORMAL, STRONG = Look(has_styles=False), Look(), Look(BOLD)


def styled(text: str, references: References, look: Look) -> Pieces:
    """Give a text without line breaks in its styles."""
    return styled_lines(text, references, look)[0].pieces


def styled_lines(text: str, references: References, look: Look) -> list[StyledLine]:
    """Give each line of a text in its styles."""
    if references and "[" in text:
        return _in_parts(text, look, lambda part: _parsed(part, look, references))
    if len(text) <= _PART:
        return _known(text, look).lines
    if (spans := simple_spans(_lines_of(text))) is not None:
        return _drawn(spans, look)
    return _in_parts(text, look, lambda part: _known(part, look))


class _Part(Struct, frozen=True, eq=False):
    """A part of a text in its styles."""

    lines: list[StyledLine]
    is_closed: bool = True
    """Whether none of its marks waits for another that closes it."""


_SEAM = re.compile(r"[ \n]+(?=[^ \n])")
"""Where a text may be parted."""
_PART = 100
"""Characters of a part, at least."""


def _in_parts(text: str, look: Look, read: Callable[[str], _Part]) -> list[StyledLine]:
    """Read a text in parts, of which most are known where it grows.

    One that is not closed is read again at least twice as long, so that a text full of
    marks that nothing closes costs little more than to read it once.
    """
    if _is_too_much(text):
        return _unread(text, look)
    lines: list[StyledLine] = []
    begun = end = 0
    breaks = True
    while begun < len(text) or not lines:
        seam = _SEAM.search(text, begun + max(_PART, 2 * (end - begun)))
        breaks_next = seam is not None and "\n" in seam[0]
        end = len(text) if seam is None else seam.end()
        part = read(text[begun:end].rstrip(" \n") if breaks_next else text[begun:end])
        if seam is None or part.is_closed:
            lines += part.lines if breaks else _going_on(lines.pop(), part.lines)
            begun, breaks = end, breaks_next
    return lines


@lru_cache(maxsize=512)
def _known(text: str, look: Look) -> _Part:
    """Read a part where no links are defined."""
    if (spans := simple_spans(_lines_of(text))) is not None:
        return _Part(_drawn(spans, look), is_closed=not is_open(spans))
    return _parsed(text, look, {})


def _parsed(text: str, look: Look, references: References) -> _Part:
    """Have the parser read a part."""
    drawing = Drawing(look)
    tokens: list[Token] = []
    parser().inline.parse(text, parser(), {"references": references}, tokens)
    drawing.draw(tokens)
    left = "".join(each.content for each in tokens if each.type in {"text", "image"})
    return _Part(drawing.lines(), is_closed=_WAITING.search(left) is None)


def _drawn(lines: Sequence[Spans], look: Look) -> list[StyledLine]:
    """Draw lines of which all is simple."""
    return [_drawn_line(spans, look) for spans in lines]


def _drawn_line(spans: Spans, look: Look) -> StyledLine:
    pieces: list[Piece] = []
    for span in spans:
        kind = span.lastgroup
        if kind in _SPANS and look.has_styles:
            pieces.append(Piece(_clean(span[kind]), look.sgr(_SPANS[kind])))
        elif kind == "href":
            pieces.append(Piece(_clean(span["link"]), look.sgr(UNDERLINE)))
            if span["link"] != span["href"]:
                pieces.append(Piece(f" ({span['href']})", look.base))
        else:
            pieces.append(Piece(_clean(span[0]), look.base))
    return StyledLine(
        merged(pieces),
        continues=bool(spans) and spans[0][0].startswith(GOES_ON),
        ends=not (spans and spans[-1][0].endswith(CUT)),
    )


def _clean(text: str) -> str:
    """Leave our marks out of a text, and make visible what would act."""
    if text.isascii() and text.isprintable():
        return text
    return visible_line(without_marks(text))


def _lines_of(text: str) -> list[str]:
    """Give the lines of a text without the blanks around its line breaks."""
    if "\n" not in text:
        return [text]
    *before, last = text.split("\n")
    return [*(line.strip(" ") for line in before), last.lstrip(" ")]


_WAITING = re.compile(r"[*_`~\[\\]")
"""Marks that may belong to one that comes later, other than behind a blank."""


def _is_too_much(text: str) -> bool:
    """Tell whether more is marked in a text than was meant."""
    marks = sum(map(text.count, _COUNTED))
    return marks > _MOST_MARKS or text.count("[") > _MOST_BRACKETS


def _unread(text: str, look: Look) -> list[StyledLine]:
    """Give each line of a text as it is."""
    drawing = Drawing(look)
    for number, line in enumerate(_lines_of(text)):
        if number:
            drawing.next_line()
        drawing.add(line)
    return drawing.lines()


def _going_on(line: StyledLine, more: Sequence[StyledLine]) -> Sequence[StyledLine]:
    """Let the first line of a part go on with the last of the part before."""
    first, *rest = more
    pieces = merged((*line.pieces, *first.pieces))
    ends = line.ends and first.ends
    return [StyledLine(pieces, continues=line.continues, ends=ends), *rest]


class Drawing:
    """Lines in their styles, as far as they are drawn."""

    def __init__(self, look: Look) -> None:
        self._styles: tuple[str, ...] = (look.base,) if look.base else ()
        self._colour = look.has_styles
        self._lines: list[list[Piece]] = [[]]
        self._continuing: set[int] = set()
        self._unended: set[int] = set()
        self._links: list[tuple[str, int]] = []
        """Where the open links lead, and how much was drawn before them."""

    def lines(self) -> list[StyledLine]:
        """Give what is drawn."""
        return [
            StyledLine(
                tuple(line),
                continues=number in self._continuing,
                ends=number not in self._unended,
            )
            for number, line in enumerate(self._lines)
        ]

    def next_line(self) -> None:
        """Begin another line."""
        self._lines.append([])

    def add(self, text: str, style: str = "") -> None:
        """Draw some text, its marks left out and what would act made visible."""
        if not text.isascii():
            self._note_marks(text)
        text = _clean(text)
        if not text:
            return
        with_style = bool(style) and self._colour
        sgr = _sgr((*self._styles, style) if with_style else self._styles)
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

    def draw(self, tokens: "Sequence[Token]") -> None:
        """Draw what the parser has read."""
        for token in tokens:
            name, _, edge = token.type.rpartition("_")
            if name in _STYLES:
                self._mark(name, token, opens=edge == "open")
            else:
                self._draw_text(token)

    def _draw_text(self, token: "Token") -> None:
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

    def _mark(self, name: str, token: "Token", *, opens: bool) -> None:
        if name == "link":
            self._link(token, opens=opens)
        elif not self._colour:
            self.add(token.markup)
        elif opens:
            self._styles += (_STYLES[name],)
        else:
            self._styles = self._styles[:-1]

    def _link(self, token: "Token", *, opens: bool) -> None:
        if opens:
            self._links.append((str(token.attrGet("href")), len(self._drawn())))
            if self._colour:
                self._styles += (UNDERLINE,)
            return
        href, before = self._links.pop()
        if self._colour:
            self._styles = self._styles[:-1]
        if self._drawn()[before:] not in {href, href.removeprefix("mailto:")}:
            self.add(f" ({href})")

    def _drawn(self) -> str:
        return "".join(piece.text for line in self._lines for piece in line)


@lru_cache(maxsize=64)
def _sgr(styles: tuple[str, ...]) -> str:
    """Put styles on top of each other."""
    return ";".join(dict.fromkeys(styles))


def definitions(text: str) -> list[tuple[str, dict[str, str]]]:
    """Read the definitions of links with which a paragraph begins, one a line."""
    if not text.lstrip().startswith("["):
        return []
    from markdown_it.common.utils import normalizeReference

    found: list[tuple[str, dict[str, str]]] = []
    for line in text.split("\n"):
        label, colon, place = line.strip().partition("]: ")
        words = place.split(maxsplit=1)
        href = parser().normalizeLink(words[0].strip("<>")) if words else ""
        if not (colon and href and label.startswith("[")):
            break
        if not parser().validateLink(href):
            break
        found.append((normalizeReference(label[1:]), {"href": href, "title": ""}))
    return found
