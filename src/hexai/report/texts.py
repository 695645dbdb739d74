"""Questions and answers for a page that may hold texts: side by side, and not too many.

A run is shown as `hexai show` would: letters instead of names while nobody has chosen
and it was blind. Each text is cut, and there are as many as the page has room for.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from msgspec import Struct

from hexai.report.bench_section import Differing
from hexai.text.sanitise import visible, visible_line

LONGEST = 2000
"""Characters of a text."""
MOST_RUNS = 200
MOST_TASKS = 100
_AROUND = 400
"""Bytes of markup for each text, about."""


class Side(Struct, frozen=True, kw_only=True):
    """One of several texts that stand side by side."""

    name: str
    text: str
    note: str = ""
    chosen: bool = False
    cut: int = 0
    """Characters that are left out."""

    @property
    def size(self) -> int:
        """How much of a page it takes, about."""
        return _AROUND + len(self.text.encode()) + len(self.name)


class Beside(Struct, frozen=True, kw_only=True):
    """Texts side by side, with what they answer."""

    title: str
    sides: tuple[Side, ...]
    question: str = ""
    kind: str = ""
    language: str = ""

    @property
    def size(self) -> int:
        """How much of a page they take, about."""
        return _AROUND + len(self.question.encode()) + sum(s.size for s in self.sides)


class Texts(Struct, frozen=True, kw_only=True):
    """What there is room for, and how many others there are."""

    shown: tuple[Beside, ...] = ()
    missing: int = 0


def side(name: str, text: str, *, note: str = "", chosen: bool = False) -> Side:
    """Make a text harmless, and no longer than is shown."""
    return Side(
        name=visible_line(name),
        text=visible(text[:LONGEST]),
        note=visible_line(note),
        chosen=chosen,
        cut=max(0, len(text) - LONGEST),
    )


def that_fit(beside: Iterable[Beside], *, room: int, most: int) -> Texts:
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
    """Put what was really written beside what was answered."""
    for each in islice(differing, MOST_TASKS):
        answers = (
            side(
                answered.label,
                answered.text,
                note="" if answered.saved is None else f"saved {answered.saved:+.2f}",
            )
            for answered in each.answers
        )
        yield Beside(
            title=visible_line(f"Task {each.id[:12]} {each.path}".rstrip()),
            question=visible(each.before),
            kind=visible_line(each.kind),
            language=visible_line(each.language),
            sides=(side("what was written", each.truth), *answers),
        )
