"""The imports of a test file: which ones tests need, and which line they go before.

What a model imports by itself is taken out of its tests. That of the tested function is
dropped, since ours is right; the rest joins the file's imports if it is not there.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

Insertions = Sequence[tuple[int, str]]

_GO_STANDARD = """
bufio bytes cmp context crypto/sha256 encoding/base64 encoding/hex encoding/json errors
fmt io io/fs log maps math math/rand net/http net/http/httptest net/url os path
path/filepath reflect regexp slices sort strconv strings sync sync/atomic testing time
unicode unicode/utf8
""".split()  # noqa: SIM905 - a list of thirty would fill a page
_GO_BLOCK = re.compile(r"^import \(\n(.*?)^\)", re.MULTILINE | re.DOTALL)
_GO_SINGLE = re.compile(r'^import (?:[\w.]+ )?"[^"]+"[^\n]*\n?', re.MULTILINE)
_GO_PACKAGE = re.compile(r"^package \w+[^\n]*\n?", re.MULTILINE)
_PATH = re.compile(r'"([^"\n]+)"')

_PYTHON = re.compile(
    r"^(?:import [^\n]+|from \S+ import (?:\([^)]*\)|[^\n(]+))[ \t]*(?:\n|\Z)",
    re.MULTILINE,
)
_JAVASCRIPT = re.compile(
    r"^(?:import\b[^;'\"]*?['\"][^'\"\n]+['\"]|"
    r"(?:const|let|var) [^;=\n]+= ?require\([^)\n]*\))[^\n]*(?:\n|\Z)",
    re.MULTILINE,
)
_DOCSTRING = re.compile(r"\A\s*(?:#[^\n]*\n)*\s*(\"\"\"|''').*?\1[^\n]*\n", re.DOTALL)
_QUOTED = re.compile(r"['\"]([^'\"\n]+)['\"]")
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

    family: str
    package: str = ""
    """Go: the package's name."""
    imports: tuple[str, ...] = ()
    """Whole statements, such as `from m import f`."""
    imported: str = ""
    """The name that those imports give."""
    known: tuple[str, ...] = ()
    """Go: the paths that the source imports; tests may use them too."""


def go_imports(text: str, tests: str, needs: Needs) -> tuple[str, Insertions]:
    """Import what tests in Go use: `testing`, and of the standard library by name."""
    own = [*go_paths(tests)]
    tests = _GO_PACKAGE.sub("", _GO_SINGLE.sub("", _GO_BLOCK.sub("", tests)))
    have = set(go_paths(text))
    by_name = {path.rpartition("/")[2]: path for path in _GO_STANDARD}
    by_name |= {path.rpartition("/")[2]: path for path in (*needs.known, *own)}
    used = [path for name, path in by_name.items() if _uses_package(tests, name)]
    missing = sorted({"testing", *used} - have)
    if not text.strip():
        head = [f"package {needs.package}", "", "import ("]
        return tests, [(0, line) for line in (*head, *map(_go_line, missing), ")")]
    if not missing:
        return tests, ()
    block = _GO_BLOCK.search(text)
    if block is not None:
        line = text.count("\n", 0, block.start()) + 1
        return tests, [(line, _go_line(path)) for path in missing]
    anchor = _GO_SINGLE.search(text) or _GO_PACKAGE.search(text)
    line = text.count("\n", 0, anchor.end()) if anchor is not None else 0
    return tests, [(line, f'import "{path}"') for path in missing]


def python_imports(text: str, tests: str, needs: Needs) -> tuple[str, Insertions]:
    """Import pytest where it is used, the function, and what the tests import."""
    own = [found[0].rstrip() for found in _PYTHON.finditer(tests)]
    tests = _PYTHON.sub("", tests)
    wanted = ["import pytest"] if re.search(r"\bpytest\.", tests) else []
    wanted += [line for line in own if not _gives(line, needs.imported, "pytest")]
    wanted += needs.imports
    present = [" ".join(found[0].split()) for found in _PYTHON.finditer(text)]
    missing = [
        line
        for line in dict.fromkeys(wanted)
        if not any(_covers(have, line) for have in present)
    ]
    if not text.strip():
        return tests, [(0, line) for line in _python_order(missing)]
    line = _last_line(text, _PYTHON)
    if line is None:
        docstring = _DOCSTRING.match(text)
        line = text.count("\n", 0, docstring.end()) if docstring is not None else 0
    return tests, [(line, each) for each in missing]


def javascript_imports(text: str, tests: str, needs: Needs) -> tuple[str, Insertions]:
    """Import the framework where it has to be, and the function."""
    own = [found[0].rstrip() for found in _JAVASCRIPT.finditer(tests)]
    tests = _JAVASCRIPT.sub("", tests)
    present = {" ".join(found[0].split()) for found in _JAVASCRIPT.finditer(text)}
    known = {name for each in present for name in re.findall(r"[\w$]+", each)}
    wanted = [*needs.imports]
    wanted += [
        line
        for line in own
        if _source(line) not in _FRAMEWORKS and not _names(line, needs.imported)
    ]
    missing = [
        line
        for line in dict.fromkeys(wanted)
        if " ".join(line.split()) not in present and not _bindings(line) <= known
    ]
    line = _last_line(text, _JAVASCRIPT) or 0
    return tests, [(line, each) for each in missing]


def _go_line(path: str) -> str:
    return f'\t"{path}"'


def go_paths(text: str) -> Iterator[str]:
    """Give what a Go file imports."""
    for block in _GO_BLOCK.finditer(text):
        yield from _PATH.findall(block[1])
    for single in _GO_SINGLE.finditer(text):
        yield from _PATH.findall(single[0])


def _uses_package(tests: str, name: str) -> bool:
    """Tell whether a name is used as a package, and is not a variable's."""
    used = re.search(rf"(?<![\w.\"]){re.escape(name)}\.[A-Z]", tests)
    return used is not None and re.search(rf"\b{re.escape(name)} :?=", tests) is None


def _gives(statement: str, *names: str) -> bool:
    """Tell whether a Python import gives one of some names."""
    imported = statement.partition("import ")[2]
    return any(re.search(rf"\b{re.escape(name)}\b", imported) for name in names if name)


def _covers(have: str, line: str) -> bool:
    """Tell whether an import that is there makes another one needless."""
    if have == line:
        return True
    source, found, names = line.partition(" import ")
    if not found or " as " in line:
        return False
    wanted = {name.strip() for name in names.strip("()").split(",") if name.strip()}
    there, _, given = have.partition(" import ")
    gives = {name.strip() for name in given.strip("() ").split(",")}
    return there == source and wanted <= gives


def _python_order(lines: Sequence[str]) -> list[str]:
    """Put pytest after what is not the tested module, with a blank line before it."""
    if len(lines) < 2:
        return [*lines]
    return [*lines[:-1], "", lines[-1]]


def _last_line(text: str, pattern: re.Pattern[str]) -> int | None:
    """Give the number of the line behind the last import of a file's head."""
    ends = [found.end() for found in pattern.finditer(text)]
    return text.count("\n", 0, ends[-1]) if ends else None


def _source(line: str) -> str:
    found = _QUOTED.findall(line)
    return found[-1] if found else ""


def _names(line: str, name: str) -> bool:
    return bool(name) and re.search(rf"\b{re.escape(name)}\b", line) is not None


def _bindings(line: str) -> set[str]:
    """Give the names that a JavaScript import brings in."""
    head = line.removeprefix("import").removeprefix("const")
    head = head.partition(" from ")[0].partition("=")[0]
    return set(re.findall(r"[\w$]+", head)) - {"type", "as"}
