"""A look at a TOML text before it is parsed: whether it is shaped like a configuration.

Size alone does not say how long a parser takes. Names of very many parts and brackets
within brackets cost the standard parser time that grows with their square, and a
project file comes from whoever wrote the repository. So its text is read once, in
steps that each go forward: what stands outside strings and comments is counted, and
what no configuration has is refused without being parsed.

The look follows the text as a parser does up to the first mistake, where a parser stops
too; so nothing is hidden from it behind a quote that is never closed.
"""

import re

from msgspec import Struct

from hexai.config.problems import Problem

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
