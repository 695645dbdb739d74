"""Which line of a TOML text a key path stands in.

`tomllib` gives values without positions, and `tomlkit` has none inside arrays and
inline tables. Both parse; this only has to find its way through a text that `tomllib`
has accepted, so it looks at delimiters and skips what is between them. It runs when
there is a problem to report, or an origin to show.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache

from hexai.config.problems import KeyPath

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|(?!""").)*"{3,5}'
    r"|'''(?:(?!''').)*'{3,5}"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


@lru_cache(maxsize=4)
def find_lines(text: str) -> Mapping[KeyPath, int]:
    """Map each key path of a valid TOML text to its line, counted from 1."""
    scanner = _Scanner(text)
    # Nested deeper than our stack, or not the TOML we were promised: the lines found
    # until then are right, and a problem without a line is still one.
    with suppress(RecursionError, ValueError):
        scanner.document()
    return scanner.lines


class _Scanner:
    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._text = text
        self._at = 0
        self._breaks = [place for place, char in enumerate(text) if char == "\n"]
        self._counts: dict[KeyPath, int] = {}

    def document(self) -> None:
        table: KeyPath = ()
        self._skip()
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip()

    def _header(self) -> KeyPath:
        start = self._at
        is_array = self._text.startswith("[[", self._at)
        self._at += 2 if is_array else 1
        path: KeyPath = ()
        for part in self._key():
            path = (*self._newest(path), part)
        self._skip()
        self._at += 2 if is_array else 1
        if is_array:
            self._counts[path] = self._counts.get(path, -1) + 1
            self._note(path, start)
        path = self._newest(path)
        self._note(path, start)
        return path

    def _newest(self, path: KeyPath) -> KeyPath:
        """Step into the last table of an array of tables."""
        return (*path, self._counts[path]) if path in self._counts else path

    def _pair(self, table: KeyPath) -> None:
        start = self._at
        path = table
        for part in self._key():
            path = (*path, part)
            self._note(path, start)
        self._skip()
        self._expect("=")
        self._skip()
        self._value(path)

    def _key(self) -> list[str]:
        parts = []
        while True:
            self._skip()
            parts.append(self._key_part())
            self._skip()
            if not self._text.startswith(".", self._at):
                return parts
            self._at += 1

    def _key_part(self) -> str:
        if bare := _BARE_KEY.match(self._text, self._at):
            self._at = bare.end()
            return bare.group()
        quoted = self._match(_STRING)
        return str(tomllib.loads(f"key = {quoted}")["key"])

    def _value(self, path: KeyPath) -> None:
        first = self._text[self._at : self._at + 1]
        if first == "[":
            self._list(path)
        elif first == "{":
            self._inline_table(path)
        else:
            self._match(_STRING if first in {'"', "'"} else _SCALAR)

    def _list(self, path: KeyPath) -> None:
        self._at += 1
        self._skip()
        place = 0
        while self._text[self._at : self._at + 1] != "]":
            self._note((*path, place), self._at)
            self._value((*path, place))
            place += 1
            self._comma()
        self._at += 1

    def _inline_table(self, path: KeyPath) -> None:
        self._at += 1
        self._skip()
        while self._text[self._at : self._at + 1] != "}":
            self._pair(path)
            self._comma()
        self._at += 1

    def _comma(self) -> None:
        self._skip()
        if self._text.startswith(",", self._at):
            self._at += 1
            self._skip()

    def _skip(self) -> None:
        self._match(_BLANK)

    def _expect(self, char: str) -> None:
        if not self._text.startswith(char, self._at):
            raise ValueError(f"no {char!r} at {self._at}")
        self._at += 1

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise ValueError(f"nothing to read at {self._at}")
        self._at = found.end()
        return found.group()

    def _note(self, path: KeyPath, at: int) -> None:
        self.lines.setdefault(path, bisect_right(self._breaks, at) + 1)
