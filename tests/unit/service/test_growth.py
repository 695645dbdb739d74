"""Whatever a model says, to read it takes time that grows with its length alone.

A small model that repeats itself writes the same word tens of thousands of times. Each
function that reads answers is given such answers, and ones ten times as long. Time that
grew with the square would grow a hundredfold; what is measured is the time of this
thread, and the least of several goes, so that a busy machine changes nothing.
"""

import time
from collections.abc import Callable

import pytest

from hexai.service.actions.fitting import Frame, fit, is_refusal, without_chatter
from hexai.service.actions.unit_test_edits import add_tests
from hexai.service.actions.unit_test_imports import Needs
from hexai.text.cells import truncate, width, wrap
from hexai.text.cleaning import LONGEST, clean, fence, unfence, unfence_whole, unspan
from hexai.text.lines import Lines
from hexai.text.prompt_marks import quote
from hexai.text.sanitise import visible
from hexai.text.snippets import escape

_GROWS = 45
"""Times as long for ten times the length, at most: ten, and what a measure is off."""
_TELLING = 0.03
"""Seconds below which a time is too short to be compared."""

_CLEANED = 0.25
"""Seconds that cleaning may take, of a slow machine; 0.07 were seen, at most."""

_SHORT = 4_000
_LONG = 20_000
"""Characters of an answer whose times are compared with those of a tenth."""

_QUICK = _TELLING * (_SHORT / _LONG) ** 2
"""Seconds for a short one, from which the long one cannot take a time that tells."""

_BLANK = ["\n", " ", "\t", "\r", "\n\n", "\n \n", "  x\n", "\u3000"]
_MARKS = [*"`'\"\\(){}[]<>#@;:,.|_", "//", "/*", "*/", "/* ", '"""', "'''", "((\n"]
_ESCAPES = ['\\"', "\\'", "\\`", '\\"""', "\\`\\", "`\\`"]
_FENCES = ["```\n", "~~~\n", "```x\n", "``` \n", "``", "x``", "```md\n"]
_WORDS = ["a", "a ", "a\n", "1.", "=> ", "static ", "export ", "pub(", "日", "\u0301"]
_CODE = [
    "x = 1\n",
    "  x = (\n",
    "}\n",
    "if x:\n",
    "} else {\n",
    "foo(a, ",
    "return x\n",
]
_TALK = ["Note\n\n", "This code\n\n", "sure:\n", "sorry, ", "here is:\n"]
_TAGS = ["<selection>\n", "</selection>\n", "<function>", "</function> "]
_IMPORTS = [
    *("import\n", "import (\n", "import x from '", "import {", "import a\n"),
    *('import "a"\n', "from x import (\n", "from x import (#\n", "from x import a\n"),
    *("const a", "const a = ", "const a = require(", "let a\n", "package x\n"),
    *("imp", "i", "import (\n\t//", 'import (\n\t"a"\n'),
]
_TESTS = [
    *(
        "func TestA(",
        "func TestA(t)\n",
        "def test_a(",
        "def test_a():\n",
        "test(",
        "it(",
    ),
    *("#[", "#[test]\n", "#[cfg(test)]", "#[cfg(test)]#[a]\n", "mod x {\n", "fn a("),
    *("use super::*;\n", "use super::*; ", "\n}", "\n} "),
]
_UNITS = [
    *(*_BLANK, *_MARKS, *_ESCAPES, *_FENCES, *_WORDS, *_CODE),
    *(*_TALK, *_TAGS, *_IMPORTS, *_TESTS),
]
_BETWEEN = [
    ("```", " ", "`"),
    ("```", "`", "x`"),
    ("~~~", "~", "`"),
    ("`", "\\`", ""),
    ('"', '\\"', ""),
    ("f", ")", ";{"),
    ("", "日", "`"),
    ("<selection>", " ", "</selection"),
    ("mod x {", " ", "}x"),
    ("x", "\n", "def"),
    ("#", " ", "["),
    ("import", " ", "x"),
    ("from", " ", "x"),
    ("/*", "*", "x"),
]
SHAPES = [*(("", unit, "") for unit in _UNITS), *_BETWEEN]

_BEFORE = "def f(a, b):\n    x = foo(a, "
_AFTER = ")\n    return x\n\n\ndef g():\n    pass\n"
_FRAME = Frame(
    replaced="  x = 1\n  y = 2\n",
    shown="  x = 1\n  y = 2\n",
    near="def f():\n\tz\n",
    language="python",
)
_HEADS = {
    "go": ("func TestX(t *testing.T) {}\n", 'package x\n\nimport "testing"\n'),
    "python": ("def test_x():\n    pass\n", "import os\n\n\ndef test_x():\n    pass\n"),
    "javascript": ('test("x", () => {})\n', 'import a from "b"\n'),
    "rust": ("#[test]\nfn x() {}\n", "#[cfg(test)]\nmod tests {\n}\n"),
}


def _tests(family: str, text: str, *, below: bool) -> Callable[[str], object]:
    head = _HEADS[family][0]
    needs = Needs(language=family, package="x", imports=("from m import f",))
    document = Lines.of(text)
    if below:
        return lambda answer: add_tests(document, f"{head}{answer}", needs)
    return lambda answer: add_tests(document, f"{answer}\n{head}", needs)


READERS: dict[str, Callable[[str], object]] = {
    "unfence": lambda answer: unfence(answer, finished=True),
    "unfence unfinished": lambda answer: unfence(answer, finished=False),
    "unfence whole": unfence_whole,
    "unfence Markdown": lambda answer: unfence_whole(f"```md\n{answer}"),
    "unspan": unspan,
    "unspan one": lambda answer: unspan(f"`{answer}`"),
    "fence": fence,
    "refusal": lambda answer: is_refusal(f"sorry, {answer}"),
    "chatter": lambda answer: without_chatter(answer, "x" * 9000, "go", code=True),
    "chatter in prose": lambda answer: without_chatter(answer, "x", "", code=False),
    "fit": lambda answer: fit(answer, _FRAME),
    "quote": quote,
    "escape": escape,
    "visible": visible,
    "width": width,
    "truncate": lambda answer: truncate(answer, 40),
    "wrap": lambda answer: [wrap(line, 40) for line in answer.split("\n")],
}
for _family, (_, _document) in _HEADS.items():
    READERS |= {
        f"new {_family} tests": _tests(_family, "", below=True),
        f"more {_family} tests": _tests(_family, _document, below=True),
        f"{_family} tests at the end": _tests(_family, _document, below=False),
    }


def _answer(shape: tuple[str, str, str], size: int) -> str:
    head, unit, tail = shape
    return head + (unit * size)[:size] + tail


def _seconds(
    read: Callable[[str], object], answer: str, *, enough: float = _TELLING
) -> float:
    """Give the least of some times, or the first that is short enough."""
    least = 99.0
    for _ in range(3):
        began = time.thread_time()
        read(answer)
        least = min(least, time.thread_time() - began)
        if least < enough:
            break
    return least


@pytest.mark.parametrize("name", READERS)
def test_time_grows_with_the_length_of_an_answer(name: str) -> None:
    """Tenfold for ten times the length, whatever the answer is made of."""
    read = READERS[name]
    square = {}
    for shape in SHAPES:
        if _seconds(read, _answer(shape, _SHORT), enough=_QUICK) > _QUICK:
            long = _seconds(read, _answer(shape, _LONG))
            tenth = _answer(shape, _LONG // 10)
            if long > _TELLING and long > _GROWS * _seconds(read, tenth):
                square[shape] = long

    assert square == {}


def test_cleaning_takes_a_bounded_time() -> None:
    """However long an answer is, and whatever stands around the cursor."""
    slow = {}
    awkward = [("", unit, "") for unit in (*_MARKS, *_ESCAPES, *_FENCES, *_CODE)]
    for shape in (*awkward, *_BETWEEN):
        answer = _answer(shape, 10 * LONGEST)
        for before, after in ((_BEFORE, _AFTER), (answer[:9000], answer[:9000])):

            def cleaned(answer: str, before: str = before, after: str = after) -> str:
                return clean(
                    answer,
                    before=before,
                    after=after,
                    infilled=False,
                    finished=True,
                    language="python",
                )

            if (took := _seconds(cleaned, answer, enough=_CLEANED)) > _CLEANED:
                slow[shape, before[:20]] = took

    assert slow == {}
