"""Finding marks in text that comes in pieces: whole ones, and what may become one."""

import re
from collections.abc import Iterable


class Tags:
    """A set of marks to be looked for at once."""

    def __init__(self, tags: Iterable[str]) -> None:
        longest_first = sorted(set(tags), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)))
        self._begun = frozenset(
            tag[:length] for tag in longest_first for length in range(1, len(tag))
        )
        self._longest = len(longest_first[0]) - 1
        self._first = re.compile(
            f"[{re.escape(''.join({t[0] for t in longest_first}))}]"
        )

    def begin_in(self, text: str) -> bool:
        """Say whether a mark may begin in a text; most texts hold none."""
        return self._first.search(text) is not None

    def find(self, text: str, start: int = 0) -> re.Match[str] | None:
        """Find the first whole mark."""
        return self._pattern.search(text, start)

    def unfinished(self, text: str, start: int = 0) -> int:
        """Count the characters at the end that may be the beginning of a mark."""
        for at in range(max(start, len(text) - self._longest), len(text)):
            if text[at:] in self._begun:
                return len(text) - at
        return 0
