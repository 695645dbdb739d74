"""What a text becomes, line by line, for people who are to say yes or no to it.

A diff of n lines against m takes n times m steps at worst, and what is compared here
may be five megabytes against a hundred thousand lines. So what is the same at both ends
is taken off first. What is left is compared exactly where that is cheap; else it is cut
at lines that occur once in both, which are the same line with near certainty, and the
parts between are compared. A part that is still too large is one replacement: right,
if not the smallest.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

Mark = Literal["same", "old", "new"]

_CHEAP = 4_000_000
"""Pairs of lines that are compared exactly; it takes some milliseconds."""


class Hunk(Struct, frozen=True):
    """Lines that two texts share, or those of one that take the other's place."""

    old: range
    """The numbers of the lines of the old text."""
    new: range
    same: bool


def compare_lines(old: Sequence[str], new: Sequence[str]) -> tuple[Hunk, ...]:
    """Give what makes `new` of `old`; together the hunks hold all lines of both."""
    return tuple(_joined(_hunks(old, new, range(len(old)), range(len(new)))))


def _hunks(
    old: Sequence[str], new: Sequence[str], mine: range, yours: range
) -> Iterator[Hunk]:
    head = _count_same(old, new, mine, yours)
    mine, rest = mine[head:], yours[head:]
    yield Hunk(range(mine.start - head, mine.start), yours[:head], same=True)
    tail = _count_same(old, new, mine[::-1], rest[::-1])
    kept, left = len(mine) - tail, len(rest) - tail
    yield from _middle(old, new, mine[:kept], rest[:left])
    yield Hunk(mine[kept:], rest[left:], same=True)


def _middle(
    old: Sequence[str], new: Sequence[str], mine: range, yours: range
) -> Iterator[Hunk]:
    if not mine or not yours:
        yield Hunk(mine, yours, same=False)
    elif len(mine) * len(yours) <= _CHEAP:
        yield from _exact(old, new, mine, yours)
    else:
        yield from _between_anchors(old, new, mine, yours)


def _exact(
    old: Sequence[str], new: Sequence[str], mine: range, yours: range
) -> Iterator[Hunk]:
    from rapidfuzz.distance import Indel  # 5 ms, and only where something differs

    one = old[mine.start : mine.stop]
    other = new[yours.start : yours.stop]
    for each in Indel.opcodes(one, other):
        yield Hunk(
            range(mine.start + each.src_start, mine.start + each.src_end),
            range(yours.start + each.dest_start, yours.start + each.dest_end),
            same=each.tag == "equal",
        )


def _between_anchors(
    old: Sequence[str], new: Sequence[str], mine: range, yours: range
) -> Iterator[Hunk]:
    """Compare the parts between lines that occur once in both, in the same order."""
    anchors = _anchors(old, new, mine, yours)
    if not anchors:
        yield Hunk(mine, yours, same=False)
        return
    above, left = mine.start, yours.start
    for line, other in (*anchors, (mine.stop, yours.stop)):
        part, theirs = range(above, line), range(left, other)
        if len(part) * len(theirs) <= _CHEAP:
            yield from _hunks(old, new, part, theirs)
        else:
            yield Hunk(part, theirs, same=False)
        end = line < mine.stop
        yield Hunk(range(line, line + end), range(other, other + end), same=True)
        above, left = line + 1, other + 1


def _anchors(
    old: Sequence[str], new: Sequence[str], mine: range, yours: range
) -> list[tuple[int, int]]:
    counts = Counter(old[line] for line in mine)
    others = Counter(new[line] for line in yours)
    place = {new[line]: line for line in yours if others[new[line]] == 1}
    pairs = [
        (line, place[old[line]])
        for line in mine
        if counts[old[line]] == 1 and old[line] in place
    ]
    return _rising(pairs)


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the longest part of which both numbers rise; the first do already."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, other) in enumerate(pairs):
        at = bisect_left(ends, other)
        before.append(last[at - 1] if at else -1)
        ends[at : at + 1] = [other]
        last[at : at + 1] = [number]
    found: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found[::-1]


def _count_same(
    old: Sequence[str], new: Sequence[str], mine: range, yours: range
) -> int:
    count = 0
    for one, other in zip(mine, yours, strict=False):
        if old[one] != new[other]:
            break
        count += 1
    return count


def _joined(hunks: Iterator[Hunk]) -> Iterator[Hunk]:
    """Leave out what is empty, and make one of neighbours of a kind."""
    last: Hunk | None = None
    for each in hunks:
        if not each.old and not each.new:
            continue
        if last is not None and last.same == each.same:
            old = range(last.old.start, each.old.stop)
            last = Hunk(old, range(last.new.start, each.new.stop), same=each.same)
            continue
        if last is not None:
            yield last
        last = each
    if last is not None:
        yield last
