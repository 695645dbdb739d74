"""Whether Python is still Python with a text at the cursor, as its own parser says.

The grammar takes missing bodies, wrong indentation and much of Python 2 for right. The
function that the cursor is in is read, or else the statement of the module: less than a
millisecond for what people write. Both are looked for by their indentation; where that
misleads, as in the middle of a string, the text does not parse beforehand either.
"""

import re
import warnings
from collections.abc import Sequence

from hexai.text.indent import indent_of
from hexai.text.lines import Lines, Position
from hexai.text.python_trees import tree_of

_REACH = 400
"""Lines on each side of the cursor that are looked at."""
_LARGEST = 200_000
"""Characters that are parsed while somebody waits; of more nothing is said."""
_DEFINES = re.compile(r"\s*(?:(?:async\s+)?def|class)\b")
_GOES_ON = re.compile(r"\s*(?:else|elif|except|finally|[)\]}])")


class Surroundings:
    """The lines around a cursor that are parsed."""

    def __init__(self, document: Lines, position: Position) -> None:
        line = document.line(position.line)
        self._sides = line[: position.character], line[position.character :]
        first = max(0, position.line - _REACH)
        above = document.between(first, position.line)
        last = min(len(document), position.line + 1 + _REACH)
        below = document.between(position.line + 1, last)
        start, self._indent = _start(above, line)
        self._above = above[start:]
        self._below = below[: _end(below, self._indent)]
        self._before = self._error("", 0)
        if self._before is not None and not line.strip():
            self._before = self._error("pass", 0)  # a body may be all that is missing

    def breaks(self, text: str, taken: int) -> bool:
        """Tell whether a text does not belong there, in place of so many characters.

        Where it is the cursor's line that does not parse, and something follows there,
        it has to come out whole. What is broken elsewhere says nothing.
        """
        here = len(self._above)
        if self._before not in (None, here):
            return False
        found = self._error(text, taken)
        if found is None or self._before is None:
            return found is not None
        goes_on = bool(self._sides[1][taken:].strip())
        return goes_on and here <= found <= here + text.count("\n")

    def _error(self, text: str, taken: int) -> int | None:
        """Give the line in which parsing ends; None: nowhere."""
        left, right = self._sides
        lines = [*self._above, *f"{left}{text}{right[taken:]}".split("\n")]
        size = len(self._indent)
        flat = [
            line[size:] if line.startswith(self._indent) else line
            for line in (*lines, *self._below)
        ]
        source = "\n".join((*flat, ""))
        if len(source) > _LARGEST:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that strings do not know
            try:
                tree_of(source)
            except SyntaxError as error:
                return (error.lineno or 1) - 1
            except (ValueError, RecursionError, MemoryError):
                return None
        return None


def _start(above: Sequence[str], line: str) -> tuple[int, str]:
    """Find where the definition around a line begins, and how deep it is."""
    depth = len(indent_of(line))
    for number in range(len(above) - 1, -1, -1):
        one = above[number]
        deep = len(indent_of(one))
        if not one.strip() or (depth and deep >= depth):
            continue
        if depth and _DEFINES.match(one):
            return number, indent_of(one)
        if deep == 0 and not _GOES_ON.match(one):
            return number, ""
        depth = min(depth, deep) if depth else 0
    return 0, ""


def _end(below: Sequence[str], indent: str) -> int:
    """Give the first line that a definition of a depth does not reach."""
    for number, line in enumerate(below):
        shallow = len(indent_of(line)) <= len(indent)
        if line.strip() and shallow and not _GOES_ON.match(line):
            return number
    return len(below)
