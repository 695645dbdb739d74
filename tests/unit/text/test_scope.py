"""An answer ends with the definition around the cursor, and does not go in circles."""

import pytest

from hexai.text.scope import end_loop, end_with_scope

CASES = {
    "one line": ("def f():\n    x", " = 1", "python", " = 1"),
    "top level": (
        "x",
        " = 1\ndef f():\n    pass",
        "python",
        " = 1\ndef f():\n    pass",
    ),
    "method": (
        "class A:\n    def f(self):\n        ",
        "x = 1\n\n    def g(self):\n        pass",
        "python",
        "x = 1",
    ),
    "within a signature": (
        "def f(",
        "\n    a,\n) -> int:\n    return a\nf(1)",
        "python",
        "\n    a,\n) -> int:\n    return a",
    ),
    "string at the margin": (
        "def f():\n    x = ",
        '"""\nmargin\n"""\n    return x\ny',
        "python",
        '"""\nmargin\n"""\n    return x',
    ),
    "preprocessor": (
        "int f(void) {\n  ",
        "x();\n#ifdef A\n  y();\n#endif\n}\n\nint g(void) {",
        "c",
        "x();\n#ifdef A\n  y();\n#endif\n}",
    ),
    "brace on its own line": (
        "int f(void)\n{\n  ",
        "return 1;\n}\n\nint g(void)\n{",
        "c",
        "return 1;\n}",
    ),
    "nothing but what follows": (
        "def f():\n    return 1",
        "\n\ndef g():\n    pass",
        "python",
        "",
    ),
    "goes over into what follows": (
        "def f():\n    return g(",
        "1)\n\ndef h(",
        "python",
        "1)\n\ndef h(",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_an_answer_ends_with_its_definition(case: str) -> None:
    """By indentation or by its closing bracket, and not where strings look like it."""
    before, answer, language, wanted = CASES[case]
    after = "x):\n    pass\n" if case.startswith("goes over") else "\n"
    assert end_with_scope(answer, before, after, language) == wanted


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ("a\nb\na\nb\na\nb", "a\nb\na\nb\na\nb"),
        ("x\na\nb\na\nb\na\nb\na\nb\na", "x\na\nb"),
        ("x\na\na\na\na\na", "x\na"),
        ("x\n\n\n\n\n\n", "x\n\n\n\n\n\n"),
        ("# " + "-" * 300, "# " + "-" * 300),
        ("say " + "hello world " * 40, "say hello world"),
        ("x = " + "1 + " * 10, "x = " + "1 + " * 10),
    ],
)
def test_circles_are_cut_to_their_first_round(answer: str, wanted: str) -> None:
    """Rules of dashes, blank lines and short repetitions are none."""
    assert end_loop(answer) == wanted
