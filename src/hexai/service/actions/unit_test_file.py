"""The file that unit tests go into, and tests written into its text."""

import errno
import json
import os
import re
import stat
from collections.abc import Callable, Sequence
from pathlib import Path, PurePath
from textwrap import dedent, indent

from msgspec import Struct

from hexai.service.actions.fitting import Unfit, is_refusal, without_chatter
from hexai.service.actions.unit_test_imports import (
    Needs,
    go_imports,
    javascript_imports,
    python_imports,
)
from hexai.text.indent import in_style
from hexai.text.lines import Lines, Position, Replacement, Span

# Its path is computed from the source's path, so no answer has a say in it. A link that
# leads out of the workspace folder, and what is no regular file, is refused; a new file
# is made only where there is nothing.

_MODE = 0o666
"""As every editor makes files: the user's mask decides. It is source code, not ours."""
_LIMIT = 10 * 10**6
_PACKAGE_LIMIT = 1 << 20
_FRAMEWORKS = ("vitest", "jest", "mocha", "jasmine")


class Place(Struct, frozen=True, kw_only=True):
    """Where the tests of a source go."""

    path: Path
    exists: bool


def find_place(paths: Sequence[PurePath], folder: Path) -> Place | Unfit:
    """Choose the first file that exists, or else the first that can be made."""
    for each in map(Path, paths):
        if os.path.lexists(each):
            return _existing(each, folder)
    for each in map(Path, paths):
        if each.parent.is_dir() and _is_within(each, folder):
            return Place(path=each, exists=False)
    return Unfit("there is no place for its tests in the workspace folder")


def create(path: Path, text: str, folder: Path) -> Unfit | None:
    """Make a new file; what is there already, a link included, stays as it is."""
    if not _is_within(path, folder):
        return _outside(path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(path.parent.resolve() / path.name, flags, _MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        return Unfit(f"{path.name} could not be made: {error.strerror}")
    return None


def check(path: Path, folder: Path) -> Unfit | None:
    """Say why an existing file must not be touched; None if it may be."""
    found = _existing(path, folder)
    return found if isinstance(found, Unfit) else None


def read(path: Path) -> str:
    """Read a test file; raises `OSError`, or `UnicodeDecodeError` if it is no text."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(_LIMIT + 1)
    if len(data) > _LIMIT:
        raise OSError(errno.EFBIG, "is too large", str(path))
    return data.decode()


def python_module(source: Path) -> str:
    """Give the name that a Python file is imported by."""
    parts = [] if source.stem == "__init__" else [source.stem]
    folder = source.parent
    while (folder / "__init__.py").is_file() and folder.name:
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts) or source.parent.name


def javascript_framework(source: Path, folder: Path) -> str:
    """Name what runs the tests, by the nearest package.json up to the folder."""
    for above in (source.parent, *source.parent.parents):
        package = above / "package.json"
        if package.is_file():
            return _framework_of(package)
        if above == folder:
            break
    return "node:test"


def _framework_of(package: Path) -> str:
    try:
        with package.open("rb") as file:
            held = json.loads(file.read(_PACKAGE_LIMIT))
    except (OSError, ValueError, RecursionError):
        return "node:test"
    text = json.dumps(held if isinstance(held, dict) else {})
    for name in _FRAMEWORKS:
        if re.search(rf'"{name}"|\b{name}\b(?= run| --|")', text):
            return name
    return "node:test"


def _existing(path: Path, folder: Path) -> Place | Unfit:
    if not _is_within(path, folder):
        return _outside(path)
    try:
        found = path.stat()
    except OSError:
        return Unfit(f"{path.name} is a link that leads nowhere")
    if not stat.S_ISREG(found.st_mode):
        return Unfit(f"{path.name} is not a regular file")
    return Place(path=path, exists=True)


def _is_within(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _outside(path: Path) -> Unfit:
    return Unfit(f"{path.name} leads out of the workspace folder, so it is left alone")


# What is there stays as it is. A test whose name is taken gets a number, since two of
# one name do not compile or hide each other.

_TEST = {
    "go": re.compile(r"^func (?:Test|Benchmark|Fuzz|Example)\w*\(", re.MULTILINE),
    "python": re.compile(r"^[ \t]*+(?:async )?def test_\w+\(", re.MULTILINE),
    "javascript": re.compile(r"\b(?:describe|test|it)(?:\.\w+)*\("),
    "rust": re.compile(r"#\[(?:\w+::)*test\b"),
}
_NAMED = {
    "go": re.compile(r"^func ([A-Z]\w*)\(", re.MULTILINE),
    "python": re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE),
    "rust": re.compile(r"\bfn (\w+)\("),
}
_CALLED = re.compile(r"\b\w++(?=\()")
_RUST_MODULE = re.compile(
    r"#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*(?:pub )?mod \w+\s*\{"
)
_RUST_WRAPPED = re.compile(
    r"\A\s*(?:#\[cfg\(test\)\]\s*)?mod \w+\s*\{\n(.*)\n\}\s*\Z", re.DOTALL
)
_RUST_USE = re.compile(r"^[ \t]*+use super::\*;[ \t]*\n", re.MULTILINE)


Import = Callable[[str, str, Needs], tuple[str, Sequence[tuple[int, str]]]]
"""From the file's text, the tests and the needs: the tests without their own imports,
and lines to insert before a line of the file."""

_IMPORTS: dict[str, Import] = {
    "go": go_imports,
    "python": python_imports,
    "javascript": javascript_imports,
}


def add_tests(
    document: Lines, answer: str, needs: Needs
) -> tuple[Replacement, ...] | Unfit:
    """Give the edits of a test file, or of an empty one, that bring the tests in."""
    tests = cleaned_tests(answer, needs.family)
    if isinstance(tests, Unfit):
        return tests
    text = "\n".join(document.between(0, len(document)))
    tests = _renamed(in_style(tests, text, ""), text, needs.family)
    if needs.family == "rust":
        return _into_rust(document, text, tests)
    tests, lines = _IMPORTS[needs.family](text, tests, needs)
    tests = tests.strip("\n")
    if not text.strip():
        head = "".join(f"{line}\n" for _, line in lines)
        gap = "\n\n" if needs.family == "python" and head else "\n" if head else ""
        return (Replacement(span=None, text=f"{head}{gap}{tests}\n"),)
    inserted = _grouped(lines)
    return (*inserted, _at_end(document, tests, blank=gap_of(needs.family)))


def cleaned_tests(answer: str, family: str) -> str | Unfit:
    """Give the tests that an answer holds, at the margin."""
    if not answer.strip():
        return Unfit("the answer is empty")
    if is_refusal(answer):
        return Unfit("the model refused")
    text = re.sub(r"\r\n?", "\n", answer)
    tests = dedent(without_chatter(text, "", family, code=True)).strip("\n")
    if _TEST[family].search(tests) is None:
        return Unfit("the answer holds no test")
    return tests


def _renamed(tests: str, text: str, family: str) -> str:
    """Give tests numbers whose names the file has."""
    pattern = _NAMED.get(family)
    if pattern is None:
        return tests
    taken, renamed = set(pattern.findall(text)), dict[str, str]()
    for name in dict.fromkeys(pattern.findall(tests)):
        new, number = name, 2
        while new in taken:
            new, number = f"{name}_{number}", number + 1
        taken.add(new)
        renamed[name] = new
    return _CALLED.sub(lambda called: renamed.get(called[0], called[0]), tests)


def _into_rust(document: Lines, text: str, tests: str) -> tuple[Replacement, ...]:
    if (wrapped := _RUST_WRAPPED.match(tests)) is not None:
        tests = dedent(wrapped[1])
    tests = _RUST_USE.sub("", tests).strip("\n")
    inner = indent(tests, _step(text))
    module = _RUST_MODULE.search(text)
    end = _closing(text, module.end()) if module is not None else None
    if end is None:
        head = f"#[cfg(test)]\nmod tests {{\n{_step(text)}use super::*;\n\n"
        return (_at_end(document, f"{head}{inner}\n}}", blank=1),)
    line = text.count("\n", 0, end)
    return (_insertion(line, f"\n{inner}\n"),)


def _closing(text: str, start: int) -> int | None:
    """Find the bracket that closes a module: the first at the margin behind it."""
    found = re.compile(r"^\}", re.MULTILINE).search(text, start)
    return found.start() if found is not None else None


def _step(text: str) -> str:
    return "\t" if re.search(r"^\t", text, re.MULTILINE) else "    "


def gap_of(family: str) -> int:
    """Give the blank lines that stand between two definitions."""
    return 2 if family == "python" else 1


def _at_end(document: Lines, text: str, *, blank: int) -> Replacement:
    """Put a text at a document's end, behind some blank lines; it ends with a break."""
    last = len(document) - 1
    while last >= 0 and not document.line(last).strip():
        last -= 1
    if last < 0:
        return Replacement(span=None, text=f"{text}\n")
    start = Position(last, len(document.line(last)))
    between = "\n" * (blank + 1)
    return Replacement(span=Span(start, document.end), text=f"{between}{text}\n")


def _grouped(lines: Sequence[tuple[int, str]]) -> list[Replacement]:
    """Make one insertion of all lines that go before the same line."""
    groups: dict[int, list[str]] = {}
    for number, line in lines:
        groups.setdefault(number, []).append(f"{line}\n")
    return [_insertion(number, "".join(group)) for number, group in groups.items()]


def _insertion(line: int, text: str) -> Replacement:
    return Replacement(span=Span(Position(line, 0), Position(line, 0)), text=text)
