"""What an answer repeats of the text before the cursor is cut, and nothing else is."""

import pytest

from hexai.text.repetition import covered, may_echo, without_echo, without_suffix

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


CASES_OVERLAP = {
    "bracket": ("f(", "a)", ")\n", "a"),
    "bracket that is missing": ("f(g(", "a)", ")\n", "a)"),
    "several brackets": ("f(g([", "a]))", "]))\n", "a"),
    "quote": ('f("', 'a")', '")\n', "a"),
    "rest with code": ("if (", "x) {", ") {\n}\n", "x"),
    "words of the rest": ("x = ", "a + grand_total", " + grand_total\n", "a"),
    "short word of the rest": ("x = ", "a + b", " + b\n", "a"),
    "lines below": ("", "x()\ny()\nz()", "\ny()\nz()\n", "x()"),
    "one line below, by chance": ("", "x()\ny()\nw()", "\ny()\nz()\n", "x()\ny()\nw()"),
    "brace below": ("f {\n  ", "x;\n}\n\ng {\n}", "\n}\n", "x;"),
    "all that is below": ("f()\n", "total = add(1)", "\ntotal = add(1)\n", ""),
    "nothing below": ("f(", "a)", "", "a)"),
}


@pytest.mark.parametrize("case", CASES_OVERLAP)
def test_repetitions_are_cut_overlap(case: str) -> None:
    """Only those that are long, or that brackets show to be one."""
    before, answer, after, wanted = CASES_OVERLAP[case]
    cut = without_suffix(answer, before, after, "typescript", infilled=False)
    assert cut == wanted


@pytest.mark.parametrize(
    ("before", "answer", "after", "count"),
    [
        ("def f(", "a):\n    pass", ")\n", 1),
        ("def f(", "a", ")\n", 0),
        ("def f(", "a):\n    return g(1", ")\n", 0),
        ('x = """a', 'b"""\ny = 1', '"""\n', 3),
        ("f(a", ", b)\ng()", " )\n", 2),
        ("f(", "a", "))\n", 0),
        ("f(", "a)", "x)\n", 0),
        ('"""What\nabove.\n"""\n\nS = ', '1.1\n"', '""What may."""\n', 0),
        ('"""What\nabove.\n"""\n\nS = ', '1.1\n""', '"What may."""\n', 0),
    ],
)
def test_what_an_answer_brings_along_is_counted(
    before: str, answer: str, after: str, count: int
) -> None:
    """Brackets and quotes right of the cursor that the answer closes in its middle."""
    assert covered(answer, before, after, "python") == count


def test_a_text_in_quotes_at_the_margin_is_no_code() -> None:
    """What stands above is read from a line of code, not from amid a docstring."""
    before = 'A = 1\n"""Gives one.\n\nIt takes nothing.\n"""\n\n\n'
    answer = 'class B:\n    """Two.'

    assert covered(answer, before, '"""\n\n    b: int\n', "python") == 0


@pytest.mark.parametrize(
    ("before", "answer", "after", "wanted"),
    [
        ("    y = ", "x + 1\n    return y\n", "\n    return y\n", "x + 1"),
        ("a = ", "1\nb = 2", "\nb = 2\n", "1"),
        ("- one\n- ", "two\n- three", "\n- three\n", "two"),
        ("[\n    ", "1,\n    0,", "\n    0,\n]", "1,\n    0,"),
        ("    y = ", "x\n    end(a", "\n    end(a\n    )\n", "x"),
        ("f(\n  x,\n", "  y\n  end)", "\n  end)\n", "  y"),
        ("  f(", "y\n  end)", "\n  end)\n  end)\n", "y"),
        ("  b(f(\n", "  y\n  end)", "\n  end)\n", "  y\n  end)"),
    ],
)
@pytest.mark.parametrize("infilled", [True, False])
def test_the_line_below_that_an_answer_ends_with_is_cut(
    before: str, answer: str, after: str, wanted: str, *, infilled: bool
) -> None:
    """However short, if it has letters and no bracket would lose its partner."""
    cut = without_suffix(answer, before, after, "typescript", infilled=infilled)
    assert cut == wanted


@pytest.mark.parametrize(
    ("language", "before", "answer", "after", "wanted"),
    [
        ("markdown", "See [docs](", "x.org) for us.", ") for more.\n", "x.org"),
        ("html", "<div ", 'class="x">hello', "></div>\n", 'class="x"'),
    ],
)
def test_links_and_tags_end_once(
    language: str, before: str, answer: str, after: str, wanted: str
) -> None:
    """What ends them stands right of the cursor."""
    cut = without_suffix(answer, before, after, language, infilled=True)
    assert cut == wanted
