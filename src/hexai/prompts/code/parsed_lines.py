"""Which lines of a document are parsed for what lies near a cursor.

A parser for tree-sitter's grammars takes 5 µs a line, holds the interpreter's lock
all the while, and has no limit of time that could be trusted. A tree of the whole
document would therefore have to be kept, edited with each key press, and be read one
key press late; and the first tree of a long file would stop the editor server for a
third of a second, in whatever thread it was made.

So nothing is kept. What a cursor needs to know lies near it, but for the constructs
that enclose it, and these are found by their indentation: going up, a line that is
indented less than all below it encloses them; going down, it closes them. All other
lines are left blank, which costs nothing, and lines keep their numbers. The result is
parsed in one or two milliseconds, whatever the document's length, and is never stale.

What is left out: a string or comment that begins far above and has lines that look
like definitions. Then the answer may be wrong, and a prompt the worse for it; nothing
else depends on it.
"""

import re
from collections.abc import Iterable

from msgspec import Struct

from hexai.text.lines import Lines

_ABOVE = 80
_BELOW = 40
_SHORT = 160
"""A document of so many lines is taken whole."""
_FARTHEST = 3000
"""Lines that are looked through for what encloses the cursor."""
_LONGEST_LINE = 1000
_LARGEST = 24_000
"""Characters in all; with more, nothing is parsed."""
_HEADER = 30
"""Lines that the header of a definition may have."""
_STARTS = re.compile(
    r"\s*(?:(?:export|pub|public|private|protected|static|async|abstract|default)\s+)*"
    r"(?:def|class|func|fn|function|impl|trait|interface|struct|enum|namespace|module)\b"
    r"|@\w|template\b"
)
_CONTINUES = re.compile(
    r"\s*(?:[)\]}>{]|begin\b|do\b|end\b|else\b|elif\b|except\b|catch\b)"
)


class Window(Struct, frozen=True, kw_only=True):
    """Some lines of a document under their numbers; those left out are blank."""

    first: int
    """The number of the first line."""
    lines: tuple[str, ...]


def fold(document: Lines, first: int, last: int) -> Window | None:
    """Choose what is parsed for what lies from line `first` to `last`, both included.

    None if that is too much text.
    """
    first = max(0, min(first, len(document) - 1))
    last = max(first, min(last, len(document) - 1))
    if len(document) <= _SHORT:
        return _window(0, document.between(0, len(document)))
    top = _top(document, first)
    bottom = min(len(document), last + 1 + _BELOW)
    near = document.between(top, bottom)
    indents = [_indent(line) for line in near if line.strip()] or [0]
    kept = dict(enumerate(near, top))
    above = range(top - 1, -1, -1)[:_FARTHEST]
    below = range(bottom, len(document))[:_FARTHEST]
    kept |= _enclosing(document, above, indents[0], header=_HEADER)
    kept |= _enclosing(document, below, indents[-1], header=0)
    start = min(kept)
    return _window(start, [kept.get(n, "") for n in range(start, max(kept) + 1)])


def _window(first: int, lines: list[str]) -> Window | None:
    short = tuple(line if len(line) <= _LONGEST_LINE else "" for line in lines)
    if sum(map(len, short)) > _LARGEST:
        return None
    return Window(first=first, lines=short)


def _top(document: Lines, line: int) -> int:
    """Find a line above to begin with, if possible one where a definition begins.

    A line in the middle of a string would turn strings and code about.
    """
    top = max(0, line - _ABOVE)
    for number, text in enumerate(document.between(top, line - _ABOVE // 3), top):
        if _STARTS.match(text):
            return number
    return top


def _enclosing(
    document: Lines, numbers: Iterable[int], least: int, *, header: int
) -> dict[int, str]:
    """Take the lines that are indented less than all between them and the window.

    A closing bracket, or an opening one on a line of its own, is not where a construct
    begins, so up to `header` lines on to its header are taken too.
    """
    taken: dict[int, str] = {}
    left = 0
    for number in numbers:
        line = document.line(number)
        if not line.strip():
            continue
        indent = _indent(line)
        if indent < least or (left and indent == least):
            taken[number] = line
            least = indent
            left = header if _CONTINUES.match(line) else 0
        elif left:
            taken[number] = line
            left -= 1
        if least == 0 and not left:
            break
    return taken


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
