"""A list of code actions takes no time, whatever is selected."""

import time
from collections.abc import Iterator

import pytest

from hexai.config.schema import Settings
from hexai.prompts.code.cursor import Cursor
from hexai.service.actions.offered import glance, guess_language, offered
from hexai.text.lines import Lines, Position, Span

COUNT = 50_000
SHAPES = {
    "usual": ("python", ["def f(x):", "    # do it", "    return x + 1"]),
    "methods": ("go", ["func f(a int) int {", "\tif a>!b && c>d {", "\t}", "}"]),
    "all tags": ("python", ["x = >!do it> + 1"]),
    "long lines": ("c", ["if (a>!b && c>d) { f('" + "a" * 60 + "'); }"]),
    "no grammar": ("perl", ["sub f { x >!b && c> y } # hi there"]),
    "broken": ("javascript", ['((((((((( {{{{{ [[[[ "']),
    "one line": ("python", ["x = 1; " * 40_000]),
}


def selections(shape: str) -> Iterator[Cursor]:
    """Select all of a long file, and the second half of it."""
    language, lines = SHAPES[shape]
    count = 1 if len(lines[0]) > 10_000 else COUNT
    text = "\n".join((lines * (count // len(lines)))[:count])
    document = Lines.of(text)
    for first in (0, len(document) // 2):
        span = Span(Position(first, 0), document.end)
        yield Cursor(document=document, span=span, identifier=language, path="x.py")


@pytest.mark.alone
@pytest.mark.parametrize("shape", SHAPES)
def test_it_takes_milliseconds(shape: str) -> None:
    """For usual code and for the worst: 10 of a quiet machine, here of a slow one."""
    for cursor in selections(shape):
        taken = []
        for _ in range(5):
            started = time.perf_counter()
            offered(cursor, Settings())
            taken.append(time.perf_counter() - started)
        assert min(taken) < 0.03


@pytest.mark.parametrize(
    ("shape", "is_glance"),
    [("usual", False), ("methods", False), ("long lines", True), ("broken", True)],
)
def test_what_would_take_long_is_not_parsed(shape: str, *, is_glance: bool) -> None:
    """Dense lines and such as do not parse are read without a grammar."""
    for cursor in selections(shape):
        assert glance(cursor).is_glance is is_glance


def test_a_point_stays_a_point() -> None:
    """And a short selection is looked at whole."""
    document = Lines.of("x = 1\ny = 2\n")
    for span in (
        Span(Position(1, 2), Position(1, 2)),
        Span(Position(0, 2), Position(1, 3)),
    ):
        at = Cursor(document=document, span=span, identifier="python")
        assert glance(at).span == span


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("def f(a):\n    return a\n", "python"),
        ("    def m(self):\n        return 1\n", "python"),
        ("func A(x int) int {\n\treturn x\n}\n", "go"),
        ("fn a(x: i32) -> i32 { x }\n", "rust"),
        ("function a(b) { return b }\n", "javascript"),
        ("function a(b: number): number { return b }\n", "typescript"),
        ("int f(int a) { return a; }\n", "c"),
        ("x = 1  # make it two\n", "python"),
        ("x := 1 // make it two\n", "go"),
        ("Hello there, this is teh text.\n", ""),
        ("# Title\n\nSome text here.\n", ""),
        ("", ""),
        ("def f(): pass\n" * 2_000, "python"),
    ],
)
def test_code_is_known_by_what_only_code_holds(text: str, language: str) -> None:
    """A function, or a comment in a text that parses; prose is nothing."""
    assert guess_language(text) == language
