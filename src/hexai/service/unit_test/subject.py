"""Unit tests for a function: what is tested, what is asked, and where tests go.

Each language has its convention. Go's tests stand beside the source, in its package;
Python's in a folder `tests` if there is one; those of JavaScript and TypeScript beside
the source or in `__tests__`; Rust's in the source file itself, in a module `tests`.
The model writes tests alone. Package clauses, imports and modules are ours to write,
since they follow from the source, and models guess them.
"""

import re
from collections.abc import Iterator
from pathlib import PurePath

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.tables.prompts import Prompts
from hexai.domain.request import Request
from hexai.prompts.actions import Subject, can_test, unit_test_request
from hexai.prompts.code.constructs import Function
from hexai.prompts.code.languages import language_of
from hexai.prompts.cursor import Cursor
from hexai.text.positions import Position, Span

_LOOKED_AT = 20
"""Lines of a selection in which a function is looked for."""
_TEST_NAMES = re.compile(
    r".+_test\.go|test_.*\.py|.+_test\.py|conftest\.py|.+\.(?:test|spec)\.[cm]?[jt]sx?"
)
_FAMILIES = {
    "go": "go",
    "python": "python",
    "rust": "rust",
    "javascript": "javascript",
    "javascriptreact": "javascript",
    "typescript": "javascript",
    "typescriptreact": "javascript",
}


class FunctionUnderTest(Struct, frozen=True, kw_only=True):
    """The function that is to be tested."""

    family: str
    """go, python, javascript (TypeScript too) or rust."""
    name: str
    owner: str
    """The class or type that it belongs to; empty: none."""
    text: str
    """All of it."""

    @property
    def imported(self) -> str:
        """What a test has to import: a method comes with its class."""
        return self.owner or self.name


def may_test(identifier: str, path: str) -> bool:
    """Tell whether unit tests can be written for a file, by its name."""
    if not path or not can_test(identifier, path):
        return False
    return _TEST_NAMES.fullmatch(PurePath(path).name) is None


def find_subject(cursor: Cursor) -> FunctionUnderTest | None:
    """Find the first function of a selection; of nested ones the outermost."""
    found = _first_function(cursor)
    while found is not None:
        functions = _at(cursor, found.span, found.span.start)
        again = functions[-1] if functions else found
        if again.span.end <= found.span.end:
            break
        found = again
    if found is None:
        return None
    start = Position(found.span.start.line, 0)
    return FunctionUnderTest(
        family=_FAMILIES[cursor.language.id],
        name=found.name,
        owner=found.owner,
        text=cursor.document.slice(Span(start, found.span.end)),
    )


def has_subject(cursor: Cursor) -> bool:
    """Tell whether a selection, or what is around the cursor, holds a function."""
    return _first_function(cursor) is not None


def compose_test(
    subject: FunctionUnderTest,
    cursor: Cursor,
    *,
    module: str,
    framework: str,
    prompts: Prompts,
) -> Request:
    """Ask for tests of a function."""
    asked = Subject(
        path=cursor.path,
        identifier=cursor.identifier,
        function=subject.text,
        module=module,
        framework=framework,
    )
    return unit_test_request(asked, prompts)


def candidates(source: PurePath, identifier: str, folder: PurePath) -> list[PurePath]:
    """List where tests of a source file may be, in the order for a new file.

    Computed from the path alone. Nothing for Rust: its tests are in the source.
    """
    family = _FAMILIES[language_of(identifier, source.name).id]
    stem, ending = source.stem, source.suffix
    if family == "go":
        return [source.with_name(f"{stem}_test.go")]
    if family == "python":
        return list(_python_candidates(source, folder))
    if family == "javascript":
        apart = source.parent / "__tests__"
        return [
            apart / f"{stem}.test{ending}",
            apart / f"{stem}.spec{ending}",
            apart / f"{stem}{ending}",
            source.with_name(f"{stem}.test{ending}"),
            source.with_name(f"{stem}.spec{ending}"),
        ]
    return []


def _python_candidates(source: PurePath, folder: PurePath) -> Iterator[PurePath]:
    stem = source.parent.name if source.stem == "__init__" else source.stem
    name = f"test_{stem}.py"
    above = [source.parent, *source.parent.parents]
    inside = [each for each in above if each == folder or folder in each.parents]
    for base in inside:
        parts = source.parent.relative_to(base).parts
        inner = parts[1:] if parts[:1] == ("src",) else parts
        for tests in (base / "tests", base / "tests" / "unit", base / "test"):
            for skipped in range(len(inner) + 1):
                yield tests.joinpath(*inner[skipped:]) / name
    yield source.with_name(name)
    yield source.with_name(f"{stem}_test.py")


def _first_function(cursor: Cursor) -> Function | None:
    start, end = cursor.span.start, cursor.span.end
    last = min(end.line, start.line + _LOOKED_AT - 1)
    seen = replace(cursor, span=Span(start, Position(last, 0))).read()
    for number in range(start.line, last + 1):
        if cursor.document.line(number).strip() or number == start.line:
            column = start.character if number == start.line else 0
            if functions := seen.functions_at(Position(number, column)):
                return functions[-1]
    return None


def _at(cursor: Cursor, around: Span, at: Position) -> tuple[Function, ...]:
    return replace(cursor, span=around).read().functions_at(at)
