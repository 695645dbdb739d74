"""How a selection is looked at when there is no time for it.

The list of code actions goes out within milliseconds, while the user moves the cursor.
Parsing takes one or two of them for the lines around a cursor, if it is code as people
write it. Very long lines, or text that hardly parses, take twenty, and a thread would
not help, since a parser holds the interpreter's lock. So such places are read without a
grammar, and of a selection only its beginning is looked at.
"""

from itertools import accumulate

from msgspec.structs import replace

from hexai.prompts.code.syntax import read
from hexai.prompts.cursor import Cursor
from hexai.text.lines import Lines
from hexai.text.positions import Position, Span

LOOKED_AT = 200
"""Lines of a selection."""
_LOOKED_AT = 6_000
"""Characters of a selection."""
_ABOVE = 120
_LARGE = 10_000
"""Characters of the lines around; more are not parsed."""
_TRIED = 30
"""Lines that are parsed first, to see how well that goes."""
_ERRORS = 4


def glance(cursor: Cursor) -> Cursor:
    """Give the beginning of a selection, to be read in a way that takes no time."""
    start, document = cursor.span.start, cursor.document
    lines = document.between(start.line, start.line + LOOKED_AT)
    sizes = accumulate(len(line) for line in lines)
    seen = sum(size <= _LOOKED_AT for size in sizes)
    last = min(cursor.span.end, Position(start.line + max(1, seen), 0))
    clipped = replace(cursor, span=Span(start, max(start, last)))
    around = document.between(start.line - _ABOVE, start.line + LOOKED_AT)
    is_large = sum(map(len, around)) > _LARGE
    return replace(clipped, is_glance=is_large or not _parses(cursor))


def _parses(cursor: Cursor) -> bool:
    first = cursor.span.start.line
    lines = cursor.document.between(first, first + _TRIED)
    errors = read(cursor.language, Lines.of("\n".join(lines)), 0).count_errors()
    return errors is not None and errors <= _ERRORS
