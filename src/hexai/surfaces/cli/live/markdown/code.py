"""Code in colours, line by line as it is finished; Pygments reads it.

A lexer of Pygments reads a whole text. To go on after a line, it is told what it was
in (a string, a comment) when that line ended. Some lexers take a comment of several
lines as one piece, and know of its beginning only if they see it: then the lines since
its beginning are read again, at most `_AGAIN` characters of them.

Loading a lexer takes up to a tenth of a second, so it is loaded elsewhere, and who
draws code waits for it.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache

from msgspec import Struct
from pygments.lexer import ExtendedRegexLexer, Lexer, LexerContext
from pygments.lexers import find_lexer_class_by_name
from pygments.token import (
    Comment,
    Error,
    Generic,
    Keyword,
    Name,
    Operator,
    String,
    _TokenType,
)
from pygments.util import ClassNotFound

from hexai.surfaces.cli.live.header import BOLD, DIM, MAGENTA, RED
from hexai.surfaces.cli.live.lines import Pieces
from hexai.surfaces.cli.live.markdown.lexing import (
    ResumableLexer,
    Stack,
    Token,
    resumable,
)
from hexai.surfaces.cli.live.rows import Piece

_AGAIN = 2_000
"""Characters that are read again with each line of a comment, at most."""
_LONGEST = 300
"""Characters of a line beyond which it has no colours: some lexers take for ever."""
_LANGUAGE = re.compile(r"[\w+#-]+")
_STYLES: dict[_TokenType, str] = {
    Comment: DIM,
    Comment.Preproc: MAGENTA,
    Keyword: BOLD,
    Keyword.Constant: MAGENTA,
    Operator.Word: BOLD,
    Name.Function: BOLD,
    Name.Class: BOLD,
    Name.Tag: BOLD,
    Name.Decorator: MAGENTA,
    String: MAGENTA,
    Generic.Deleted: RED,
    Generic.Inserted: BOLD,
    Generic.Heading: BOLD,
    Generic.Subheading: MAGENTA,
}
"""What can be read on dark and on light: weight, and of a terminal's colours one.

Green, cyan and yellow are 2 to 3.4 : 1 on white in most palettes that terminals come
with, blue is below 2.5 : 1 on black in what xterm, GNOME, macOS and Windows have, and
red is 2.7 to 3.5 : 1 there: enough for a line behind a sign.
"""


class Code(Struct, frozen=True, kw_only=True, eq=False):
    """Code in some language, as far as it is read."""

    lexer: Lexer | None = None
    stack: Stack = ("root",)
    """What the lexer is in at the end."""
    again: str = ""
    """Lines that are to be read again with what comes."""

    def line(self, text: str) -> "tuple[Pieces, Code]":
        """Give a line in its colours, and how it goes on after it."""
        if self.lexer is None or len(text) > _LONGEST:
            return plain(text), self
        try:
            return self._read(self.lexer, f"{text}\n")
        except Exception:  # noqa: BLE001 - a lexer that stumbles costs colours, no answer
            return plain(text), Code()

    def _read(self, lexer: Lexer, line: str) -> "tuple[Pieces, Code]":
        again = self.again + line
        tokens, stack = _tokens(lexer, again, self.stack)
        pieces = _pieces(tokens, len(self.again))
        if _is_over(tokens) or len(again) > _AGAIN:
            stays = stack == self.stack and not self.again
            return pieces, self if stays else Code(lexer=lexer, stack=stack)
        return pieces, Code(lexer=lexer, stack=self.stack, again=again)


def plain(text: str) -> Pieces:
    """Give a line without colours."""
    return (Piece(text),) if text else ()


def _tokens(lexer: Lexer, text: str, stack: Stack) -> tuple[list[Token], Stack]:
    """Read a text, and give what the lexer is in after it, if it can tell."""
    if isinstance(lexer, ResumableLexer):
        return lexer.read(text, stack)
    read: Callable[..., Iterable[Token]] = lexer.get_tokens_unprocessed
    if isinstance(lexer, ExtendedRegexLexer):
        place = LexerContext(text, 0, stack=list(stack))
        return list(read(context=place)), tuple(place.stack)
    return list(read(text)), stack


def _is_over(tokens: list[Token]) -> bool:
    """Tell whether what was read last cannot be longer than it is."""
    if not tokens:
        return True
    _, kind, text = tokens[-1]
    is_comment = kind is Comment.Multiline and bool(text.strip())
    return not is_comment and kind is not Error


def _pieces(tokens: Iterable[Token], start: int) -> Pieces:
    """Colour what stands after `start`, without its line break."""
    pieces: list[Piece] = []
    text, sgr = "", ""
    for at, kind, more in tokens:
        shown = more[start - at :] if at < start else more
        style = style_of(kind)
        if style == sgr or not text or shown.isspace():
            sgr = sgr if text else style
            text += shown
        else:
            pieces.append(Piece(text, sgr))
            text, sgr = shown, style
    text = text.rstrip("\n")
    return (*pieces, Piece(text, sgr)) if text else tuple(pieces)


@cache
def style_of(kind: _TokenType) -> str:
    """Find the colour of a kind of token, or of what it is a kind of."""
    known: _TokenType | None = kind
    while known is not None:
        if known in _STYLES:
            return _STYLES[known]
        known = known.parent
    return ""


class Lexers:
    """The lexers that are loaded, and those that are on their way."""

    def __init__(self, elsewhere: Callable[[Callable[[], None]], object]) -> None:
        """`elsewhere` runs what takes a while, where nobody waits for it."""
        self._elsewhere = elsewhere
        self._known: dict[str, Lexer | None] = {"": None}
        self._asked: set[str] = set()

    def is_ready(self, info: str) -> bool:
        """Tell whether the language of a fence is loaded; if not, it is from now on."""
        name = _name(info)
        if name not in self._known and name not in self._asked:
            self._asked.add(name)
            self._elsewhere(lambda: self._load(name))
        return name in self._known

    def code(self, info: str) -> Code:
        """Begin code in the language that a fence names, if it is known."""
        return Code(lexer=self._known.get(_name(info)))

    def _load(self, name: str) -> None:
        lexer: Lexer | None = None
        try:
            lexer = resumable(find_lexer_class_by_name(name))
            _tokens(lexer, "x\n", ("root",))
        except ClassNotFound:
            lexer = None
        except Exception:  # noqa: BLE001 - as above
            lexer = None
        self._known[name] = lexer


def _name(info: str) -> str:
    found = _LANGUAGE.search(info)
    return found[0].lower() if found else ""
