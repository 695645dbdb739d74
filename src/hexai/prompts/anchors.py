"""Lines at which texts are cut, so that cuts stay where they are while somebody types.

A server keeps what it has read of a prompt and reads anew from the first difference on.
A window of so many lines above a cursor begins a line later with each new line, and
then all of it is read again. Steps of so many lines would stay, but a line added on top
of a file moves them all, and remembering where the last window began makes a prompt
depend on what was asked before.

So where a text may be cut in a range of lines, it is cut at the line that ranks highest
there: by what it looks like, a declaration at the left margin best, and among equals by
a checksum of its text. The range moves with the cursor, but its highest line stays the
same until it leaves or a higher one comes, which of many lines is seldom. Nothing is
remembered, and what stands elsewhere in the document does not matter.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from zlib import crc32

from hexai.text.tokens import estimate_tokens, most_tokens

Line = Callable[[int], str]
"""Gives a line by its number; an empty one where there is none."""
Cost = Callable[[str], float]
"""Says how many tokens a line takes with its end."""

_KNOWN_BY = 3
"""Lines that an anchor is known by; fewer are often repeated in a file."""
_NEWLINE = 0.25
"""Tokens of a line break, by the estimate."""


def highest(line: Line, first: int, last: int) -> int:
    """Give the line from `first` to `last` that a text is best cut before."""
    if first >= last:
        return last
    levels = {number: _level(line, number) for number in range(first, last + 1)}
    level = max(levels.values())
    best = (number for number, each in levels.items() if each == level)
    return max(best, key=lambda number: _checksum(line, number))


def _level(line: Line, number: int) -> int:
    text = line(number)
    if line(number - 1).strip() or not text.strip():
        return 0
    return 2 if text[0].isalpha() or text[0] in "@#_" else 1


def _checksum(line: Line, number: int) -> int:
    known_by = "\n".join(line(number + n) for n in range(_KNOWN_BY))
    return crc32(known_by.encode("utf-8", "surrogatepass"))


def line_tokens(line: str) -> float:
    """Estimate the tokens of a line with its end, so that sums are right too."""
    if line.isascii():
        return (len(line) + 1) / 4
    return estimate_tokens(line) + _NEWLINE


def most_line_tokens(line: str) -> float:
    """Say how many tokens a line with its end hardly exceeds."""
    return most_tokens(f"{line}\n")


def counts_within(
    costs: Sequence[float], *, least: float, most: float
) -> tuple[int, int]:
    """Say how many lines come to at least and at most so many tokens.

    `costs` are those of each line and all before it. Where no number of lines comes to
    so many tokens, both are as many as fit.
    """
    fitting = bisect_right(costs, most)
    return min(fitting, bisect_left(costs, least) + 1), fitting


def end_of_near(
    text: str, *, least: float, most: float, cost: Cost = line_tokens
) -> int:
    """Say where the lines next to a cursor end in the text after it.

    What follows there, up to the end, is far. All of a text is near that has no more
    than `most` tokens.
    """
    lines = text.split("\n")
    costs = _costs(lines, cost)
    few, many = counts_within(costs, least=least, most=most)
    if many >= len(lines):
        return len(text)
    # The line of the cursor is no place to cut, however long it is.
    count = highest(_of(lines), max(1, few), max(1, many))
    return _length(lines[:count])


def begin_of_near(
    text: str, *, least: float, most: float, cost: Cost = line_tokens
) -> int:
    """Say where the lines next to a cursor begin in the text before it."""
    lines = text.split("\n")
    costs = _costs(lines[::-1], cost)
    few, many = counts_within(costs, least=least, most=most)
    if many >= len(lines):
        return 0
    last = len(lines) - 1
    number = highest(
        _of(lines), min(last, len(lines) - many), min(last, len(lines) - few)
    )
    return _length(lines[:number])


def _costs(lines: Sequence[str], cost: Cost) -> list[float]:
    return list(accumulate(map(cost, lines)))


def _of(lines: Sequence[str]) -> Line:
    return lambda number: lines[number] if 0 <= number < len(lines) else ""


def _length(lines: Sequence[str]) -> int:
    return sum(map(len, lines)) + len(lines)
