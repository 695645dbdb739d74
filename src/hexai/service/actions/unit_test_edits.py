"""Tests written into the text of a file: what is there stays as it is."""

import re
from collections.abc import Callable, Iterable, Sequence
from textwrap import dedent, indent
from typing import TYPE_CHECKING

from hexai.prompts.actions import TEST_FAMILIES
from hexai.prompts.code.languages import language_of
from hexai.service.actions.fitting import Unfit, is_refusal, without_chatter
from hexai.service.actions.unit_test_code import (
    Code,
    definitions,
    read_answer,
    read_file,
    text_of,
)
from hexai.service.actions.unit_test_imports import (
    Insertions,
    Needs,
    go_imports,
    javascript_imports,
    python_imports,
)
from hexai.text.indent import in_style
from hexai.text.lines import Lines, Position, Replacement, Span

if TYPE_CHECKING:
    from tree_sitter import Node

_TOO_SLOW = Unfit("the file cannot be read: it is too long, or does not parse")

_IMPORTS: dict[str, Callable[[Code, Code, Needs], Insertions]] = {
    "go": go_imports,
    "python": python_imports,
    "javascript": javascript_imports,
}
"""From the file, the tests and the needs: lines to insert before a line of the file."""


def add_tests(
    document: Lines, answer: str, needs: Needs
) -> tuple[Replacement, ...] | Unfit:
    """Give the edits of a test file, or of an empty one, that bring the tests in."""
    written = _tests_in(answer, needs.language)
    if isinstance(written, Unfit):
        return written
    text = "\n".join(document.between(0, len(document)))
    file = read_file(text, needs.language)
    tests = _in_style(written, text)
    if tests is None or file is None:
        return _TOO_SLOW
    if needs.family == "rust":
        return _into_rust(document, text, file, tests)
    lines = _IMPORTS[needs.family](file, tests, needs)
    added = tests.written(
        without=[each.span for each in tests.imports] + _package(tests),
        renamed=_renamed(tests, file.outer) if needs.family != "javascript" else {},
    ).strip("\n")
    if not text.strip():
        head = "".join(f"{line}\n" for _, line in lines)
        apart = "\n" * (gap_of(needs.language) if head else 0)
        return (Replacement(span=None, text=f"{head}{apart}{added}\n"),)
    gap = gap_of(needs.language)
    end = _last(document) + 1
    if behind := [line for number, line in lines if number >= end]:
        # Editors differ in which of two edits at one place comes first.
        added = "\n".join(behind) + "\n" * (gap + 1) + added
        gap = 0 if file.imports else 1
    before = [(number, line) for number, line in lines if number < end]
    return (*_grouped(before), _at_end(document, added, blank=gap))


def cleaned_tests(answer: str, language: str) -> str | Unfit:
    """Give the tests that an answer holds, at the margin."""
    tests = _tests_in(answer, language)
    return tests if isinstance(tests, Unfit) else tests.written()


def _tests_in(answer: str, language: str) -> Code | Unfit:
    if not answer.strip():
        return Unfit("the answer is empty")
    if is_refusal(answer):
        return Unfit("the model refused")
    text = re.sub(r"\r\n?", "\n", answer)
    tests = without_chatter(text, "", TEST_FAMILIES[language], code=True)
    tests = dedent(tests).strip("\n")
    code = read_answer(tests, language)
    if code is None:
        return Unfit(f"the answer is no {language_of(language).name} that parses")
    return code if code.has_test else Unfit("the answer holds no test")


def _in_style(tests: Code, text: str) -> Code | None:
    """Indent tests as a file does."""
    written = tests.written()
    styled = in_style(written, text, "")
    return tests if styled == written else read_answer(styled, tests.language)


def gap_of(language: str) -> int:
    """Give the blank lines that stand between two definitions."""
    return 2 if language == "python" else 1


def _package(tests: Code) -> list[tuple[int, int]]:
    return [
        (node.start_byte, node.end_byte)
        for node in tests.outer
        if node.type == "package_clause"
    ]


def _renamed(tests: Code, there: "Iterable[Node]") -> dict[str, str]:
    """Give a number to what is there by that name: one would hide the other."""
    taken, renamed = set(definitions(there)), dict[str, str]()
    for name in dict.fromkeys(definitions(tests.outer)):
        new, number = name, 2
        while new in taken:
            new, number = f"{name}_{number}", number + 1
        taken.add(new)
        if new != name:
            renamed[name] = new
    return renamed


def _into_rust(
    document: Lines, text: str, file: Code, tests: Code
) -> tuple[Replacement, ...] | Unfit:
    """Put tests into the module of tests, which is made at the end if there is none."""
    unwrapped = _unwrapped(tests)
    if unwrapped is None:
        return _TOO_SLOW
    step = "\t" if re.search(r"^\t", text, re.MULTILINE) else "    "
    item = _test_module(file.outer)
    module = item.child_by_field_name("body") if item is not None else None
    if item is not None and item.start_point.row == item.end_point.row:
        return Unfit("the module of tests is a file of its own, or stands on one line")
    there = module.named_children if module is not None else []
    have = {text_of(node) for node in there if node.type == "use_declaration"}
    added = unwrapped.written(
        without=[
            (node.start_byte, node.end_byte)
            for node in unwrapped.outer
            if node.type == "use_declaration"
            and text_of(node) in have | {"use super::*;"}
        ],
        renamed=_renamed(unwrapped, there),
    ).strip("\n")
    inner = indent(added, step)
    if module is None:
        head = f"#[cfg(test)]\nmod tests {{\n{step}use super::*;\n\n"
        return (_at_end(document, f"{head}{inner}\n}}", blank=1),)
    return (_insertion(module.end_point.row, f"\n{inner}\n"),)


def _unwrapped(tests: Code) -> Code | None:
    """Take tests out of the module that a model put them into."""
    items = [node for node in tests.outer if node.type not in _BESIDE_ITEMS]
    if len(items) != 1 or items[0].type != "mod_item":
        return tests
    body = text_of(items[0].child_by_field_name("body"))
    return read_answer(dedent(body[1:-1].strip("\n")), tests.language)


_BESIDE_ITEMS = {"attribute_item", "block_comment", "line_comment"}


def _test_module(outer: "Sequence[Node]") -> "Node | None":
    """Find the module behind `#[cfg(test)]`."""
    is_test = False
    for node in outer:
        if node.type == "mod_item" and is_test:
            return node
        if node.type == "attribute_item":
            is_test |= "".join(text_of(node).split()) == "#[cfg(test)]"
        elif node.type not in _BESIDE_ITEMS:
            is_test = False
    return None


def _at_end(document: Lines, text: str, *, blank: int) -> Replacement:
    """Put a text at a document's end, behind some blank lines; it ends with a break."""
    last = _last(document)
    if last < 0:
        return Replacement(span=None, text=f"{text}\n")
    start = Position(last, len(document.line(last)))
    between = "\n" * (blank + 1)
    return Replacement(span=Span(start, document.end), text=f"{between}{text}\n")


def _last(document: Lines) -> int:
    """Give the number of the last line that is not blank; -1 if there is none."""
    last = len(document) - 1
    while last >= 0 and not document.line(last).strip():
        last -= 1
    return last


def _grouped(lines: Insertions) -> list[Replacement]:
    """Make one insertion of all lines that go before the same line."""
    groups: dict[int, list[str]] = {}
    for number, line in lines:
        groups.setdefault(number, []).append(f"{line}\n")
    return [_insertion(number, "".join(group)) for number, group in groups.items()]


def _insertion(line: int, text: str) -> Replacement:
    return Replacement(span=Span(Position(line, 0), Position(line, 0)), text=text)
