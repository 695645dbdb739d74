"""One line of a `.gitignore`: what it says, and which paths it matches.

The usual way makes a regular expression of it, which then takes as many steps as there
are ways to share a name out among the stars: `a*a*a*a*a*a*a*a*b` half a minute for 60
times `a`, and each star more takes nine times as long as the one before.
But the part between two stars needs to be found only once, as far left as it fits,
since what is left of it leaves the most for the rest. So a pattern is cut at its stars,
and each part is looked for from where the one before it ended: one pass, for stars
among the characters of a name and, a second time, for `**` among the folders of a path.

Patterns and paths are bytes, as they are for git.
"""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec import Struct

OneOf = frozenset[int]
"""The bytes that may stand at one place."""

_Name = list[OneOf | None]
"""The places of a name; None is a star."""

_ANY: OneOf = frozenset(range(256))
_ONLY: tuple[OneOf, ...] = tuple(frozenset((byte,)) for byte in range(256))
_SPECIAL = frozenset(b"*?[\\")
_FOLDERS: _Name = [None, None]
"""Two stars or more with nothing beside them: any folders."""

_CLASSES: dict[bytes, Callable[[bytes], bool]] = {
    b"alnum": bytes.isalnum,
    b"alpha": bytes.isalpha,
    b"blank": lambda one: one in (b" ", b"\t"),
    b"cntrl": lambda one: one < b" " or one == b"\x7f",
    b"digit": bytes.isdigit,
    b"graph": lambda one: b"!" <= one <= b"~",
    b"lower": bytes.islower,
    b"print": lambda one: b" " <= one <= b"~",
    b"punct": lambda one: b"!" <= one <= b"~" and not one.isalnum(),
    b"space": bytes.isspace,
    b"upper": bytes.isupper,
    b"xdigit": lambda one: one in b"0123456789abcdefABCDEF",
}

_Part = TypeVar("_Part", bound=Sequence[object])


class Glob(Struct, frozen=True):
    """A pattern for one name; stars stand between its parts."""

    parts: tuple[bytes | tuple[OneOf, ...], ...]

    def matches(self, name: bytes) -> bool:
        """Tell whether a name matches, whole."""

        def fits(part: bytes | tuple[OneOf, ...], at: int) -> bool:
            if isinstance(part, bytes):
                return name.startswith(part, at)
            return all(name[at + n] in place for n, place in enumerate(part))

        return _is_match(self.parts, len(name), fits)


class Pattern(Struct, frozen=True, kw_only=True, eq=False):
    """A line that says something."""

    line: int
    """Counted from 1."""
    negated: bool
    """What it matches is not ignored after all."""
    folders_only: bool
    readings: tuple[tuple[tuple[Glob, ...], ...], ...]
    """Parts of globs for the names of a path; any folders stand between two parts."""

    def matches(self, path: Sequence[bytes], *, is_folder: bool) -> bool:
        """Tell whether a path, given by its names, matches, whole."""
        if self.folders_only and not is_folder:
            return False

        def fits(part: tuple[Glob, ...], at: int) -> bool:
            return all(glob.matches(path[at + n]) for n, glob in enumerate(part))

        return any(_is_match(parts, len(path), fits) for parts in self.readings)


def parse_patterns(content: bytes, *, any_case: bool = False) -> tuple[Pattern, ...]:
    """Parse a file of patterns; with `any_case`, paths are to be in lower case."""
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if any_case:
        lines = [line.lower().replace(b"[:upper:]", b"[:lower:]") for line in lines]
    parsed = (parse_pattern(line, n) for n, line in enumerate(lines, start=1))
    return tuple(pattern for pattern in parsed if pattern is not None)


def parse_pattern(line: bytes, number: int) -> Pattern | None:
    """Parse one line; None if it says nothing or can match nothing."""
    text = _trimmed(line.removesuffix(b"\r"))
    if text.startswith(b"#"):
        return None
    negated = text.startswith(b"!")
    text = text[negated:]
    parsed = (_path_parts(reading) for reading in _readings(text.removesuffix(b"/")))
    readings = tuple(parts for parts in parsed if parts is not None)
    if not readings:
        return None
    return Pattern(
        line=number,
        negated=negated,
        folders_only=text.endswith(b"/"),
        readings=readings,
    )


def _readings(text: bytes) -> tuple[bytes, ...]:
    """Give a pattern as its documentation has it, or the two that git makes of it.

    Git compares a beginning without wildcards first, so that the `**` of `build**/x`
    then stands alone and means any folders, or none at all.
    """
    if b"**/" not in text:
        return (text,)
    odd = re.fullmatch(rb"([^*?\[\\]*[^*?\[\\/])\*\*+/(.*)", text, re.DOTALL)
    if odd is None:
        return (text,)
    head = b"/" + odd[1].removeprefix(b"/")
    return (head + b"*/**/" + odd[2], head + odd[2])


def _trimmed(line: bytes) -> bytes:
    """Remove blanks at the end, but for one that a backslash keeps."""
    bare = line.rstrip(b" ")
    backslashes = len(bare) - len(bare.rstrip(b"\\"))
    return line[: len(bare) + 1] if backslashes % 2 else bare


def _names(text: bytes) -> list[_Name] | None:
    """Take a pattern apart at its slashes; None if it can match nothing."""
    names: list[_Name] = [[]]
    at = 0
    while at < len(text):
        one = text[at : at + 1]
        at += 1
        if one == b"\\":
            one = text[at : at + 1]
            at += 1
            if not one:
                return None
        elif one == b"[":
            bracket = _bracket(text, at)
            if bracket is None:
                return None
            names[-1].append(bracket[0])
            at = bracket[1]
            continue
        elif one in b"*?":
            names[-1].append(None if one == b"*" else _ANY)
            continue
        if one == b"/":
            names.append([])
        else:
            names[-1].append(_ONLY[one[0]])
    return names


def _bracket(text: bytes, at: int) -> tuple[OneOf, int] | None:
    """Parse `[…]` from behind its first bracket; gives what it allows and its end."""
    negated = text[at : at + 1] in (b"!", b"^")
    first = at = at + negated
    allowed: set[int] = set()
    before: int | None = None  # may be the lower end of a range
    while at < len(text) and (at == first or text[at : at + 1] != b"]"):
        if (name := _class_name(text, at)) is not None:
            if name not in _CLASSES:
                return None
            allowed.update(byte for byte in _ANY if _CLASSES[name](bytes((byte,))))
            before, at = None, at + len(name) + 4
            continue
        low = before if _is_range(text, at) else None
        at += low is not None
        at += text[at : at + 1] == b"\\"
        if at == len(text):
            return None
        allowed.update(range(text[at] if low is None else low, text[at] + 1))
        before = text[at] if low is None else None
        at += 1
    if at == len(text):
        return None
    return (_ANY - allowed if negated else frozenset(allowed)), at + 1


def _class_name(text: bytes, at: int) -> bytes | None:
    """Give the name in `[:name:]`, if one begins here."""
    end = text.find(b"]", at + 2, at + 32)  # no class has so long a name
    if text[at : at + 2] != b"[:" or end < at + 3 or text[end - 1 : end] != b":":
        return None
    return text[at + 2 : end - 1]


def _is_range(text: bytes, at: int) -> bool:
    return text[at : at + 1] == b"-" and text[at + 1 : at + 2] not in (b"", b"]")


def _path_parts(text: bytes) -> tuple[tuple[Glob, ...], ...] | None:
    if text and _SPECIAL.isdisjoint(text):
        plain = tuple(Glob((name,)) for name in text.removeprefix(b"/").split(b"/"))
        return (plain,) if b"/" in text else ((), plain)
    names = _names(text.removeprefix(b"/"))
    if names is None or names == [[]]:
        return None
    if b"/" not in text:
        names = [_FOLDERS, *names]
    if _is_folders(names[-1]):
        names = [*names, [None]]  # what is within, not the folder itself
    parts: list[list[Glob]] = [[]]
    for name in names:
        if _is_folders(name):
            parts.append([])
        else:
            parts[-1].append(_glob(name))
    return tuple(map(tuple, parts))


def _is_folders(name: _Name) -> bool:
    return len(name) > 1 and not any(name)


def _glob(name: _Name) -> Glob:
    parts: list[list[OneOf]] = [[]]
    for place in name:
        if place is None:
            parts.append([])
        else:
            parts[-1].append(place)
    return Glob(tuple(map(_literal_or_places, parts)))


def _literal_or_places(part: list[OneOf]) -> bytes | tuple[OneOf, ...]:
    if any(len(place) != 1 for place in part):
        return tuple(part)
    return bytes(byte for place in part for byte in place)


def _is_match(
    parts: Sequence[_Part], length: int, fits: Callable[[_Part, int], bool]
) -> bool:
    """Tell whether parts, with anything between two, make up a whole of this length.

    `fits` is asked whether a part is at a place that leaves it room.
    """
    first, last = parts[0], parts[-1]
    if len(parts) == 1:
        return len(first) == length and fits(first, 0)
    at, end = len(first), length - len(last)
    if end < at or not (fits(first, 0) and fits(last, end)):
        return False
    for part in parts[1:-1]:
        while at + len(part) <= end and not fits(part, at):
            at += 1
        at += len(part)
        if at > end:
            return False
    return True
