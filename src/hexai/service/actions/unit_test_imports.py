"""The imports of a test file: which ones tests need, and which line they go before.

What a model imports by itself is taken out of its tests. That of the tested function is
dropped, since ours is right; the rest joins the file's imports if it is not there.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from hexai.prompts.actions import TEST_FAMILIES
from hexai.service.actions.unit_test_code import (
    Code,
    Import,
    package_name,
    read_answer,
    text_of,
    walk,
)

if TYPE_CHECKING:
    from tree_sitter import Node

Insertions = Sequence[tuple[int, str]]

_GO_STANDARD = """
bufio bytes cmp context crypto/sha256 encoding/base64 encoding/hex encoding/json errors
fmt io io/fs log maps math math/rand net/http net/http/httptest net/url os path
path/filepath reflect regexp slices sort strconv strings sync sync/atomic testing time
unicode unicode/utf8
""".split()  # noqa: SIM905 - a list of thirty would fill a page
_GO_DECLARES = {
    "short_var_declaration": "left",
    "range_clause": "left",
    "var_spec": "name",
    "const_spec": "name",
    "parameter_declaration": "name",
}
"""Nodes, and the fields in which they name values."""
_FRAMEWORKS = {
    "vitest",
    "@jest/globals",
    "jest",
    "mocha",
    "chai",
    "node:test",
    "node:assert",
    "node:assert/strict",
    "assert",
    "assert/strict",
}


class Needs(Struct, frozen=True, kw_only=True):
    """What tests of a function need in their file."""

    language: str
    """One of `TEST_FAMILIES`."""
    package: str = ""
    """Go: the package's name."""
    imports: tuple[str, ...] = ()
    """Whole statements, such as `from m import f`."""
    imported: str = ""
    """The name that those imports give."""
    known: tuple[Import, ...] = ()
    """Go: what the source imports; tests may use it too."""

    @property
    def family(self) -> str:
        """Whose conventions the language follows."""
        return TEST_FAMILIES[self.language]


def go_imports(file: Code, tests: Code, needs: Needs) -> Insertions:
    """Import what tests in Go use: `testing`, and of the standard library by name."""
    lines = {package_name(path): f'"{path}"' for path in _GO_STANDARD}
    for each in (*needs.known, *tests.imports):
        lines |= dict.fromkeys(each.given, each.text)
    code = [node for node in tests.outer if node.type != "import_declaration"]
    used = {name for outer in code for name in _packages(outer)}
    have = {name for each in file.imports for name in each.given}
    wanted = (used | {"testing", "_", "."}) & lines.keys()
    missing = sorted(lines[name] for name in wanted - have)
    return _placed_in_go(file, needs, missing)


def _packages(outer: "Node") -> set[str]:
    """Give what reads as a package: it has a member, and is no value declared here."""
    used, declared = set[str](), set[str]()
    for node in walk(outer):
        if field := _GO_DECLARES.get(node.type):
            for named in node.children_by_field_name(field):
                declared |= {text_of(each) for each in (named, *named.named_children)}
        elif node.type == "selector_expression":
            if text_of(node.child_by_field_name("field"))[:1].isupper():
                used.add(text_of(node.child_by_field_name("operand")))
        elif node.type == "qualified_type":
            used.add(text_of(node.child_by_field_name("package")))
    return used - declared


def _placed_in_go(file: Code, needs: Needs, missing: Sequence[str]) -> Insertions:
    if not file.outer:
        head = [f"package {needs.package}", "", "import ("]
        return [(0, line) for line in (*head, *(f"\t{each}" for each in missing), ")")]
    clauses = [
        node
        for node in file.outer
        if node.type in ("import_declaration", "package_clause")
    ]
    for clause in clauses:
        listed = clause.named_children[0]
        if listed.type == "import_spec_list" and listed.end_point > listed.start_point:
            row = listed.start_point.row
            if row < listed.end_point.row:
                return [(row + 1, f"\t{each}") for each in missing]
    row = clauses[-1].end_point.row + 1 if clauses else 0
    return [(row, f"import {each}") for each in missing]


def python_imports(file: Code, tests: Code, needs: Needs) -> Insertions:
    """Import pytest where it is used, the function, and what the tests import."""
    ours = {needs.imported, "pytest"} - {""}
    own = [each for each in tests.imports if not ours & _names(each)]
    uses = any(
        node.type == "attribute" and text_of(node).startswith("pytest.")
        for node in walk(tests.root)
    )
    wanted = [*_read(["import pytest"] if uses else [], needs), *own]
    wanted += _read(needs.imports, needs)
    have = {(each.source, pair) for each in file.imports for pair in each.names}
    missing = dict.fromkeys(
        each.text
        for each in wanted
        if not {(each.source, pair) for pair in each.names} <= have
    )
    if not file.outer:
        return [(0, line) for line in _python_order([*missing])]
    return _behind_imports(file, missing)


def javascript_imports(file: Code, tests: Code, needs: Needs) -> Insertions:
    """Import the framework where it has to be, and the function."""
    own = [
        each
        for each in tests.imports
        if each.source not in _FRAMEWORKS and needs.imported not in _names(each)
    ]
    known = {name for each in file.imports for name in each.given}
    loaded = {each.source for each in file.imports}
    wanted = [*_read(needs.imports, needs), *own]
    missing = dict.fromkeys(
        _reduced(each, known)
        for each in wanted
        if (each.given - known if each.names else each.source not in loaded)
    )
    return _behind_imports(file, missing)


def _read(statements: Iterable[str], needs: Needs) -> list[Import]:
    code = read_answer("\n".join(statements), needs.language)
    assert code is not None, "a few lines of ours are read at once"
    return code.imports


def _names(statement: Import) -> set[str]:
    return {name for pair in statement.names for name in pair}


def _behind_imports(file: Code, lines: Iterable[str]) -> Insertions:
    """Put lines behind the last import, or behind what has to be first."""
    imports = {each.span for each in file.imports}
    rows = [n.end_point.row + 1 for n in file.outer if _span(n) in imports]
    row = rows[-1] if rows else file.head()
    is_tight = not rows and any(n.start_point.row == row for n in file.outer)
    return [(row, line) for line in (*lines, *([""] if is_tight else []))]


def _span(node: "Node") -> tuple[int, int]:
    return node.start_byte, node.end_byte


def _python_order(lines: Sequence[str]) -> list[str]:
    """Put pytest after what is not the tested module, with a blank line before it."""
    if len(lines) < 2:
        return [*lines]
    return [*lines[:-1], "", lines[-1]]


def _reduced(statement: Import, known: set[str]) -> str:
    """Write a JavaScript import without the names that the file has: twice is wrong."""
    opening, found, _ = statement.text.partition("{")
    if not found or not statement.given & known:
        return statement.text
    is_import = opening.startswith("import")
    pairs = sorted(pair for pair in statement.names if pair[1] not in known)
    mark = " as " if is_import else ": "
    named = [name if name == here else f"{name}{mark}{here}" for name, here in pairs]
    end = " from '{}'" if is_import else " = require('{}')"
    end += ";" * statement.text.endswith(";")
    return f"{opening}{{ {', '.join(named)} }}{end.format(statement.source)}"
