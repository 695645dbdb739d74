"""The function at the cursor: what takes the place of a selection that is none."""

from msgspec.structs import replace

from hexai.prompts.cursor import Cursor
from hexai.text.lines import Lines
from hexai.text.positions import Position, Span

_SEEN = 390
"""Lines of a function of which the end is found without a grammar."""


def function_at(cursor: Cursor) -> Span | None:
    """Give the innermost named function at the cursor, as far as it was looked at."""
    start = cursor.span.start
    here = replace(cursor, span=Span(start, start))
    functions = here.read().functions_at(start)
    return functions[0].span if functions else None


def function_span(cursor: Cursor) -> Span | None:
    """Give the innermost named function at the cursor, whole, however long it is.

    It begins with its line, if only blanks stand before it there. None too if its end
    is too far away to be seen: half a function is no function.
    """
    at = cursor.span.start
    found = function_at(cursor)
    while found is not None:
        syntax = replace(cursor, span=found).read()
        functions = syntax.functions_at(at)
        again = functions[0].span if functions else found
        if again.end <= found.end:
            is_cut = syntax.count_errors() is None and _height(found) >= _SEEN
            return None if is_cut else _whole_lines(cursor.document, found)
        found = again
    return None


def _whole_lines(document: Lines, span: Span) -> Span:
    """Let a span begin with its line, if only blanks stand before it there."""
    start = span.start
    if document.line(start.line)[: start.character].strip():
        return span
    return Span(Position(start.line, 0), span.end)


def _height(span: Span) -> int:
    return span.end.line - span.start.line
