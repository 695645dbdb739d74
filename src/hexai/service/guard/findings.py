"""Secrets in the lines of a text, looked at again and again while it is edited.

An editor asks with every key, the rules need 0.35 s for a megabyte, and all but a few
lines are those of the last time. So what is remembered is which lines are clean: more
precisely, for each line with the two after it, what matches begin in it. Those that
are not known yet are looked at together, and an edit makes three of them unknown.

A rule therefore sees three lines at once, blank ones left out, which is what
`password:` and its value below it need. The few rules for blocks of many lines are
asked anew at each line that holds their fixed words.

What is remembered are hashes, keyed anew in each process: no text is held, and a clean
line stays clean after an undo, in another document, and in the prompt made of it.
Lines of texts that are gone are forgotten: they would fill megabytes in an hour.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import accumulate

from msgspec import Struct
from msgspec.structs import replace

from hexai.service.guard.rules import (
    Token,
    TokenRule,
    find_tokens,
    guard_rules,
    may_match,
)

_AT_ONCE = 3
_TOGETHER = 32 << 10
"""Characters of lines that are looked at in one go."""
_REMEMBERED = 20_000
"""Lines of one question, the newest, whatever its size."""
_SPARE = 2_000
"""Lines beside those of a question and of one like it, for what is edited next."""
_MARKED = 2_000


class Finding(Struct, frozen=True, kw_only=True):
    """Something in a text that looks like a secret; never holds it."""

    rule: str
    line: int
    """Counted from 0."""
    column: int
    fingerprint: str
    """Names this secret and no other."""


Marks = dict[int, tuple[Finding, ...]]
"""By key, what begins in a line; `line` counts from it. Lines without are clean."""


class Survey(Struct, frozen=True, kw_only=True):
    """A text's lines, what is known of them, and which are to be looked at."""

    lines: Sequence[str]
    """Without blank ones."""
    numbers: Callable[[], Sequence[int]]
    """Gives the number of each in the text."""
    keys: Sequence[int]
    """One for each line."""
    unknown: tuple[tuple[int, int], ...]
    """Ranges of the lines in which matches may begin that nobody looked for yet."""
    known: Marks

    @property
    def size(self) -> int:
        """Count the characters that are to be looked at."""
        return sum(sum(map(len, self.lines[slice(*span)])) for span in self.unknown)


class LineMemory:
    """What was found in the lines that were looked at lately."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._recent: set[int] = set()
        self._older: set[int] = set()
        self._asked = 0
        self._marks: Marks = {}

    def begin(self) -> None:
        """Take note of the next question: forget what none has held for long."""
        if len(self._recent) > 2 * self._asked + _SPARE:
            self._age()
        self._asked = 0

    def _age(self) -> None:
        self._older, self._recent = self._recent, set()

    def survey(self, lines: Sequence[str]) -> Survey:
        """Say what of a text is known, and what is to be looked at."""
        solid = [line for line in lines if not line.isspace()]
        keys = _keys(solid)
        distinct = set(keys)
        missing = distinct - self._recent - self._older
        return Survey(
            lines=solid,
            numbers=lambda: [n for n, line in enumerate(lines) if not line.isspace()],
            keys=keys,
            unknown=_ranges(keys, missing) if missing else (),
            known={key: self._marks[key] for key in self._marks.keys() & distinct},
        )

    def learn(self, survey: Survey, found: Marks) -> None:
        """Remember a text that was looked at, and what `look` found in it."""
        if len(self._recent) > _REMEMBERED:
            self._age()
        if len(self._marks) > _MARKED:
            self._recent, self._older, self._marks = set(), set(), {}
        # All or nothing: without its marks a line would count as clean.
        self._asked += len(survey.keys)
        self._recent.update(survey.keys)
        self._marks.update(survey.known)
        self._marks.update(found)


def find_secrets(lines: Sequence[str]) -> list[Finding]:
    """Find what looks like a secret in lines that are looked at only once."""
    survey = LineMemory().survey(lines)
    return list(findings(survey, look(survey)))


def look(survey: Survey, stop: Callable[[], bool] = lambda: False) -> Marks:
    """Look at unknown lines; this is what takes time, and may run in a thread.

    When `stop` says so, it ends with what it has, which is not to be learnt.
    """
    marks: Marks = {}
    for start, end in survey.unknown:
        for first, last in _batches(survey.lines, start, end):
            if stop():
                return marks
            for line, found in _look_together(survey.lines, first, last).items():
                marks[survey.keys[line]] = tuple(dict.fromkeys(found))
    return marks


def findings(survey: Survey, found: Marks) -> Iterator[Finding]:
    """Give what is in a text, from above; a secret wherever it stands."""
    marks = survey.known | found
    if not marks:
        return
    numbers = survey.numbers()
    for start, key in enumerate(survey.keys):
        for mark in marks.get(key, ()):
            yield from _expanded(mark, start, survey.lines, numbers)


def _keys(lines: Sequence[str]) -> list[int]:
    second, third = [*lines[1:], ""], [*lines[2:], "", ""]
    return list(map(hash, zip(lines, second, third, strict=False)))


def _ranges(keys: Sequence[int], missing: set[int]) -> tuple[tuple[int, int], ...]:
    ranges: list[tuple[int, int]] = []
    for index, key in enumerate(keys):
        if key not in missing:
            continue
        if ranges and ranges[-1][1] == index:
            ranges[-1] = ranges[-1][0], index + 1
        else:
            ranges.append((index, index + 1))
    return tuple(ranges)


def _batches(lines: Sequence[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    first, size = start, 0
    for index in range(start, end):
        size += len(lines[index])
        if size > _TOGETHER:
            yield first, index + 1
            first, size = index + 1, 0
    if first < end:
        yield first, end


def _look_together(
    lines: Sequence[str], first: int, last: int
) -> dict[int, list[Finding]]:
    """Find what begins in the lines from `first` up to but not `last`."""
    found: dict[int, list[Finding]] = {}
    entered: set[int] = set()
    text, offsets = _joined(lines, first, last + _AT_ONCE - 1)
    for token in find_tokens(text, _short_rules()):
        begins, ends = _line_of(token.start, offsets), _line_of(token.end - 1, offsets)
        # What begins in a line that a match runs into is hidden behind that match.
        entered.update(range(first + begins + 1, min(first + ends + 1, last)))
        if token.fingerprint and first + begins < last and ends < begins + _AT_ONCE:
            found.setdefault(first + begins, []).append(_finding(token, offsets))
    for line in entered:
        found[line] = [*found.get(line, ()), *_look_alone(lines, line)]
    if _blocks_at(text):
        for line in range(first, last):
            found[line] = [*found.get(line, ()), *_blocks_at(lines[line])]
    return {line: marks for line, marks in found.items() if marks}


def _look_alone(lines: Sequence[str], line: int) -> Iterator[Finding]:
    text, offsets = _joined(lines, line, line + _AT_ONCE)
    for token in find_tokens(text, _short_rules()):
        if token.fingerprint and token.start < len(lines[line]):
            yield _finding(token, offsets)


def _blocks_at(line: str) -> list[Finding]:
    """Give a mark for each rule of many lines whose fixed words are in a line."""
    return [
        Finding(rule=rule.name, line=0, column=0, fingerprint="")
        for rule in _long_rules()
        if may_match(rule, line)
    ]


def _expanded(
    mark: Finding, start: int, lines: Sequence[str], numbers: Sequence[int]
) -> Iterator[Finding]:
    """Give the findings that a mark stands for, placed in the whole text."""
    if mark.fingerprint:
        yield replace(mark, line=numbers[start + mark.line])
        return
    rule = next(rule for rule in _long_rules() if rule.name == mark.rule)
    text, _ = _joined(lines, start, start + rule.lines)
    for token in find_tokens(text, [rule]):
        if token.fingerprint and token.start < len(lines[start]):
            yield Finding(
                rule=rule.name,
                line=numbers[start],
                column=token.start,
                fingerprint=token.fingerprint,
            )


def _finding(token: Token, offsets: Sequence[int]) -> Finding:
    """Place a token, counting from the line in which its match begins."""
    begins, line = _line_of(token.start, offsets), _line_of(token.offset, offsets)
    return Finding(
        rule=token.rule,
        line=line - begins,
        column=token.offset - offsets[line],
        fingerprint=token.fingerprint,
    )


def _joined(lines: Sequence[str], first: int, last: int) -> tuple[str, list[int]]:
    """Join lines, and say where each begins."""
    chosen = lines[first:last]
    return "".join(chosen), list(accumulate(map(len, chosen), initial=0))


def _line_of(offset: int, offsets: Sequence[int]) -> int:
    return bisect_right(offsets, offset, hi=len(offsets) - 1) - 1


@cache
def _short_rules() -> tuple[TokenRule, ...]:
    return tuple(rule for rule in guard_rules().tokens if rule.lines <= _AT_ONCE)


@cache
def _long_rules() -> tuple[TokenRule, ...]:
    return tuple(rule for rule in guard_rules().tokens if rule.lines > _AT_ONCE)
