"""What of a file a commit wrote, and what it only moved, touched or formatted; pure.

A line that was changed in one word was written by somebody else, before; one that
stood elsewhere was carried. What counts is what a person had to think of.
"""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct
from rapidfuzz import fuzz, process

from hexai.bench.mining.worth import SIMILAR, tokens

_LAYOUT = frozenset(",;()'\"`")
"""What formatters add, remove and exchange."""
_MOST = 40_000
"""Pairs of lines that are compared."""
_BLANKS = re.compile(r"\s+")


class Hunk(Struct, frozen=True):
    """Lines that took the place of others, each counted from 0."""

    old: int
    removed: int
    new: int
    added: int


class Written(Struct, frozen=True, kw_only=True):
    """Lines of a file as of a commit, by number."""

    added: frozenset[int]
    """All that the commit added."""
    own: frozenset[int]
    """Those that it did not only move, touch or format."""
    groups: tuple[range, ...]
    """All that it added, those beside each other together."""


def bare(line: str) -> str:
    """Give a line without blanks, to be compared."""
    return _BLANKS.sub("", line)


def written(
    hunks: Iterable[Hunk],
    old: Sequence[str],
    new: Sequence[str],
    before: frozenset[str],
) -> Written:
    """Say what a commit wrote; `before` are the bare lines that stood anywhere."""
    groups: list[range] = []
    own: set[int] = set()
    for hunk in hunks:
        if not hunk.added:
            continue
        rows = range(hunk.new, hunk.new + hunk.added)
        groups.append(rows)
        removed = old[hunk.old : hunk.old + hunk.removed]
        added = new[rows.start : rows.stop]
        if not _is_formatted(removed, added):
            touched = _touched(removed, added)
            own.update(
                row
                for row, line, known in zip(rows, added, touched, strict=True)
                if not known and bare(line) not in before
            )
    return Written(
        added=frozenset(row for rows in groups for row in rows),
        own=frozenset(own),
        groups=tuple(groups),
    )


def is_moved(added: int, own: int) -> bool:
    """Tell whether most of what a commit added it did not write."""
    return added > 0 and 2 * own < added


def _is_formatted(removed: Sequence[str], added: Sequence[str]) -> bool:
    """Tell whether lines say the same as those whose place they took."""
    return bool(removed) and _words(removed) == _words(added)


def _words(lines: Iterable[str]) -> list[str]:
    return sorted(word for word in tokens("\n".join(lines)) if word not in _LAYOUT)


def _touched(removed: Sequence[str], added: Sequence[str]) -> list[bool]:
    """Say of each added line whether it is a removed one with a word changed."""
    known = [line.strip() for line in removed if line.strip()]
    if not known or len(known) * len(added) > _MOST:
        return [False] * len(added)
    return [
        process.extractOne(line.strip(), known, scorer=fuzz.ratio, score_cutoff=SIMILAR)
        is not None
        for line in added
    ]
