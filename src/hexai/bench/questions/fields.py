"""The fields of a question: what each may hold, and what is told where it does not."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hexai.bench.questions.checks import check_schema, compile_pattern
from hexai.bench.questions.nodes import Node
from hexai.bench.questions.question import Check, CheckKind, OwnQuestion
from hexai.text.nearest_name import nearest
from hexai.text.sanitise import shorten, visible_line

FIELDS = ("question", "system", "files", "tags", *map(str, CheckKind))
_TEXTS = (*(CheckKind.CONTAINS, CheckKind.MATCHES, CheckKind.EQUALS, CheckKind.RUNS),)
"""Checks that hold a text, or several of which each is a check."""
_MOST_PROBLEMS = 20
_SHOWN = 60


class Problems:
    """What is wrong with a file, and what of it was left out."""

    def __init__(self, name: str) -> None:
        """`name` is what the file is called."""
        self._name = visible_line(name)
        self.notes: list[str] = []
        self._placed: list[tuple[int, str]] = []

    def __len__(self) -> int:
        """Count the problems."""
        return len(self._placed)

    def told(self) -> list[str]:
        """Give the problems in the order of their lines; of many, how many more."""
        ordered = sorted(self._placed, key=lambda each: each[0])
        shown = [words for _, words in ordered[:_MOST_PROBLEMS]]
        more = len(ordered) - len(shown)
        return [*shown, f"{self._name}: and {more} more"] if more else shown

    def add(self, line: int, reason: str) -> None:
        """Tell a problem in a line; 0: in the file."""
        self._placed.append((line, self._told(line, reason)))

    def note(self, line: int, words: str) -> None:
        """Tell something that is no problem."""
        told = self._told(line, words)
        if told not in self.notes:
            self.notes.append(told)

    def unknown(self, line: int, name: str, known: Iterable[str]) -> None:
        """Tell of a field that nobody knows."""
        names = tuple(known)
        meant = nearest(name, names)
        hint = f"did you mean {meant}?" if meant else f"there are {', '.join(names)}"
        self.add(line, f"{shorten(name, _SHOWN)} is no field; {hint}")

    def _told(self, line: int, words: str) -> str:
        place = f"{self._name}:{line}" if line else self._name
        return f"{place}: {visible_line(words)}"


def read_question(node: Node, problems: Problems) -> OwnQuestion | None:
    """Read one question; None if it cannot be, which is told."""
    value = node.value
    if isinstance(value, str):
        value = {"question": node}
    if not isinstance(value, Mapping):
        problems.add(node.line, "a question is a text, or a table with its fields")
        return None
    for name in value:
        if name not in FIELDS:
            problems.unknown(value[name].line, name, FIELDS)
    if "question" not in value:
        problems.add(node.line, "it has no question; write what is asked below it")
        return None
    before = len(problems)
    question = OwnQuestion(
        text=_text(value["question"], "question", problems),
        system=_text(value["system"], "system", problems, blank=True)
        if "system" in value
        else None,
        files=tuple(_texts(value, "files", problems)),
        tags=tuple(dict.fromkeys(_texts(value, "tags", problems))),
        checks=tuple(_checks(value, problems)),
        line=node.line,
    )
    return question if len(problems) == before else None


def _text(node: Node, name: str, problems: Problems, *, blank: bool = False) -> str:
    """Read a text; what YAML takes for a number or a truth is one as it is written."""
    value = node.value
    if not isinstance(value, str):
        is_scalar = node.written is not None and value is not None
        value = node.written if is_scalar else None
    if value is None:
        problems.add(node.line, f"{name} has to be a text, in quotes")
        return ""
    if not blank and not value.strip():
        problems.add(node.line, f"{name} is empty; fill it in, or leave it out")
    return value if name in ("equals", "contains") else value.strip()


def _texts(value: Mapping[str, Node], name: str, problems: Problems) -> Iterator[str]:
    """Read a text or a list of texts."""
    if name not in value:
        return
    node = value[name]
    several = node.value if isinstance(node.value, tuple) else (node,)
    if not several:
        problems.add(node.line, f"{name} is empty; fill it in, or leave it out")
    for each in several:
        yield _text(each, name, problems)


def _checks(value: Mapping[str, Node], problems: Problems) -> Iterator[Check]:
    for kind in _TEXTS:
        for text in _texts(value, kind, problems):
            yield Check(kind=kind, wanted=text)
            if kind is CheckKind.MATCHES:
                told = compile_pattern(text)
                if isinstance(told, str):
                    problems.add(value[kind].line, f"matches {text}: {told}")
    if CheckKind.JSON in value:
        yield from json_check(value[CheckKind.JSON], problems)
    if CheckKind.LINES_AT_MOST in value:
        yield from _lines(value[CheckKind.LINES_AT_MOST], problems)


def json_check(node: Node, problems: Problems) -> Iterator[Check]:
    """Read what JSON an answer has to be: `true` for any, or of a schema."""
    value: Any = node.plain
    if value is True:
        yield Check(kind=CheckKind.JSON)
    elif isinstance(value, dict):
        wrong = check_schema(value)
        if wrong:
            problems.add(node.line, f"json is no schema: {wrong}")
        yield Check(kind=CheckKind.JSON, wanted=value)
    else:
        problems.add(node.line, "json has to be true, or a JSON Schema")


def _lines(node: Node, problems: Problems) -> Iterator[Check]:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        problems.add(node.line, "lines_at_most has to be a number of 1 or more")
        return
    yield Check(kind=CheckKind.LINES_AT_MOST, wanted=value)
