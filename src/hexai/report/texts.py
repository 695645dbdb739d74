"""Questions and answers for a page that may hold texts: side by side, and not too many.

A run is shown as `hexai show` would: letters instead of names while nobody has chosen
and it was blind. Each text is cut, and there are as many as the page has room for.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from hexai.report.bench_section import Differing
from hexai.text.diff import Mark, compare_lines
from hexai.text.sanitise import visible, visible_line

LONGEST = 2000
"""Characters of a text."""
MOST_RUNS = 200
MOST_TASKS = 100
_AROUND = 500
"""Bytes of markup around each text, and around all of one question."""
_WORD = re.compile(r"\w+|\s+|[^\w\s]")


class Piece(Struct, frozen=True, kw_only=True):
    """A part of a text, and which of two texts it is from."""

    mark: Mark
    text: str


class Side(Struct, frozen=True, kw_only=True):
    """One of several texts that stand side by side."""

    name: str
    pieces: tuple[Piece, ...]
    """The text; where it is compared, with what stands in the other one instead."""
    note: str = ""
    chosen: bool = False
    cut: int = 0
    """Characters that are left out."""

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(each.text for each in self.pieces if each.mark != "old")

    @property
    def size(self) -> int:
        """How much of a page it takes at most."""
        texts = (self.name, self.name, self.name, self.note)
        return _AROUND + sum(
            _size(each) for each in (*texts, *(piece.text for piece in self.pieces))
        )


class Beside(Struct, frozen=True, kw_only=True):
    """Texts side by side, with what they answer."""

    title: str
    sides: tuple[Side, ...]
    question: str = ""
    kind: str = ""
    language: str = ""
    is_marked: bool = False
    """Whether it is marked how they differ from the first of them."""

    @property
    def size(self) -> int:
        """How much of a page they take at most."""
        texts = (self.title, self.question, self.kind, self.language)
        own = sum(map(_size, (*texts, self.kind, self.language)))
        return _AROUND + own + sum(each.size for each in self.sides)


class Texts(Struct, frozen=True, kw_only=True):
    """What there is room for, and how many others there are."""

    shown: tuple[Beside, ...] = ()
    missing: int = 0


def _size(text: str) -> int:
    """Say how many bytes of a page a text takes at most, with its markup."""
    return len(escape(text).encode()) + len("<ins></ins>")


def side(name: str, text: str, *, note: str = "", chosen: bool = False) -> Side:
    """Make a text harmless, and no longer than is shown."""
    return Side(
        name=visible_line(name),
        pieces=(Piece(mark="same", text=visible(text[:LONGEST])),),
        note=visible_line(note),
        chosen=chosen,
        cut=max(0, len(text) - LONGEST),
    )


def compared(truth: Side, answer: Side) -> Side:
    """Mark in an answer which words are not in the truth, and which are missing."""
    old, new = (_WORD.findall(each.text) for each in (truth, answer))
    pieces = []
    for hunk in compare_lines(old, new):
        if hunk.same:
            found = [Piece(mark="same", text=_joined(new, hunk.new))]
        else:
            found = [
                Piece(mark="old", text=_joined(old, hunk.old)),
                Piece(mark="new", text=_joined(new, hunk.new)),
            ]
        pieces += [each for each in found if each.text]
    return replace(answer, pieces=tuple(pieces))


def _joined(words: Sequence[str], those: range) -> str:
    return "".join(words[those.start : those.stop])


def that_fit(beside: Iterable[Beside], *, room: int, most: int = MOST_RUNS) -> Texts:
    """Take texts from the first on while there is room; `room` is in bytes."""
    shown: list[Beside] = []
    missing = 0
    for each in beside:
        if len(shown) < most and not missing and each.size <= room:
            shown.append(each)
            room -= each.size
        else:
            missing += 1
    return Texts(shown=tuple(shown), missing=missing)


def tasks(differing: Iterable[Differing]) -> Iterator[Beside]:
    """Put what was really written beside what was answered, and how that differs."""
    for each in islice(differing, MOST_TASKS):
        answers = [side(a.label, a.text, note=a.note) for a in each.answers]
        sides = answers
        if each.truth:
            truth = side("what was written", each.truth)
            sides = [truth, *(compared(truth, answer) for answer in answers)]
        yield Beside(
            title=visible_line(f"Task {each.id[:12]} {each.path}".rstrip()),
            question=visible(each.before),
            kind=visible_line(each.kind),
            language=visible_line(each.language),
            sides=tuple(sides),
            is_marked=bool(each.truth),
        )
