"""Words or commands: what a command line means, before anything is parsed.

Options end at the first prompt word. The words after them are a command only if all
of them parse as one; otherwise they are the prompt, so that `hexai show me the
largest files` asks. Click cannot know this, so the line is split here, and only the
options are handed to it.
"""

import re
from collections.abc import Iterable

from msgspec import Struct

_ENTRY = re.compile(r"-(\d{1,2})")
_NEAR = 2
"""Edits that may be a slip of the finger."""


class OptionNames(Struct, frozen=True, kw_only=True):
    """The options that may stand before the first word, all spellings."""

    flags: frozenset[str]
    with_value: frozenset[str]

    def normal(self, word: str) -> str | None:
        """Give an option as Click knows it, or None if this is none of ours.

        `-0` becomes `--entry=0`; one dash does for a long option, as in the Go tool.
        """
        if entry := _ENTRY.fullmatch(word):
            return f"--entry={entry[1]}"
        name, equals, value = word.partition("=")
        for spelling in (name, f"-{name}"):
            if spelling in self.flags or spelling in self.with_value:
                return f"{spelling}{equals}{value}"
        return None


class Line(Struct, frozen=True, kw_only=True):
    """A command line, split at its first prompt word."""

    options: tuple[str, ...]
    """For Click; options that nobody knows are among them, for Click to refuse."""
    words: tuple[str, ...]
    literal: bool
    """The words followed a `--`: they are a prompt whatever they say."""


def split_line(arguments: Iterable[str], names: OptionNames) -> Line:
    """Split a command line into options and words."""
    rest = list(arguments)
    options: list[str] = []
    while rest and is_option(rest[0]):
        word = rest.pop(0)
        if word == "--":
            return Line(options=tuple(options), words=tuple(rest), literal=True)
        option = names.normal(word) or word
        options.append(option)
        if option in names.with_value and rest:
            options.append(rest.pop(0))
    return Line(options=tuple(options), words=tuple(rest), literal=False)


def stray_options(line: Line, names: OptionNames) -> tuple[str, ...]:
    """Find words of the prompt that look as if they were meant as options."""
    if line.literal:
        return ()
    return tuple(word for word in line.words if names.normal(word) is not None)


def is_option(word: str) -> bool:
    """Tell an option from a prompt that begins with a dash, such as "- a list"."""
    name = word.partition("=")[0]
    return word.startswith("-") and word != "-" and not any(map(str.isspace, name))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Find the known word that is at most two edits away, the nearest one first."""
    # A word of megabytes is not measured: what is added alone are more edits than that.
    alike = [name for name in known if abs(len(word) - len(name)) <= _NEAR]
    distances = [(_distance(word.lower(), name), name) for name in alike]
    distance, name = min(distances, default=(_NEAR + 1, ""))
    return name if distance <= _NEAR else None


def _distance(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        diagonal, row[0] = row[0], i
        for j, right in enumerate(other, start=1):
            best = min(row[j] + 1, row[j - 1] + 1, diagonal + (left != right))
            diagonal, row[j] = row[j], best
    return row[len(other)]
