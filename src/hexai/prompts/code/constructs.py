"""What is known of the code around a cursor, however it was found out."""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from hexai.text.lines import Position, Span


class Context(StrEnum):
    """What a cursor stands in."""

    CODE = "code"
    STRING = "string"
    COMMENT = "comment"


class Function(Struct, frozen=True, kw_only=True):
    """The definition of a function or method."""

    name: str
    header: str
    """All up to its body, on one line."""
    span: Span
    """From its first decorator to its end."""
    owner: str = ""
    """The class, implementation or receiver that it belongs to; empty: none."""
    parameters: str = ""
    """What stands in its parameter list, without the brackets."""


class Comment(Struct, frozen=True, kw_only=True):
    """A comment."""

    span: Span
    text: str
    """What it says, without what makes it a comment; may hold line breaks."""


class Syntax(Protocol):
    """The code of a window of a document.

    Answers are total: any position and any text has one, broken code too. Positions
    are those of the document.
    """

    def functions_at(self, position: Position) -> tuple[Function, ...]:
        """Give the named functions around a position, the innermost first."""

    def in_parameters(self, position: Position) -> bool:
        """Tell whether a position is in the parameter list of a definition."""

    def context_at(self, position: Position) -> Context:
        """Tell what a position is in."""

    def comments(self, first: int, last: int) -> tuple[Comment, ...]:
        """Give the comments that touch the lines `first` to `last`, in their order."""

    def count_errors(self, *, beside: int | None = None) -> int | None:
        """Count what does not parse; None if nobody can tell.

        Given a line, of that what is not all in it.
        """

    def is_broken_near(self, line: int) -> bool:
        """Tell whether what does not parse touches a line or one next to it."""
