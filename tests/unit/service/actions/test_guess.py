"""The language of a text without a name."""

import pytest

from hexai.service.actions.guess import guess_language


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
