"""Holes of a line: the rest of one that has begun, or a whole next one; pure.

A cursor stands where an editor asks: behind a trigger character, behind two letters of
a word, or where the indentation of a new line ends.
"""

import re
from collections import Counter
from collections.abc import Iterator

from hexai.bench.mining import dice
from hexai.bench.mining.changes import Written
from hexai.bench.mining.holes import Document, Hole, Marks
from hexai.bench.mining.worth import is_worth, reason_of_line
from hexai.domain.bench import Kind

_CURSOR = re.compile(r"(?<=[.:/_){(,= ])|(?<![^\W])[^\W\d_]{2}(?=\w)")
"""The default trigger characters of completion, and a word that has begun."""
_IN_A_SIGN = re.compile(r"[.:/=][.:/=>]")
"""Nobody is asked for the rest of `...`, `::` or `=>`."""
MOST_PROSE = 0.5
"""The part of a hole that may be comments and strings."""


def of_lines(
    document: Document,
    written: Written,
    marks: Marks,
    left_out: Counter[str],
    seed: str,
) -> Iterator[Hole]:
    """Give the holes of lines that a commit wrote; counts what is left out, and why."""
    times = Counter(line.strip() for line in document.lines)
    for row in sorted(written.own):
        line = document.lines[row]
        if not line.strip():
            continue
        start, end = _ends(document, row)
        if not document.text[:start].strip():
            continue  # there is nothing yet that could say what comes
        within = marks.is_inside(start) or marks.is_inside(end)
        if within or marks.share(start, end) > MOST_PROSE:
            left_out["strings and comments"] += 1
            continue
        reason = "imports" if row in marks.imports else ""
        reason = reason or reason_of_line(document.lines, row, times[line.strip()])
        if reason:
            left_out[reason] += 1
            continue
        if is_worth(document.text[start:end]):
            yield Hole(kind=Kind.LINE, start=start, end=end, rows=range(row, row + 1))
        tails = list(_tails(document, row, marks))
        if tails:
            yield dice.one_of(tails, seed, row)


def _ends(document: Document, row: int) -> tuple[int, int]:
    """Give where a line begins behind its indentation, and where it ends."""
    line = document.lines[row]
    start = document.starts[row] + len(line) - len(line.lstrip())
    return start, start + len(line.strip())


def _tails(document: Document, row: int, marks: Marks) -> Iterator[Hole]:
    start, end = _ends(document, row)
    text = document.text[start:end]
    for found in _CURSOR.finditer(text):
        at = start + found.end()
        if (
            _IN_A_SIGN.match(text, found.end() - 1)
            or marks.is_inside(at)
            or marks.share(at, end) > MOST_PROSE
        ):
            continue
        truth = document.text[at:end]
        if truth[:1].isspace() or not is_worth(truth):
            continue
        yield Hole(kind=Kind.TAIL, start=at, end=end, rows=range(row, row + 1))
