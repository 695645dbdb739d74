"""The lines of an answer as its Markdown is read: none too long, none too deep; pure.

Reading Markdown costs more than its length where a line is very long or very deep, so
such lines are changed before they are read, by marks that nobody sees:

- A line of more than `LONGEST` characters is cut, at a blank if there is one, and a
  mark at the beginning of its rest says that it goes on in the same row.
- A mark before what stands very far right, or behind a lot of marks of lists and
  quotes, or has a lot of columns, makes it text, whatever it looks like.

The marks are characters that no cleaned text holds (`text.sanitise`). Where a line is
cut depends on its text alone, never on the pieces that it came in.
"""

import re
from collections.abc import Iterator

from hexai.text.cells import TAB

LONGEST = 800
GOES_ON, CUT, TEXT = "\u2060", "\u2062", "\u2063"
"""What follows goes on in the same row; what precedes does; what follows is text."""
_MARKS = re.compile(f"{GOES_ON} ?|[{CUT}{TEXT}]")
_BEFORE = re.compile(r"[ >]*")
_SHALLOW = 12
"""Marks of lists and quotes at the beginning of a line that are more than meant."""
_FAR = 48
"""Blanks there that are."""
_MOST_COLUMNS = 48
_DEEP = re.compile(
    rf"(?: *(?:>|[-+*](?= )|\d{{1,9}}[.)](?= ))){{{_SHALLOW}}}|[ >]{{{_FAR}}}"
)


class WrittenLines:
    """Cuts text into lines as it comes."""

    def __init__(self) -> None:
        self._open = ""
        """What is there of the last line, as it came."""

    @property
    def open(self) -> str | None:
        """The line that is not over, as it is read; None if there is none."""
        return _readable(self._open) if self._open else None

    def feed(self, text: str) -> list[str]:
        """Take the next piece; give the lines that are over."""
        text = self._open + text
        *lines, self._open = text.split("\n")
        if len(text) > LONGEST:
            lines = [part for line in lines for part in _parts(line)]
            *parts, self._open = _parts(self._open)
            lines += parts
        return list(map(_readable, lines))


def _parts(line: str) -> Iterator[str]:
    while len(line) > LONGEST:
        at = line.rfind(" ", LONGEST // 2, LONGEST) + 1 or LONGEST
        before = _BEFORE.match(line[:_FAR].expandtabs(TAB))
        yield f"{line[:at]}{CUT}"
        line = f"{before[0] if before else ''}{GOES_ON} {line[at:]}"
    yield line


def _readable(line: str) -> str:
    """Bring a line into a form that is quickly read."""
    if "\t" in line:
        line = line.expandtabs(TAB)
    if len(line) < _SHALLOW:
        return line
    if not (_DEEP.match(line) or line.count("|") > _MOST_COLUMNS):
        return line
    if TEXT in line:
        return line
    before = _BEFORE.match(line)
    at = before.end() if before and before[0].count(">") < _SHALLOW else 0
    return f"{line[:at]}{TEXT}{line[at:]}"


def without_marks(line: str) -> str:
    """Give what was written."""
    return line if line.isascii() else _MARKS.sub("", line)


def is_blank(line: str) -> bool:
    """Tell whether nothing stands in a line but marks of quotes."""
    return not line.strip(" >")
