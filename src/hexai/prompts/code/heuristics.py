"""The code around a cursor, read without a grammar: lines, brackets and indentation.

For languages that have no grammar, and for the parts of a document that are too broken
for one. It looks at no more than 200 lines, and is right about code as people usually
lay it out.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from hexai.prompts.code.constructs import Comment, Context, Function
from hexai.prompts.code.languages import Language, comment_text
from hexai.text.lines import Lines, Position, Span

_FARTHEST = 200
_HEADER_LINES = 20
_LONGEST_LINE = 1000
_KEYWORD = re.compile(
    r"\b(?:def|defp?|fn|func|fun|function|sub|proc|procedure)\b"
    r"\s*\*?\s*(?:\([^()]*\)\s*)?(?P<name>[\w.:~?!]*)"
)
_TYPED = re.compile(
    r"\s*(?:(?!return\b|else\b|new\b|throw\b|if\b|case\b|await\b|yield\b|delete\b)"
    r"[\w:<>,\[\]*&?.]+\s+)+[*&]*(?P<name>~?[A-Za-z_][\w:~]*)\s*\("
)
"""`static int *f(`: words, then a name and a bracket."""
_BLOCK_WORDS = re.compile(
    r"\s*(?:if|for|while|switch|catch|return|else|do|with|using|lock|foreach)\b"
)
_TYPED_LANGUAGES = frozenset({"c", "cpp", "csharp", "java", "dart", "objective-c"})
_CLOSES = re.compile(r"\s*(?:[)\]}]|end\b|fi\b|done\b|esac\b)")
_OPENERS = ("{", "(", "[", ":")
_BRACKETS = {")": "(", "]": "[", "}": "{"}


class PlainSyntax:
    """A document, looked at line by line."""

    def __init__(self, *, language: Language, document: Lines) -> None:
        self._language = language
        self._document = document

    def functions_at(self, position: Position) -> tuple[Function, ...]:
        """Give the named functions around a position, the innermost first."""
        if self._language.kind == "text":
            return ()
        found = []
        least = self._indent_at(position)
        first = max(0, position.line - _FARTHEST)
        lines = self._document.between(first, position.line + 1)
        for number, text in reversed(list(enumerate(lines, first))):
            here = number == position.line
            indent = _indent(text)
            if not text.strip() or (indent >= least and not here):
                continue
            if (function := self._function(number)) is not None:
                found.append(function)
            continues = _CLOSES.match(text) or text.lstrip().startswith("{")
            least = indent + 1 if continues else min(least, indent)
            if least == 0:
                break
        return tuple(found)

    def _indent_at(self, position: Position) -> int:
        """Say how deep a position is: what is indented less may enclose it."""
        line = self._document.line(position.line)
        if line.strip():
            return _indent(line) + (_CLOSES.match(line) is not None)
        first = max(0, position.line - _FARTHEST)
        for above in reversed(self._document.between(first, position.line)):
            if above.strip():
                opens = above.rstrip().endswith(_OPENERS)
                inner = _indent(above) + (opens or _CLOSES.match(above) is None)
                column = position.character if self._language.indented else inner
                return min(inner, column)
        return 0

    def in_parameters(self, position: Position) -> bool:
        """Tell whether a position is in the parameter list of a definition."""
        if self._language.kind == "text":
            return False
        document = self._document
        first = max(0, position.line - _HEADER_LINES)
        left = document.line(position.line)[: max(0, position.character)]
        text = "\n".join((*document.between(first, position.line), left))
        if any(len(line) > _LONGEST_LINE for line in text.split("\n")):
            return False
        opened = _last_open(text)
        if opened is None:
            return False
        before = text[:opened]
        return self._opens_parameters(before.rpartition("\n")[2])

    def context_at(self, position: Position) -> Context:
        """Tell what a position is in, as far as its line shows it."""
        line = self._document.line(position.line)
        for piece in scan([line], self._language):
            inside = piece.start[1] < position.character < piece.end[1]
            at_end = position.character == piece.end[1] and not piece.closed
            if inside or at_end:
                return piece.context
        return Context.CODE

    def comments(self, first: int, last: int) -> tuple[Comment, ...]:
        """Give the comments that touch the lines `first` to `last`, in their order."""
        first = max(0, first)
        lines = self._document.between(first, last + 1)
        return tuple(
            Comment(
                span=Span(
                    Position(first + piece.start[0], piece.start[1]),
                    Position(first + piece.end[0], piece.end[1]),
                ),
                text=piece.text,
            )
            for piece in scan(lines, self._language)
            if piece.context is Context.COMMENT
        )

    def count_errors(self, *, beside: int | None = None) -> int | None:  # noqa: ARG002
        """Count what does not parse: without a grammar nobody can tell."""
        return None

    def is_broken_near(self, line: int) -> bool:
        """Say no: without a grammar nobody can tell."""
        del line
        return False

    def _function(self, number: int) -> Function | None:
        """Read a line as the first of a definition."""
        line = self._document.line(number)[:_LONGEST_LINE]
        name = self._defined(line)
        if not name:
            return None
        header = line.strip().removesuffix("{").rstrip()
        end = self._last_line(number)
        span = Span(
            Position(number, _indent(line)),
            Position(end, len(self._document.line(end))),
        )
        return Function(name=name, header=header, span=span)

    def _defined(self, line: str) -> str:
        """Give the name that a line defines a function by; empty if it does not."""
        match = _KEYWORD.search(line)
        if match is not None and self._is_code(line, match.start()):
            return match["name"]
        if self._language.id not in _TYPED_LANGUAGES or line.rstrip().endswith(";"):
            return ""
        if _BLOCK_WORDS.match(line):
            return ""
        match = _TYPED.match(line)
        return match["name"] if match is not None else ""

    def _opens_parameters(self, line: str) -> bool:
        """Tell whether a bracket right behind this would open a parameter list."""
        keyword = re.search(
            r"\b(?:def|fn|func|fun|function|sub|proc|procedure)\b"
            r"\s*\*?\s*(?:\([^()]*\)\s*)?[\w.:~?!]*\s*(?:[<\[][^()]*[>\]])?\s*$",
            line,
        )
        if keyword is not None:
            return self._is_code(line, keyword.start())
        if self._language.id not in _TYPED_LANGUAGES or _BLOCK_WORDS.match(line):
            return False
        return _TYPED.fullmatch(line + "(") is not None

    def _is_code(self, line: str, column: int) -> bool:
        pieces = scan([line], self._language)
        return not any(piece.start[1] <= column < piece.end[1] for piece in pieces)

    def _last_line(self, number: int) -> int:
        """Find where the block that a line begins ends, by its indentation."""
        indent = _indent(self._document.line(number))
        last = number
        for below in range(
            number + 1, min(number + 2 * _FARTHEST, len(self._document))
        ):
            line = self._document.line(below)
            if not line.strip():
                continue
            if _indent(line) <= indent and not line.lstrip().startswith(("{", ")")):
                return below if _CLOSES.match(line) else last
            last = below
        return last


def _last_open(text: str) -> int | None:
    """Find the innermost round bracket that is open at the end of a text."""
    waiting: list[str] = []
    for index in range(len(text) - 1, -1, -1):
        character = text[index]
        if character in _BRACKETS:
            waiting.append(_BRACKETS[character])
        elif waiting and character == waiting[-1]:
            waiting.pop()
        elif not waiting and character in "({":
            return index if character == "(" else None
    return None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


_QUOTES = ('"', "'", "`")
_ENDINGS = frozenset(";,(){}[]")
"""What else than a blank may stand right before a comment."""
_LONGEST_SCANNED_LINE = 2000
"""What begins further to the right is not looked for."""


class Piece(Struct, frozen=True, kw_only=True):
    """A string or comment; places are a number of a line, and a column."""

    context: Context
    start: tuple[int, int]
    end: tuple[int, int]
    closed: bool
    """It has an end of its own, and it was found."""
    text: str = ""
    """What a comment says."""


def scan(lines: Sequence[str], language: Language) -> Iterator[Piece]:
    """Find strings and comments, in their order; strings end with their line."""
    row = column = 0
    while row < len(lines):
        found = _next(lines, row, column, language)
        if found is None:
            row, column = row + 1, 0
            continue
        yield found
        row, column = found.end


def _next(
    lines: Sequence[str], row: int, column: int, language: Language
) -> Piece | None:
    """Find the first string or comment of a line from a column on."""
    line = lines[row][:_LONGEST_SCANNED_LINE]
    for at in range(column, len(line)):
        for opening, closing in language.block_comments:
            if line.startswith(opening, at):
                return _block(lines, (row, at), (opening, closing), language)
        if line.startswith(language.line_comments, at) and _may_open(line, at):
            return _line(lines[row], row, at, language)
        if line[at] in _QUOTES and language.kind == "code":
            piece = _string(line, row, at)
            if piece is not None:
                return piece
    return None


def _may_open(line: str, at: int) -> bool:
    """Tell whether a line comment may begin here: not in `http://`, `i--` or `a#b`."""
    return at == 0 or line[at - 1].isspace() or line[at - 1] in _ENDINGS


def _string(line: str, row: int, at: int) -> Piece | None:
    """Read a string; an apostrophe that is never closed was none."""
    quote = line[at]
    if quote == "'" and line[max(0, at - 1) : at].isalnum():
        return None
    index = at + 1
    while index < len(line):
        if line[index] == "\\":
            index += 2
            continue
        if line[index] == quote:
            end = (row, index + 1)
            return Piece(context=Context.STRING, start=(row, at), end=end, closed=True)
        index += 1
    if quote == "'":
        return None
    end = (row, len(line))
    return Piece(context=Context.STRING, start=(row, at), end=end, closed=False)


def _line(line: str, row: int, at: int, language: Language) -> Piece:
    return Piece(
        context=Context.COMMENT,
        start=(row, at),
        end=(row, len(line)),
        closed=False,
        text=comment_text(line[at:], language),
    )


def _block(
    lines: Sequence[str],
    start: tuple[int, int],
    markers: tuple[str, str],
    language: Language,
) -> Piece:
    opening, closing = markers
    inner = start[1] + len(opening)
    for row in range(start[0], len(lines)):
        found = lines[row].find(closing, inner)
        inner = 0
        if found >= 0:
            end = (row, found + len(closing))
            return _comment(lines, start, end, language, closed=True)
    end = (len(lines) - 1, len(lines[-1]))
    return _comment(lines, start, end, language, closed=False)


def _comment(
    lines: Sequence[str],
    start: tuple[int, int],
    end: tuple[int, int],
    language: Language,
    *,
    closed: bool,
) -> Piece:
    rows = list(lines[start[0] : end[0] + 1])
    rows[-1] = rows[-1][: end[1]]
    rows[0] = rows[0][start[1] :]
    return Piece(
        context=Context.COMMENT,
        start=start,
        end=end,
        closed=closed,
        text=comment_text("\n".join(rows), language),
    )
