"""The imports of a test file: which ones tests need, and which line they go before.

What a model imports by itself is taken out of its tests. That of the tested function is
dropped, since ours is right; the rest joins the file's imports if it is not there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

Insertions = Sequence[tuple[int, str]]

_GO_STANDARD = """
bufio bytes cmp context crypto/sha256 encoding/base64 encoding/hex encoding/json errors
fmt io io/fs log maps math math/rand net/http net/http/httptest net/url os path
path/filepath reflect regexp slices sort strconv strings sync sync/atomic testing time
unicode unicode/utf8
""".split()  # noqa: SIM905 - a list of thirty would fill a page
# No pattern here may look at the same text again for each place where it could begin:
# a model that repeats itself writes thousands of such places. So each ends before what
# could begin the next.
_GO_BLOCK = re.compile(
    r"^import \(\n((?:[ \t]*+(?:[\w.]++[ \t]++)?(?:[\"`][^\n]*+|//[^\n]*+)?\n)*+)\)",
    re.MULTILINE,
)
_GO_SINGLE = re.compile(r'^import (?:[\w.]+ )?"[^"]+"[^\n]*\n?', re.MULTILINE)
_GO_PACKAGE = re.compile(r"^package \w+[^\n]*\n?", re.MULTILINE)
_PACKAGE_USED = re.compile(r"(?<![\w.\"])(\w+)\.[A-Z]")
_VARIABLE = re.compile(r"\b(\w+) :?=")
_PATH = re.compile(r'"([^"\n]+)"')

_PYTHON = re.compile(
    r"^(?:import [^\n]+|from \S++ import (?:\((?:[^()#]|#[^\n]*+)*+\)|[^\n(]+))"
    r"[ \t]*(?:\n|\Z)",
    re.MULTILINE,
)
_JAVASCRIPT = re.compile(
    r"^(?:import\b(?:[^;'\"i]|(?<=[\w$])i|i(?!mport\b))*+['\"][^'\"\n]+['\"]|"
    r"(?:const|let|var) [^;=\n]+= ?require\([^)\n]*\))[^\n]*(?:\n|\Z)",
    re.MULTILINE,
)
_DOCSTRING = re.compile(
    r"\A\s*+(?:#[^\n]*\n\s*+)*+(\"\"\"|''').*?\1[^\n]*\n", re.DOTALL
)
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
    packages = set(_PACKAGE_USED.findall(tests)) - set(_VARIABLE.findall(tests))
    used = [path for name, path in by_name.items() if name in packages]
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
    given, exact = _given(present), set(present)
    missing = [
        line
        for line in dict.fromkeys(wanted)
        if line not in exact and not _covers(given, line)
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


def _gives(statement: str, *names: str) -> bool:
    """Tell whether a Python import gives one of some names."""
    imported = statement.partition("import ")[2]
    return any(re.search(rf"\b{re.escape(name)}\b", imported) for name in names if name)


def _given(statements: Iterable[str]) -> dict[str, set[str]]:
    """Give which names a file's imports take from where."""
    given: dict[str, set[str]] = {}
    for statement in statements:
        source, _, names = statement.partition(" import ")
        given.setdefault(source, set()).update(_names_in(names))
    return given


def _covers(given: Mapping[str, set[str]], line: str) -> bool:
    """Tell whether imports that are there make another one needless."""
    source, found, names = line.partition(" import ")
    return (
        bool(found)
        and " as " not in line
        and _names_in(names) <= given.get(source, set())
    )


def _names_in(names: str) -> set[str]:
    return {name.strip() for name in names.strip("() ").split(",") if name.strip()}


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
