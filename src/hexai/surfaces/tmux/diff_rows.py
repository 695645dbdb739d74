"""What of a diff stands in which row of the screen; pure.

Only the rows that are looked at are ever drawn, so a row is numbers and not text. Long
stretches without a change are folded into one row. While an answer is still being
written, what of the selection it has not come to is not gone: it is the rest, of which
no more is laid out than a screen holds, since that is done again with each piece.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from hexai.text.diff import Hunk

Mark = Literal["same", "old", "new", "rest", "fold", "more"]
_AROUND = 3
"""Lines without a change that are shown beside one."""
_WORTH = 3
"""Lines that are folded at least."""
_MOST_REST = 200
"""Lines of the rest that are shown."""


class Row(NamedTuple):
    """A row; as a plain tuple it costs little, and there may be 200,000."""

    mark: Mark
    old: int = -1
    """The number of the line of the selection; of `fold` and `more`, how many lines
    it stands for."""
    new: int = -1


def unified(hunks: Sequence[Hunk], *, live: bool) -> list[Row]:
    """Put old lines above the new ones that take their place."""
    rows: list[Row] = []
    for number, hunk in enumerate(hunks):
        if hunk.same:
            rows += _same(hunk, number, len(hunks), live=live)
        elif live and number == len(hunks) - 1:
            rows += [Row("new", new=line) for line in hunk.new]
            rows += _rest(hunk.old)
        else:
            rows += [Row("old", old=line) for line in hunk.old]
            rows += [Row("new", new=line) for line in hunk.new]
    return rows


def split(hunks: Sequence[Hunk], *, live: bool) -> list[Row]:
    """Put old lines left of the new ones that take their place."""
    rows: list[Row] = []
    for number, hunk in enumerate(hunks):
        if hunk.same:
            rows += _same(hunk, number, len(hunks), live=live)
            continue
        mark: Mark = "rest" if live and number == len(hunks) - 1 else "old"
        both = min(len(hunk.old), len(hunk.new))
        rows += [
            Row(mark, old, new) for old, new in zip(hunk.old, hunk.new, strict=False)
        ]
        left = hunk.old[both:]
        rows += _rest(left) if mark == "rest" else [Row(mark, old=at) for at in left]
        rows += [Row("new", new=line) for line in hunk.new[both:]]
    return rows


def with_more(rows: list[Row], lines: int) -> list[Row]:
    """Add lines beyond those that were compared to the ones that are not laid out."""
    if not lines:
        return rows
    if rows and rows[-1].mark == "more":
        return [*rows[:-1], Row("more", old=rows[-1].old + lines)]
    return [*rows, Row("more", old=lines)]


def _rest(lines: range) -> Iterator[Row]:
    shown = lines if len(lines) < _MOST_REST + _WORTH else lines[:_MOST_REST]
    for line in shown:
        yield Row("rest", old=line)
    if hidden := len(lines) - len(shown):
        yield Row("more", old=hidden)


def _same(hunk: Hunk, number: int, count: int, *, live: bool) -> Iterator[Row]:
    head = 0 if number == 0 else _AROUND
    tail = 0 if number == count - 1 and not live else _AROUND
    hidden = len(hunk.old) - head - tail
    if count == 1 or hidden < _WORTH:
        head, hidden = len(hunk.old), 0
    for place in range(head):
        yield Row("same", hunk.old[place], hunk.new[place])
    if not hidden:
        return
    yield Row("fold", old=hidden)
    for place in range(len(hunk.old) - tail, len(hunk.old)):
        yield Row("same", hunk.old[place], hunk.new[place])
