"""Holes in the middle of lines: what is offered there, and whether the line survives.

A *gap* is a line that has lost some tokens of its middle, which a suggestion may give
back. A *whole* line has lost nothing, and the cursor stands somewhere within it: there
a suggestion can only be of use if what follows still follows. Of both it is counted
how many are offered, how many of these parse by judges that the editor server does not
ask (Python's own parser among them), and how many are what really stood there.

What is right must not be refused: for each gap the right answer, and the right answer
with the rest of the line behind it, as models like to give it, are cleaned and judged
without any model.
"""

import random
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from msgspec import Struct

from hexai.bench.soundness import Surroundings
from hexai.prompts.code.languages import language_named, language_of
from hexai.prompts.code.syntax_check import Judge
from hexai.text.cleaning import clean
from hexai.text.lines import Lines, Position
from hexai.text.repetition import covered

Kind = Literal["gaps", "whole"]
_TOKEN = re.compile(r"\w+|[^\w\s]")
_FEWEST, _MOST = 1, 5
"""Tokens that a gap has lost."""
_TOP = 20
"""Lines at the beginning of a file, imports mostly, that are left out."""


class MidLine(Struct, frozen=True, kw_only=True):
    """A place in the middle of a line, and what is missing there."""

    path: str
    before: str
    missing: str
    after: str

    @property
    def language(self) -> str:
        """The id of its language."""
        return language_named(self.path)

    @property
    def position(self) -> Position:
        """Where the cursor is."""
        return Lines.of(self.before).end

    @property
    def rest(self) -> str:
        """What stands right of the cursor."""
        return self.after.partition("\n")[0]

    def parses(self, behind: str) -> bool:
        """Tell whether the file parses with that behind the cursor in its line."""
        below = self.after[len(self.rest) :]
        language = language_of(self.language, self.path)
        return Surroundings.around(
            language, self.before, self.missing + self.rest, below
        ).parses(behind)

    def cleaned(self, said: str, *, infilled: bool = True) -> str:
        """Clean what a model said, as the editor server does."""
        return clean(
            said,
            before=self.before,
            after=self.after,
            infilled=infilled,
            finished=True,
            language=self.language,
        )

    def misfit(self, text: str) -> str | None:
        """Judge a text as the editor server does."""
        document = Lines.of(self.before + self.after)
        language = language_of(self.language, self.path)
        return Judge(language, document, self.position).misfit(text)


def mid_lines(
    count: int, seed: int, root: Path, ending: str, kind: Kind
) -> list[MidLine]:
    """Choose places, the same ones for a seed and a state of the code."""
    dice = random.Random(seed)
    files = sorted(root.glob(f"**/*.{ending}"))
    made: list[MidLine] = []
    while len(made) < count:
        path = dice.choice(files)
        text = path.read_text("utf-8")
        lines = text.split("\n")
        if len(lines) < 2 * _TOP:
            continue
        number = dice.randrange(_TOP, len(lines))
        place = _place(lines, number, dice, kind)
        if place is None:
            continue
        start, end = place
        above = "".join(f"{line}\n" for line in lines[:number])
        line = lines[number]
        made.append(
            MidLine(
                path=str(path.relative_to(root)),
                before=above + line[:start],
                missing=line[start:end],
                after="\n".join((line[end:], *lines[number + 1 :])),
            )
        )
    return made


def _place(
    lines: list[str], number: int, dice: random.Random, kind: Kind
) -> tuple[int, int] | None:
    """Choose where a line's hole begins and ends; None for a line without code."""
    line = lines[number]
    tokens = [match.span() for match in _TOKEN.finditer(line)]
    if len(tokens) < 2 + _FEWEST or not line[:1].isspace():
        return None
    if '"""' in line or re.match(r"\s*(?:#|//|\*|/\*)", line):
        return None
    if kind == "whole":
        at = dice.randrange(tokens[0][0] + 1, tokens[-1][0] + 1)
        return at, at
    most = min(_MOST, len(tokens) - 2)
    size = dice.randint(_FEWEST, most)
    first = dice.randrange(1, len(tokens) - size)
    start, end = tokens[first][0], tokens[first + size - 1][1]
    if dice.random() < 0.5:  # somebody is in the middle of its first word
        start = min(end - 1, start + dice.randrange(3))
    return start, end


class Told(Struct, kw_only=True):
    """What became of the places."""

    asked: int = 0
    offered: int = 0
    parses: int = 0
    exact: int = 0

    def add(self, place: MidLine, behind: str | None) -> str:
        """Take what stands behind the cursor with a suggestion; None: none."""
        self.asked += 1
        if behind is None:
            return "nothing"
        self.offered += 1
        sound = place.parses(behind)
        exact = behind == place.missing + place.rest
        self.parses += sound
        self.exact += exact
        return "exact" if exact else "parses" if sound else "BROKEN"

    def __str__(self) -> str:
        """Say it in a line."""
        share = f" ({self.parses / self.offered:.0%} of them)" if self.offered else ""
        return (
            f"of {self.asked}: offered {self.offered}, parse {self.parses}{share}, "
            f"exact {self.exact}"
        )


def offered_in_process(
    place: MidLine, said: str, *, infilled: bool = True
) -> str | None:
    """Clean and judge what somebody said; gives what stands behind the cursor then."""
    text = place.cleaned(said, infilled=infilled)
    if place.misfit(text) is not None:
        return None
    taken = covered(text, place.before, place.after, place.language)
    return text + place.rest[taken:]


def report_right(places: list[MidLine]) -> None:
    """Print how many right answers come in as they should, however they are given."""
    ways: dict[str, Callable[[MidLine], str]] = {
        "alone": lambda p: p.missing,
        "with the rest": lambda p: p.missing + p.rest,
        "with the rest and a line": lambda p: "\n".join(
            (p.missing + p.rest, *p.after.split("\n")[1:2])
        ),
    }
    for name, way in ways.items():
        lost: Counter[str] = Counter()
        spent = 0.0
        for place in places:
            text = place.cleaned(way(place))
            began = time.thread_time()
            misfit = place.misfit(text)
            spent += time.thread_time() - began
            if misfit is not None:
                lost[misfit] += 1
            elif offered_in_process(place, way(place)) != place.missing + place.rest:
                lost["otherwise"] += 1
        right = len(places) - lost.total()
        each = 1000 * spent / len(places)
        print(
            f"  right answers {name}: {right} of {len(places)} come in; "
            f"{dict(lost)}; {each:.1f} ms to judge one",
            flush=True,
        )
