"""What a user was shown and chose, as the ratings count it; pure.

A trial is one list or one vote. Which of its figures a rating uses is settled here and
nowhere else: who gave each item, in which order the items stood, and what was chosen.
What was late, failed or cached was not shown, so it is in no trial.
"""

from enum import IntEnum
from typing import Literal

from msgspec import Struct

Model = str
"""A model's identity, as the rows of a ranking name it."""


class Instead(IntEnum):
    """What was chosen, if it was none of the items."""

    NONE = -1
    """Nothing was taken, or all were voted bad."""
    TIE = -2
    """A vote: they are equally good."""


class Pattern(Struct, frozen=True):
    """What was shown; trials with equal patterns and choices count as one kind."""

    kind: Literal["list", "vote"]
    items: tuple[tuple[Model, ...], ...]
    """From first to last, the models that gave each item; several are a tie there."""


class Trial(Struct, frozen=True):
    """One list or vote and what was chosen."""

    pattern: Pattern
    choice: int
    """The index of an item, or one of `Instead`."""
    cluster: str = ""
    """The file, or else the run: what happens in one cluster is not independent."""
