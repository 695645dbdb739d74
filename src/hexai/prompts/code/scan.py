"""Strings and comments of a few lines, told by their markers alone."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from hexai.prompts.code.comments import comment_text
from hexai.prompts.code.constructs import Context
from hexai.prompts.code.languages import Language

_QUOTES = ('"', "'", "`")
_ENDINGS = frozenset(";,(){}[]")
"""What else than a blank may stand right before a comment."""
_LONGEST_LINE = 2000
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
    line = lines[row][:_LONGEST_LINE]
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
