"""An answer gets the indentation of the place it goes to."""

import pytest

from hexai.text.indent import fit_indent

PYTHON = "def f(x):\n    if x:\n        y()\n"
GO = "func f() {\n\tif x {\n\t\ty()\n\t}\n"

CASES = {
    "one line": (PYTHON + "    ", "return 1", "return 1"),
    "indentation repeated": (PYTHON + "    ", "    a\n    b", "a\n    b"),
    "absolute, deeper": (PYTHON + "    ", "        a\n    b", "    a\n    b"),
    "within the indentation": (PYTHON + "  ", "  a\n    b", "  a\n    b"),
    "within a deeper one": (
        "def f(x):\n    if x:\n    ",
        "    a\n    b",
        "    a\n    b",
    ),
    "part of it repeated": (PYTHON + " ", "    a\n    b", "   a\n    b"),
    "too little": (
        PYTHON + "        ",
        "    a\n    if b:\n        c",
        "a\n        if b:\n            c",
    ),
    "no line left of it": ("", "    a\n    b", "    a\n    b"),
    "margin": (PYTHON, "a\nb", "a\nb"),
    "block at the margin": (PYTHON + "    ", "if a:\n    b", "if a:\n        b"),
    "statements at the margin": (PYTHON + "    ", "a\nb", "a\n    b"),
    "definition at the margin": (
        PYTHON + "    ",
        "a\nclass B:\n    c",
        "a\nclass B:\n    c",
    ),
    "else at the margin": (PYTHON + "    ", "a\nelse:\n    b", "a\nelse:\n    b"),
    "two blank lines": (PYTHON + "    ", "a\n\n\nb", "a\n\n\nb"),
    "open bracket": (PYTHON + "    ", "f(a,\n    b)", "f(a,\n        b)"),
    "tabs for blanks": (PYTHON + "    ", "if a:\n\tb", "if a:\n        b"),
    "blanks for tabs": (
        GO + "\t",
        "if a {\n    if b {\n        c\n    }\n}",
        "if a {\n\t\tif b {\n\t\t\tc\n\t\t}\n\t}",
    ),
    "alignment stays": (GO + "\t", "a\n\t// *\n     b", "a\n\t// *\n     b"),
}


@pytest.mark.parametrize("case", CASES)
def test_an_answer_is_indented_as_its_place_is(case: str) -> None:
    """Whether it is indented from the margin, from the cursor, or in its own way."""
    before, answer, wanted = CASES[case]
    language = "go" if "func" in before else "python"
    assert fit_indent(answer, before, "\n", language) == wanted
