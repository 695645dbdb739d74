"""What an answer repeats of the text before the cursor is cut, and nothing else is."""

import pytest

from hexai.text.echo import may_echo, without_echo

CASES = {
    "nothing": ("x = ", "5", "5"),
    "argument that stands there twice": ("print(a, ", "a, b)", "a, b)"),
    "call within a call": ("min(", "min(1, 2), 3)", "min(1, 2), 3)"),
    "path": ("self.items.app", "items.append(1)", "end(1)"),
    "within a word": ("get", "tered", "tered"),
    "letters that only look alike": ("x = foo_a", "a = 1", "a = 1"),
    "bracket": ("f(", "(a, b", "a, b"),
    "tuple": ("f(", "(a, b), c)", "(a, b), c)"),
    "head of an assignment": ("var total = ", "total = 1", "1"),
    "word in another case": ("fmt.pri", "Println()", "ntln()"),
    "one letter in another case": ("x = f", "For", "For"),
    "header": ("if x:\n    ", "if x:\n    y", "    y"),
    "short line": ("x()\n", "x()\ny()", "x()\ny()"),
}


@pytest.mark.parametrize("case", CASES)
def test_repetitions_are_cut(case: str) -> None:
    """Only those that begin where a token does, and are more than chance."""
    before, answer, wanted = CASES[case]
    assert without_echo(answer, before, "\n", "python") == wanted


def test_a_beginning_may_be_repetition() -> None:
    """As long as all of it stands before the cursor."""
    assert may_echo(" ret", "a\n  return ")
    assert may_echo("", "a")
    assert not may_echo("retries", "a\n  return ")
