"""Patterns of ignore files: as git reads them, in time that no pattern can stretch."""

import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hexai.service.ignore.patterns import Pattern, parse_pattern, parse_patterns


def _matches(line: str, path: str, *, is_folder: bool = False) -> bool:
    pattern = parse_pattern(line.encode(), 1)
    names = path.encode().split(b"/")
    return pattern is not None and pattern.matches(names, is_folder=is_folder)


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("a.py", "a.py"),
        ("a.py", "deep/down/a.py"),
        ("/a.py", "a.py"),
        ("*.pyc", "x/y.pyc"),
        ("*", "anything"),
        ("a?c", "abc"),
        ("[a-c]x", "bx"),
        ("[!a-c]x", "dx"),
        ("[[:digit:]]x", "7x"),
        ("[]a]x", "]x"),
        (r"\#a", "#a"),
        (r"\!a", "!a"),
        (r"a\ ", "a "),
        ("a   ", "a"),
        ("a\r", "a"),
        ("src/*.py", "src/a.py"),
        ("**/a/b", "x/y/a/b"),
        ("**/a/b", "a/b"),
        ("a/**", "a/b/c"),
        ("a/**/b", "a/b"),
        ("a/**/b", "a/x/y/b"),
        ("a/*/b", "a/x/b"),
        ("**", "a/b"),
        ("build**/x", "build-1/x"),
        ("grüße", "x/grüße"),
    ],
)
def test_what_a_pattern_matches(line: str, path: str) -> None:
    """Names, stars, brackets, folders and escapes, as gitignore's page has them."""
    assert _matches(line, path)


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("a.py", "b.py"),
        ("/a.py", "x/a.py"),
        ("src/*.py", "src/x/a.py"),
        ("src/*.py", "x/src/a.py"),
        ("a?c", "a/c"),
        ("[a-c", "a"),
        ("a/**", "a"),
        ("# a", "# a"),
        ("", "a"),
        ("/", "a"),
        ("a\\", "a\\"),
        ("[[:nothing:]]", "a"),
        ("a//b", "a/b"),
    ],
)
def test_what_a_pattern_does_not_match(line: str, path: str) -> None:
    """Anchors hold, one star stays within a name, and nonsense matches nothing."""
    assert not _matches(line, path)


def test_a_slash_at_the_end_is_for_folders() -> None:
    """A file of that name is another thing."""
    assert _matches("build/", "x/build", is_folder=True)
    assert not _matches("build/", "x/build")


def test_lines_are_counted_and_exceptions_told() -> None:
    """Blank lines and comments count; a byte order mark does not matter."""
    patterns = parse_patterns(b"\xef\xbb\xbfa\n\n# b\n!c\r\nd/")

    assert [(p.line, p.negated, p.folders_only) for p in patterns] == [
        (1, False, False),
        (4, True, False),
        (5, False, True),
    ]


def test_case_does_not_matter_where_it_is_told() -> None:
    """Paths are given in lower case then."""
    (pattern,) = parse_patterns(b"[A-C]x[[:upper:]].PY", any_case=True)

    assert pattern.matches([b"bxq.py"], is_folder=False)


PARTS = [
    *("a", "b", "ab", "c", "A", "é", "-", "!", "#", " ", ".", "[", "]", "\\"),
    *("/", "*", "**", "***", "?", "/**/", "**/", "/**", "[ab]", "[!a]", "[^b]"),
    *("[a-c]", "[[:alpha:]]", "[[:upper:]x]", "[]a]", "[a-]", "[\\]a]", "[b-\\c]"),
    *("[:", "[a/b]", "[[:x]"),
]
NAMES = [
    "a",
    "b",
    "ab",
    "abc",
    "c",
    "A",
    "-",
    "]",
    "[a]",
    "a b",
    "é",
    "#a",
    ".a",
    "\\a",
]


def test_git_says_the_same(tmp_path: Path) -> None:
    """Some hundred patterns made at random, against the real git."""
    chance = random.Random(7)
    environ = {
        "PATH": os.environ["PATH"],  # noqa: TID251 - to find git
        "HOME": str(tmp_path),
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    subprocess.run(["git", "init", "-q", tmp_path], check=True, env=environ)
    for line in _made_up(chance, 250):
        (tmp_path / ".gitignore").write_text(f"{line}\n")
        paths = ["/".join(chance.choices(NAMES, k=1 + n % 3)) for n in range(30)]
        said = _ignored_by_git(tmp_path, paths, environ)
        patterns = parse_patterns(f"{line}\n".encode())

        for path in paths:
            assert _is_ignored(path, patterns) == (path in said), (line, path)


def _made_up(chance: random.Random, count: int) -> Iterator[str]:
    for _ in range(count):
        line = "".join(chance.choices(PARTS, k=chance.randint(1, 6)))
        # Two runs of stars after a beginning without any are beyond what is told.
        if not line.startswith("!") and line.count("**") < 2:
            yield line


def _ignored_by_git(
    folder: Path, paths: list[str], environ: dict[str, str]
) -> set[str]:
    ran = subprocess.run(
        ["git", "-C", folder, "check-ignore", "--no-index", "-z", "--stdin"],
        input="\0".join(paths).encode(),
        capture_output=True,
        check=False,
        env=environ,
    )
    return set(ran.stdout.decode().split("\0"))


def _is_ignored(path: str, patterns: tuple[Pattern, ...]) -> bool:
    names = path.encode().split(b"/")
    return any(
        pattern.matches(names[:end], is_folder=end < len(names))
        for end in range(1, len(names) + 1)
        for pattern in patterns
    )


@pytest.mark.parametrize(
    "line",
    [
        "a*" * 60 + "b",
        "*a" * 60 + "b",
        "?*" * 60 + "b",
        "[ab]*" * 60 + "b",
        "**/a/" * 60 + "b",
        "*/" * 30 + "**/" * 30 + "b",
        "(a+)+b*" * 20,
    ],
)
def test_no_pattern_takes_long(line: str) -> None:
    """What takes a backtracking matcher minutes takes no time."""
    pattern = parse_pattern(line.encode(), 1)
    assert pattern is not None

    began = time.thread_time()
    assert not pattern.matches([b"a" * 60], is_folder=False)
    assert not pattern.matches([b"a"] * 120, is_folder=False)
    assert not pattern.matches([b"a" * 255] * 15, is_folder=False)
    assert time.thread_time() - began < 0.25


@pytest.mark.parametrize(
    "bracket", ["[" * 5000, "[[:" * 5000, "[a-" * 5000, "[\\" * 99]
)
def test_no_bracket_takes_long_to_parse(bracket: str) -> None:
    """Brackets that never end are read once, not once for each beginning."""
    began = time.thread_time()
    parse_pattern(bracket.encode(), 1)
    assert time.thread_time() - began < 0.25
