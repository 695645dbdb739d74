"""Code with its cursor in it, as tests are read best: `f(a, |)`."""

from hexai.prompts.code.constructs import Syntax
from hexai.prompts.code.cursor import read
from hexai.prompts.code.languages import language_of
from hexai.text.lines import Lines, Position, Span

MARK = "|"


def unmark(marked: str, mark: str = MARK) -> tuple[Lines, Position]:
    """Take the mark out of a text; gives the text, and where the mark was."""
    before, found, after = marked.partition(mark)
    assert found, "the text has no mark"
    above = Lines.of(before)
    return Lines.of(before + after), above.end


def unmark_span(
    marked: str, opening: str = "«", closing: str = "»"
) -> tuple[Lines, Span]:
    """Take the marks of a selection out of a text."""
    opened, start = unmark(marked, opening)
    document, end = unmark(opened.text, closing)
    return document, Span(start, end)


def read_at(language: str, marked: str) -> tuple[Syntax, Position]:
    """Read code around its mark."""
    document, position = unmark(marked)
    return read(language_of(language), document, position.line), position
