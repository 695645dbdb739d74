"""Whether what was written is worth asking for; pure."""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

_TOKEN = re.compile(r"\w+|[^\w\s]")
_WORD = re.compile(r"[^\W\d_]{2}")
_NAME = re.compile(r"[^\W\d]\w{2,}")
_FEWEST = 3
_LONGEST_LINE = 160
_LONGEST = 1600
"""Characters of a block; nobody takes more from a list unread."""
SIMILAR = 85
"""Of 100; lines that are as similar are one line and its copy."""
_IMPORT = re.compile(
    r"\s*(?:import\b|from\s+\S+\s+import\b|use\s|using\s|#\s*include\b|require\b"
    r"|package\s|@import\b|@use\b|export\s.*\bfrom\b|extern crate\b|mod\s+\w+;"
    r"|(?:const|let|var)\s.*=\s*require\()"
)

_BROKEN_OFF = re.compile(r"(?:[(\[=<+\\]|&&|\|\||[=-]>)$")
"""Where a line is broken, a formatter has decided."""
_PINNED = re.compile(
    r"(?<![\d.])\d+\.\d+\.\d+(?![\d.])|(?:[\"'^~]v?|\bv)\d+\.\d+(?![\d.])|\b[0-9a-f]{16,}\b"
)
"""A version, or a long id: nobody knows it by heart. An address has four parts."""


def tokens(text: str) -> list[str]:
    """Give the words and signs of a text."""
    return _TOKEN.findall(text)


def names(text: str) -> frozenset[str]:
    """Give the names of a text, those of one or two letters left out."""
    return frozenset(_NAME.findall(text))


def is_worth(truth: str) -> bool:
    """Tell whether there is something to find out: three tokens, a word among them."""
    if _WORD.search(truth) is None or len(truth) > _LONGEST:
        return False
    return len(_TOKEN.findall(truth)) >= _FEWEST


def is_import(line: str) -> bool:
    """Tell a line that brings names in, whatever the language."""
    return _IMPORT.match(line) is not None


def reason_of_line(lines: Sequence[str], row: int, times: int) -> str:
    """Say why a line is none that anybody has to think of; empty if it is one.

    `times` says how often it stands in the document.
    """
    line = lines[row].strip()
    if reason := _reason_of_itself(line):
        return reason
    if times > 1:
        return "copies of a line of the same file"
    near = (
        _nearest(lines, range(row - 1, -1, -1)),
        _nearest(lines, range(row + 1, len(lines))),
    )
    if any(fuzz.ratio(line, each) >= SIMILAR for each in near if each):
        return "lines like their neighbours"
    return ""


def _reason_of_itself(line: str) -> str:
    if len(line) > _LONGEST_LINE:
        return "long lines"
    if is_import(line):
        return "imports"
    if _BROKEN_OFF.search(line):
        return "lines that are broken off"
    return "versions and ids" if _PINNED.search(line) else ""


def _nearest(lines: Sequence[str], rows: range) -> str:
    stripped = (lines[row].strip() for row in rows[:_FEWEST])
    return next(filter(None, stripped), "")
