"""What there is room for on a small screen; pure.

The default popup of a terminal of 40 by 10 has three lines of 22 cells. What a person
decides by comes first there: the diff, and the keys. Where not even a line of it can
be seen, nothing can be taken either.
"""

from msgspec import Struct

_LEAST_ITEMS = 2
"""Lines of the menu that notes leave alone, if there are more than these."""
_SHARE_OF_NOTES = 3
"""They take one line in so many, since `hexai config check` has them whole."""
_NARROWEST = 40
"""Cells of a candidate; where there are fewer, one is shown at a time."""
_LEAST_COLUMNS = 12
_WITH_HEADING = 4
_WITH_TITLE = 6
"""Lines of a screen on which they stand."""
_MOST_TOLD = 6


class Layout(Struct, frozen=True, kw_only=True):
    """What of some answers is shown."""

    beside: bool
    """All candidates, side by side; else the chosen one."""
    title: bool
    headings: bool
    diff: bool
    told: int
    """The most lines of what is told above the keys."""
    told_instead: bool
    """What is told takes the diff's place."""


def layout_of(columns: int, lines: int, candidates: int) -> Layout:
    """Share a screen out among the parts of some answers.

    Where several are compared, the heading stays that says which of them Enter takes.
    """
    headings = candidates > 1 or lines >= _WITH_HEADING
    needed = 3 if candidates > 1 else 2
    return Layout(
        beside=columns // _NARROWEST >= candidates,
        title=lines >= _WITH_TITLE,
        headings=headings,
        diff=columns >= _LEAST_COLUMNS and lines >= needed,
        told=min(_MOST_TOLD, max(lines - 2, lines // 2)),
        told_instead=lines <= needed,
    )


def lines_for_notes(lines: int) -> int:
    """Say how many lines the notes of a menu may take."""
    return max(1, lines // _SHARE_OF_NOTES) if lines > _LEAST_ITEMS else 0
