"""Marks in text that comes in pieces: finding them, and what was said before them."""

import re
from collections.abc import Iterable
from functools import cached_property
from io import StringIO

_SHORT = 64
"""Characters, as of nearly all deltas, up to which a look at each is soonest."""


class Tags:
    """A set of marks to be looked for at once."""

    def __init__(self, tags: Iterable[str]) -> None:
        self._tags = sorted(set(tags), key=len, reverse=True)
        self._longest = len(self._tags[0]) - 1
        self._firsts = frozenset(tag[0] for tag in self._tags)

    # Most answers hold no mark: what only finds one is made once one may begin.

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, self._tags)))

    @cached_property
    def _begun(self) -> frozenset[str]:
        return frozenset(
            tag[:length] for tag in self._tags for length in range(1, len(tag))
        )

    def begin_in(self, text: str) -> bool:
        """Say whether a mark may begin in a text; most texts hold none."""
        if len(text) < _SHORT:
            return not self._firsts.isdisjoint(text)
        return any(first in text for first in self._firsts)

    def find(self, text: str, start: int = 0) -> re.Match[str] | None:
        """Find the first whole mark."""
        return self._pattern.search(text, start) if self.begin_in(text) else None

    def unfinished(self, text: str, start: int = 0) -> int:
        """Count the characters at the end that may be the beginning of a mark."""
        for at in range(max(start, len(text) - self._longest), len(text)):
            if text[at] in self._firsts and text[at:] in self._begun:
                return len(text) - at
        return 0


# A mark at the end of a long answer is judged by what stands before it: its line, the
# fences, how often other marks occurred. A model that repeats itself writes such marks
# ten thousand times, so nothing is read twice: each question looks at what is new.

_FENCES = ("```", "~~~")


class Said:
    """A text that grows, and what is asked about it at its end."""

    def __init__(self, marks: Iterable[str]) -> None:
        """Count these marks, none of which may overlap with itself."""
        self._counts = dict.fromkeys(marks, 0)
        self._reach = max(1, *(len(mark) - 1 for mark in self._counts))
        self._new = StringIO()
        self._tail = ""
        self._line = _Line()
        self._fences = 0

    def write(self, text: str) -> None:
        """Take what comes next."""
        self._new.write(text)

    def count(self, mark: str) -> int:
        """Count a mark in the whole text."""
        self._look()
        return self._counts[mark]

    @property
    def last(self) -> str:
        """The last character; empty if nothing has been said."""
        self._look()
        return self._tail[-1:]

    @property
    def line(self) -> "_Line":
        """The last line, so far."""
        self._look()
        return self._line

    @property
    def is_in_fence(self) -> bool:
        """Whether the text ends within a fenced block."""
        self._look()
        return (self._fences + self._line.is_fence) % 2 == 1

    def _look(self) -> None:
        new = self._new.getvalue()
        if not new:
            return
        self._new = StringIO()
        text = self._tail + new
        for mark in self._counts:
            self._counts[mark] += text.count(mark) - self._tail.count(mark)
        self._tail = text[-self._reach :]
        first, *rest = new.split("\n")
        self._line.write(first)
        for part in rest:
            self._fences += self._line.is_fence
            self._line = _Line()
            self._line.write(part)


class _Line:
    """What is known of a line."""

    def __init__(self) -> None:
        self._head = ""
        self._ticks = 0
        self.last = ""
        """Its last character."""

    def write(self, text: str) -> None:
        """Take what comes next; holds no line break."""
        if len(self._head) < len(_FENCES[0]):
            more = text if self._head else text.lstrip()
            self._head = (self._head + more)[: len(_FENCES[0])]
        self._ticks += text.count("`")
        self.last = text[-1:] or self.last

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return not self._head

    @property
    def is_fence(self) -> bool:
        """Whether it opens or closes a fenced block."""
        return self._head in _FENCES

    @property
    def is_quoting(self) -> bool:
        """Whether it ends within a span of code."""
        return self._ticks % 2 == 1
