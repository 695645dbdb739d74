"""Unit tests for a function: what is tested and asked, where tests go."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePath
from posixpath import relpath

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.schema_prompts import Prompts
from hexai.domain.request import Request
from hexai.prompts.actions import (
    TEST_FAMILIES,
    ActionSubject,
    can_test,
    unit_test_request,
)
from hexai.prompts.code.constructs import Function
from hexai.prompts.code.cursor import Cursor
from hexai.prompts.code.languages import language_of
from hexai.service.actions.fitting import Unfit
from hexai.service.actions.unit_test_code import (
    Code,
    read_file,
    text_of,
)
from hexai.service.actions.unit_test_exports import import_form
from hexai.service.actions.unit_test_file import (
    Place,
    find_place,
    javascript_framework,
    python_module,
)
from hexai.service.actions.unit_test_imports import Needs
from hexai.text.lines import Position, Span

_LOOKED_AT = 20
"""Lines of a selection in which a function is looked for."""
_TEST_NAMES = re.compile(
    r".+_test\.go|test_.*\.py|.+_test\.py|conftest\.py|.+\.(?:test|spec)\.[cm]?[jt]sx?"
)


class FunctionUnderTest(Struct, frozen=True, kw_only=True):
    """The function that is to be tested."""

    language: str
    """One of `TEST_FAMILIES`."""
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
        language=cursor.language.id,
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
    asked = ActionSubject(
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
    family = TEST_FAMILIES[language_of(identifier, source.name).id]
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


class Plan(Struct, frozen=True, kw_only=True):
    """What is tested, and where its tests go."""

    subject: FunctionUnderTest
    place: Place | None
    """None: into the source itself."""
    needs: Needs
    module: str = ""
    """What the model is told that the function comes from."""
    framework: str = ""


def plan_tests(cursor: Cursor, source: Path, folder: Path) -> Plan | Unfit:
    """Find function, test file and imports; looks at files, so it is for a thread."""
    subject = find_subject(cursor)
    if subject is None:
        return Unfit("there is no function at the cursor")
    family = TEST_FAMILIES[subject.language]
    if family == "rust":
        return Plan(subject=subject, place=None, needs=Needs(language="rust"))
    paths = candidates(source, cursor.identifier, folder)
    place = find_place(paths, folder)
    if isinstance(place, Unfit):
        return place
    if family == "python":
        return _python(subject, place, source)
    return _by_source(subject, place, cursor, source, folder)


def _by_source(
    subject: FunctionUnderTest, place: Place, cursor: Cursor, source: Path, folder: Path
) -> Plan | Unfit:
    """Plan for what only the source tells: Go's package, JavaScript's exports."""
    text = "\n".join(cursor.document.between(0, len(cursor.document)))
    code = read_file(text, subject.language)
    if code is None:
        return Unfit(f"{source.name} is too long, or too broken, to be read")
    if subject.language == "go":
        return _go(subject, place, code, source)
    framework = javascript_framework(source, folder)
    return _javascript(subject, place, code, source, framework)


def _go(subject: FunctionUnderTest, place: Place, code: Code, source: Path) -> Plan:
    clauses = [node for node in code.outer if node.type == "package_clause"]
    named = clauses[0].named_children if clauses else []
    package = text_of(named[0]) if named else source.parent.name
    needs = Needs(language="go", package=package, known=tuple(code.imports))
    return Plan(subject=subject, place=place, needs=needs, module=package)


def _python(subject: FunctionUnderTest, place: Place, source: Path) -> Plan:
    module = python_module(source)
    needs = Needs(
        language="python",
        imports=(f"from {module} import {subject.imported}",),
        imported=subject.imported,
    )
    return Plan(
        subject=subject, place=place, needs=needs, module=module, framework="pytest"
    )


def _javascript(
    subject: FunctionUnderTest, place: Place, code: Code, source: Path, framework: str
) -> Plan | Unfit:
    name = subject.imported
    module = relpath(source, place.path.parent)
    module = module if module.startswith(".") else f"./{module}"
    if framework != "node:test" and source.suffix not in (".mjs", ".cjs", ".mts"):
        module = module.removesuffix(source.suffix)
    form = import_form(code, name)
    if not form:
        return Unfit(f"{name} is not exported, so that no test could import it")
    needs = Needs(
        language=subject.language,
        imports=(*_framework_imports(framework, form), form.format(name, module)),
        imported=name,
    )
    return Plan(
        subject=subject, place=place, needs=needs, module=module, framework=framework
    )


def _framework_imports(framework: str, form: str) -> tuple[str, ...]:
    """Import what the framework does not give by itself."""
    required = "require" in form
    if framework == "vitest":
        return ("import { describe, expect, it, vi } from 'vitest';",)
    if framework != "node:test":
        return ()
    if required:
        return (
            "const { describe, it } = require('node:test');",
            "const assert = require('node:assert/strict');",
        )
    return (
        "import { describe, it } from 'node:test';",
        "import assert from 'node:assert/strict';",
    )
