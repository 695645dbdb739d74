"""From a file to questions: JSON Lines, YAML, TOML, or a paragraph each.

    questions = read_questions(text, "questions.yaml")

All that is wrong is told at once, each with its line and what to do about it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath

from msgspec import Struct

from hexai.bench.questions.fields import Problems, read_question
from hexai.bench.questions.nodes import (
    Malformed,
    Node,
    read_json,
    read_json_line,
    read_toml,
    read_yaml,
)
from hexai.bench.questions.promptfoo import is_promptfoo, read_tests
from hexai.bench.questions.question import OwnQuestion
from hexai.errors import HexaiError

_BEGINNING = re.compile(
    r"(?:\s*\n|[ \t]*#[^\n]*\n)*(?:"
    r"(?P<jsonl>\{.*\}[ \t]*(?:\n|$))|(?P<toml>\[\[questions?\]\]|questions?[ \t]*=)"
    r"|(?P<json>\{|\[[ \t]*[\n{\"])|(?P<yaml>(?:-[ \t]+)?"
    r"(?:description|providers|prompts|tests|vars|assert|questions?)[ \t]*:))"
)
"""What a text begins with whose name does not say of which form it is."""
_LISTS = ("questions", "question")
"""What a list of questions may be called in a table; TOML likes the second."""


class BadQuestions(HexaiError):
    """A file of questions that cannot be used; one line for each problem."""


class Questions(Struct, frozen=True, kw_only=True):
    """What a file asks."""

    questions: tuple[OwnQuestion, ...]
    notes: tuple[str, ...] = ()
    """What of it was left out, for people."""


def read_questions(text: str, name: str) -> Questions:
    """Read the questions of a file; raises `BadQuestions`, and `SetupError`.

    The name's ending says of which form it is; without one that is known, its first
    line does.
    """
    problems = Problems(name)
    try:
        questions = _read(text, _form(name, text), problems)
    except Malformed as error:
        problems.add(error.line, error.reason)
        questions = []
    if not questions and not problems:
        problems.add(0, "there is no question in it")
    _refuse_twins(questions, problems)
    if problems:
        raise BadQuestions("\n".join(problems.told()))
    return Questions(questions=tuple(questions), notes=tuple(problems.notes))


def _form(name: str, text: str) -> str:
    ending = PurePath(name).suffix.lower()
    known = {
        **dict.fromkeys((".jsonl", ".ndjson"), "jsonl"),
        **dict.fromkeys((".yaml", ".yml"), "yaml"),
        ".json": "json",
        ".toml": "toml",
        **dict.fromkeys((".txt", ".md", ".text"), "text"),
    }
    if ending in known:
        return known[ending]
    begins = _BEGINNING.match(text)
    if begins is None or begins.lastgroup is None:
        return "text"
    return begins.lastgroup


def _read(text: str, form: str, problems: Problems) -> list[OwnQuestion]:
    if form == "text":
        return [*_paragraphs(text)]
    if form == "jsonl":
        nodes = _lines(text, problems)
    else:
        readers: Mapping[str, Callable[[str], Node]] = {
            "json": read_json,
            "toml": read_toml,
            "yaml": read_yaml,
        }
        root = readers[form](text)
        if is_promptfoo(root):
            return read_tests(root, problems)
        nodes = _listed(root, problems)
    read = (read_question(node, problems) for node in nodes)
    return [question for question in read if question is not None]


def _lines(text: str, problems: Problems) -> list[Node]:
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                found.append(read_json_line(line, number))
            except Malformed as error:
                problems.add(number, f"it is no JSON: {error.reason}")
    return found


def _listed(root: Node, problems: Problems) -> list[Node]:
    """Find the list of questions."""
    value = root.value
    if isinstance(value, Mapping):
        if "question" in value and isinstance(value["question"].value, str):
            return [root]
        if any(isinstance(value.get(name), Node) for name in _LISTS):
            return _within(value, problems)
        problems.add(root.line, "it has neither questions nor tests; see --help")
        return []
    if isinstance(value, tuple):
        return [*value]
    problems.add(root.line, "it has to be a list of questions")
    return []


def _within(value: Mapping[str, Node], problems: Problems) -> list[Node]:
    """Take the list out of a table that has nothing else."""
    [name, *more] = [name for name in _LISTS if name in value]
    for other in [*more, *(key for key in value if key not in _LISTS)]:
        problems.unknown(value[other].line, other, _LISTS)
    listed = value[name].value
    if isinstance(listed, tuple):
        return [*listed]
    problems.add(value[name].line, f"{name} has to be a list")
    return []


def _paragraphs(text: str) -> Iterator[OwnQuestion]:
    """Give what blank lines part, a question each."""
    begun, lines = 0, list[str]()
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.strip():
            begun = begun if lines else number
            lines.append(line)
        elif lines:
            yield OwnQuestion(text="\n".join(lines).strip(), line=begun)
            lines = []


def _refuse_twins(questions: list[OwnQuestion], problems: Problems) -> None:
    """Refuse what stands there twice: whoever wants that asks repeatedly."""
    seen: dict[tuple[object, ...], int] = {}
    for question in questions:
        key = (question.text, question.system, question.files)
        first = seen.setdefault(key, question.line)
        if first != question.line:
            problems.add(
                question.line,
                f"the question of line {first} again; --repeat asks all repeatedly",
            )
