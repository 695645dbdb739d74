"""The text of a TOML file: its shape before it is parsed, and the lines of its keys."""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache

from msgspec import Struct

from hexai.config.problems import BARE_KEY, KeyPath, Problem

# `tomllib` gives values without positions, and `tomlkit` has none inside arrays and
# inline tables. Both parse; this only has to find its way through a text that `tomllib`
# has accepted, so it looks at delimiters and skips what is between them. It runs when
# there is a problem to report, or an origin to show.

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
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
        if bare := BARE_KEY.match(self._text, self._at):
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


# Size alone does not say how long a parser takes. Names of very many parts and brackets
# within brackets cost the standard parser time that grows with their square, and a
# project file comes from whoever wrote the repository. So its text is read once, in
# steps that each go forward: what stands outside strings and comments is counted, and
# what no configuration has is refused without being parsed.
#
# The look follows the text as a parser does up to the first mistake, where a parser
# stops too; so nothing is hidden from it behind a quote that is never closed.

LONGEST_LINE = 32 << 10
"""Characters; the longest lines are prompts."""
MOST_PARTS = 24
"""Parts of a dotted name; the longest keys that mean something have five."""
MOST_BRACKETS = 32
"""Lists and tables within each other."""
LEAST_COUNTED = 4 << 10
"""What the smallest file counts, since each costs a few looks at the disk."""

_TOKEN = re.compile(
    r"""[^"'\#\n.,=\[\]{}]+|[\#][^\n]*|[.]+|\n+|[\]}]+|"{3}|'{3}|["',=\[{]"""
)
_ENDS = {
    '"': re.compile(r'(?:[^"\\\n]|\\.)*+"?'),
    "'": re.compile(r"[^'\n]*+'?"),
    '"""': re.compile(r'(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5}+)?', re.DOTALL),
    "'''": re.compile(r"(?:[^']|'(?!''))*+(?:'{3,5}+)?"),
}


class Weight(Struct, frozen=True, kw_only=True):
    """What a text costs, or what texts may cost together."""

    size: int
    """Bytes."""
    items: int
    """Keys, headers, and parts of lists."""

    def less(self, other: "Weight") -> "Weight":
        """Give what is left of it after another one."""
        size = self.size - max(other.size, LEAST_COUNTED)
        return Weight(size=max(0, size), items=max(0, self.items - other.items))


USER = Weight(size=1 << 20, items=20_000)
"""For the user's own file."""
CHAIN = Weight(size=128 << 10, items=2_000)
"""For all project files above one place together."""


class _Unlike(Exception):
    """A text is not shaped like a configuration; the text says how."""


def look(text: str, allowed: Weight) -> Weight | Problem:
    """Weigh a text, or say why it is not to be parsed; takes time like its length."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > allowed.size:
        return _refused(f"is over the {allowed.size >> 10} KiB left for it", None)
    if (line := _too_long_line(text)) is not None:
        return _refused(f"has a line of over {LONGEST_LINE >> 10} KiB", line)
    counter = _Counter(allowed.items)
    try:
        counter.read(text)
    except _Unlike as error:
        return _refused(str(error), text.count("\n", 0, counter.at) + 1)
    return Weight(size=size, items=counter.items)


def _refused(reason: str, line: int | None) -> Problem:
    message = f"{reason}; no configuration is like that, so it is not read"
    return Problem(path=(), message=message, line=line)


def _too_long_line(text: str) -> int | None:
    lines = enumerate(text.split("\n"), start=1)
    return next((number for number, line in lines if len(line) > LONGEST_LINE), None)


class _Counter:
    """Counts what stands outside strings and comments."""

    def __init__(self, most: int) -> None:
        self.at = 0
        self.items = 0
        self._most = most
        self._brackets = 0
        self._dots = 0

    def read(self, text: str) -> None:
        while self.at < len(text):
            token = _TOKEN.match(text, self.at)
            assert token is not None  # every character begins one
            self._count(token[0])
            self.at = token.end()
            if token[0] in _ENDS and not self._skip_string(text, token[0]):
                return  # a parser stops here as well

    def _skip_string(self, text: str, quote: str) -> bool:
        """Go behind a string; False if it has no end."""
        string = _ENDS[quote].match(text, self.at)
        assert string is not None  # it may be empty
        self.at = string.end()
        return string[0].endswith(quote)

    def _count(self, token: str) -> None:
        first = token[0]
        if first == ".":
            self._dots += len(token)
            if self._dots >= MOST_PARTS:
                raise _Unlike("has a name of very many parts")
        elif first in "\n,=[{":
            self._dots = 0
        if first in ",=[":
            self.items += 1
            if self.items > self._most:
                raise _Unlike("holds more keys than are left for it")
        if first in "[{":
            self._brackets += 1
            if self._brackets > MOST_BRACKETS:
                raise _Unlike("nests lists or tables very deeply")
        elif first in "]}":
            self._brackets = max(0, self._brackets - len(token))
