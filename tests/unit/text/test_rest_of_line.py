"""What an answer repeats of the rest of the cursor's line is left to that line."""

import pytest

from hexai.text.rest_of_line import begins_with_word, joins_words, without_rest

CUT = {
    "rest of a word": ("ZERO_OR|_MORE:", "_MORE:", ""),
    "rest of a word and a line": ("fir|st * second", "st * second", ""),
    "markup": ("<h1>He|llo</h1>", "llo</h1>", ""),
    "rest outside a word": (
        "x = |first * second",
        "second + first * second",
        "second + ",
    ),
    "word alone": ("x = |first * second", "second + first", "second + "),
    "word behind more of it": (
        "ZERO_OR|_MORE:",
        "_ANY or ONE_OR_MORE",
        "_ANY or ONE_OR",
    ),
    "rest in the first of some lines": ("fir|st * 2", "st * 2\n    y = 1", ""),
    "colon": ("if x in |:", "values:", "values"),
    "comma": ("    task=|,", "task,", "task"),
    "call": ("x.fo|(a);", "rEach(a);", "rEach"),
    "call without what ends it": ("x.fo|(a);", "rEach(a)", "rEach"),
    "call that goes on": ("x.fo|(a).then()", "rEach(a)", "rEach"),
    "call without its values": ("x = me|([1, 2])", "an()", "an"),
    "call with a body behind": ("x.fo|();", "rEach();\ny();", "rEach"),
    "index": ("obj.|[0]", "items[0]", "items"),
    "operation": ("x = | + 1", "y + 1", "y"),
    "operation without what ends it": ("x = | + b;", "a + b", "a"),
    "header with a body": ("if (|) {", "x == 1) {\n  return;\n}", "x == 1"),
    "header without brackets": ("    if | {", "x == 1 {\n\t}", "x == 1"),
    "header with a body behind it": ("if (|) {", "x == 1) { return; }", "x == 1"),
    "header with another one in it": (
        "if (|) {",
        "[1].any(f(x) == 2)) {\n}",
        "[1].any(f(x) == 2)",
    ),
    "header of Python": ("def f(|):", "a):\n    return a", "a"),
    "with the line below": ("if a|:\n    b()", "ll:\n    b()", "ll"),
}
LEFT = {
    "bracket that is missing": ("f(|, xyz)", "g(a, xyz)"),
    "letter that a word has twice": ("cla|s Slots", "s"),
    "literal in a header": ("for x := range | {", "[]int{1, 2}"),
    "function in a header": ("on(|) {", "function (a) { b(); }"),
    "another call": ("f|(y)", "(x)"),
    "nothing right of the cursor": ("x = |", "first"),
    "brackets alone": ("f(g(|)", "a)"),
    "lines of their own": ("f(|,", "a,\n    b, c"),
}


def _cut(marked: str, answer: str) -> str:
    before, _, after = marked.partition("|")
    return without_rest(answer, before, f"{after}\n", "python")


@pytest.mark.parametrize("case", CUT)
def test_what_stands_there_already_is_cut(case: str) -> None:
    """Within a word as outside of one, for every model."""
    marked, answer, wanted = CUT[case]
    assert _cut(marked, answer) == wanted


@pytest.mark.parametrize("case", LEFT)
def test_what_is_meant_twice_stays(case: str) -> None:
    """As brackets show, or chance explains."""
    marked, answer = LEFT[case]
    assert _cut(marked, answer) == answer


@pytest.mark.parametrize(
    ("marked", "text", "joins"),
    [
        ("return fir|st", "(first, b", True),
        ("x = |first", "other", True),
        ("x = |name", "user_", False),
        ("x = |Name", "get", False),
        ("fi|t", "rs", False),
        ("x = |first", "a + ", False),
    ],
)
def test_two_words_in_one_are_seen(marked: str, text: str, *, joins: bool) -> None:
    """But a word's own middle, and a prefix, may be meant."""
    left, _, right = marked.partition("|")
    assert joins_words(text, left, right) is joins


def test_the_rest_of_a_word_is_known_where_an_answer_begins() -> None:
    """It would stand there twice."""
    assert begins_with_word("fir", "st + third", "st * second")
    assert not begins_with_word("fir", "sts", "st * second")
    assert not begins_with_word("x = ", "st", "st")
