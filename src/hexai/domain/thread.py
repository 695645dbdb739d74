"""A thread: questions that go on with earlier ones, and what was answered so far."""

from msgspec import Struct


class Turn(Struct, frozen=True):
    """A question, and what one contender said to it."""

    question: str
    answer: str = ""
    """All that it said, whole or not; empty if it said nothing."""


class Line(Struct, frozen=True, kw_only=True):
    """What one contender goes on with: its own turns, or those of another."""

    turns: tuple[Turn, ...]
    """The oldest first."""
    follows: int
    """Whose the last answer is, by its index in the run that is gone on with."""


class Thread(Struct, frozen=True, kw_only=True):
    """Where a question stands in a thread."""

    begun_by: str = ""
    """The id of the run that it began with; empty: the question begins it."""
    follows: str = ""
    """The id of the run that is gone on with; empty: of none."""
    lines: tuple[Line, ...] = ()
    """What each entry goes on with, by its place; none where the thread begins."""
    order: tuple[int, ...] | None = None
    """Where the contenders stood before, which is kept; None: they are others now."""
    seed: int | None = None
    """What that was drawn with; None: it is that of the entries."""
