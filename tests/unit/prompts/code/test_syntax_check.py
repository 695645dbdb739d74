"""Tests for why a suggestion is not offered."""

import time

import pytest

from hexai.prompts.code.languages import language_of
from hexai.prompts.code.syntax_check import Judge
from hexai.text.lines import Lines
from tests.support.timing import kept_within

FUNCTION = """\
def total(values):
    count = 0
    for one in values:
        ¦
    return count
"""
GO = "package main\n\nfunc add(a, b int) int {\n\treturn ¦\n}\n"
COMMENT = "# this is what ¦\nx = 1\n"
DOCSTRING = 'def f():\n    """Say ¦\n    """\n'
OPEN = 'def f():\n    """\n    ¦\n\n    return 1\n'
CALL = "print(first, ¦)\n"
END = "def f(x):\n    ¦"
SQL = "SELECT name FROM users ¦\n"


def misfit(marked: str, text: str, path: str = "file.py") -> str | None:
    """Judge what is to go in at the mark."""
    before, _, after = marked.partition("¦")
    position = Lines.of(before).end
    return Judge(language_of("", path), Lines.of(before + after), position).misfit(text)


GOOD = [
    ("def f(x):\n    if character not in¦\n        pass\n", " the list:", "a.py"),
    (FUNCTION, "count += one", "a.py"),
    (FUNCTION, "if one > 0:\n            count += 1", "a.py"),
    (FUNCTION, "if one:", "a.py"),
    (FUNCTION, "print(\n            one,", "a.py"),
    (GO, "a + b", "a.go"),
    (COMMENT, "the code below does for us", "a.py"),
    (DOCSTRING, "what the function returns to its caller.", "a.py"),
    (OPEN, "Give the number of all that is here.", "a.py"),
    (CALL, "second", "a.py"),
    (END, "return x", "a.py"),
    (SQL, "where name is not null and age is not null", "a.sql"),
    ("Dear all,\n¦\n", "This is to say that we are late.", "a.md"),
    ("x = 1\n¦\n", "y = 2", "unknown.zzz"),
    ("def f(¦", "a, b):\n    return a", "a.py"),
    ("items = [\n    ¦\n]\n", "one,\n    two,", "a.py"),
    ("for here in places:\n    ¦\n", "here.move()", "a.py"),
    ("import os\n¦\n", "import sys", "a.py"),
    ("class A:\n    ¦\n", "def f(self) -> int:\n        return 1", "a.py"),
]
BAD = [
    (FUNCTION, "", "empty"),
    (FUNCTION, "  \n\n", "empty"),
    (FUNCTION, "Begin your reply with this line", "chatter"),
    (FUNCTION, "Here is the completed code:", "chatter"),
    (FUNCTION, "Sure, I will complete that.", "chatter"),
    (FUNCTION, "I can help you with that function", "chatter"),
    (FUNCTION, "The code above counts values.", "chatter"),
    (FUNCTION, "loops over all the values and counts them.", "prose"),
    (FUNCTION, "count += 1\nwhich adds one to the number of values", "prose"),
    (FUNCTION, "count = 0\n    for one in values:", "echo"),
    (FUNCTION, "return count", "echo"),
    (FUNCTION, "count += (one", "broken"),
    (FUNCTION, "}}}", "broken"),
    (CALL, "second, third))", "broken"),
    (FUNCTION, "I'm sorry, but I can't help with that.", "chatter"),
]
WORD = "def f(first, second):\n    return fir¦st * second\n"
NAME = "def mul¦(first, second):\n    return 1\n"
BRANCH = "if a:\n    pass\nelif nargs == ZERO_OR¦_MORE:\n    pass\n"
JSON = '{\n  "build": "¦tsc",\n  "a": "b"\n}\n'
VALUE = '{\n  "build": ¦\n}\n'
ITEM = "<ul><li>¦Two</li></ul>\n"
LIST = "a: [¦1, 2]\n"
WITHIN = [
    (WORD, "(first, second)", "a.py", "broken"),
    (WORD, "st + third", "a.py", "echo"),
    (NAME, "(first, second):", "a.py", "echo"),
    (BRANCH, "_MULTI_ARGS:", "a.py", "broken"),
    (BRANCH, "_ONE or nargs == ONE_OR", "a.py", None),
    (CALL, "one,\n    two", "a.py", None),
    ("if ¦:\n    pass\n", "x ==", "a.py", "broken"),
    ("if ¦:\n    pass\n", "x == y", "a.py", None),
    ("x = [¦]\n", "1 2", "a.py", "broken"),
    ("func f() int {\n\treturn ab¦cd\n}\n", "(x)", "a.go", "broken"),
    (JSON, 'time.js",', "a.json", "broken"),
    (JSON, "vite build && ", "a.json", None),
    (VALUE, '"tsc"', "a.json", None),
    (VALUE, 'tsc"', "a.json", "broken"),
    ('{"a": 1}¦\n', "2", "a.json", "broken"),
    ('{"a": ¦, "b": 2}\n', "1}", "a.json", "broken"),
    ('{"a": ¦, "b": 2}\n', "1,", "a.json", "broken"),
    ('{"a": ¦, "b": 2}\n', "1", "a.json", None),
    ('{"a": [1, ¦], "b": 2}\n', "2]}", "a.json", "broken"),
    ('{"a": {"b": ¦, "c": 2}}\n', "{}", "a.json", None),
    ('{"a": {¦, "c": 2}}\n', '"b": 1', "a.json", None),
    ('{\n  "v": ¦,\n  "l": "M"\n}\n', '"1"\n},\n', "a.json", "broken"),
    ('{\n  "v": ¦,\n  "l": "M",,\n}\n', '"1"\n}', "a.json", "broken"),
    ('{\n  "v": ¦\n  "l": "M"\n}\n', '"1"', "a.json", None),
    ('{\n  "v": ¦', '{\n    "w": 1', "a.json", None),
    (ITEM, "a = 1</li>", "a.html", "broken"),
    (ITEM, "One</li><li>", "a.html", None),
    (ITEM, "<br>", "a.html", None),
    (LIST, "0, [", "a.yaml", "broken"),
    (LIST, "0, ", "a.yaml", None),
    ("a: ¦  # n\n", "x: y", "a.yaml", "broken"),
    ("- a: ¦\n", "x: y", "a.yaml", "broken"),
    ("a: ¦\n", "x\nb: y", "a.yaml", None),
    ("a: ¦\n", '"x: y"', "a.yaml", None),
    ("a: ¦\n", "{x: y}", "a.yaml", None),
    ("a: ¦\n", "x  # y: z", "a.yaml", None),
    ("a: ¦\n", "http://x:80/", "a.yaml", None),
    ("a: |\n  b: ¦\n", "x: y", "a.yaml", None),
    ("a: >-\n  b\n    c: ¦\n", "x: y", "a.yaml", None),
    ("a:\n  b: ¦\n", "x: y", "a.yaml", "broken"),
]
TALK = [
    ("I'm sorry, but I can't help with that.", "chatter"),
    ("Sure! Here is the continuation: apple", "chatter"),
    ("The missing text is: value", "chatter"),
    ("Unfortunately, I cannot assist you with this.", "chatter"),
    ("# I'm sorry, I cannot help with that.", "chatter"),
    ('"""I am sorry, but I can\'t assist you with this."""', "chatter"),
    ("/* As an AI language model, I cannot do that */", "chatter"),
    ("I'm sorry, but as an AI I cannot", "chatter"),
    ("Sure, I can help with that. What do you want to write?", "chatter"),
    ("Sure! I'd be happy to help.", "chatter"),
    ("Please provide more context so that I can continue.", "chatter"),
    ("Could you please provide me with the full text to continue?", "chatter"),
    ("I need more context to complete this.", "chatter"),
    ("Hello! How can I assist you today?", "chatter"),
    ("apple and pear", None),
]
BODIES = [
    ("def f():\n    ¦", "def f():\n    return 1", "a.py", "echo"),
    ("def f():\n    ¦\n", "def f():\n        return 1", "a.py", "echo"),
    ("class A:\n    ¦\n", "class A:\n        x = 1", "a.py", "echo"),
    ("func f() {\n\t¦\n}\n", "func f() {\n\treturn\n}", "a.go", "echo"),
    ("def f():\n    ¦", "for x in y:\n    return 1", "a.py", "broken"),
    ("def f():\n    ¦\n\n\nx = 1\n", "return", "a.py", None),
    ("def f():\n    ¦", "def g():\n        return 1", "a.py", None),
    ("while a:\n    ¦", "while a:\n        f()", "a.py", None),
    ("x = (\n\ndef f():\n    ¦", "return 1", "a.py", None),
]


@pytest.mark.parametrize(("marked", "text", "path", "reason"), BODIES)
def test_a_body_that_is_missing_is_one(
    marked: str, text: str, path: str, reason: str | None
) -> None:
    """It goes in below its header, which is not said again, and parses there."""
    assert misfit(marked, text, path) == reason


LETTERS = [
    "I'm sorry, but I can't come. Sure, I will write.",
    "Please provide more information about your setup.",
    "Please send me the slides so that the others can read them.",
    "Please send me the slides so I can read them.",
    "Please send me the text so that I can print it.",
    "I need more time to finish the report.",
    "> Sorry, as an engineer I cannot agree.",
]


@pytest.mark.parametrize(("marked", "text", "path"), GOOD)
def test_code_in_its_place_is_offered(marked: str, text: str, path: str) -> None:
    """Prose where prose belongs, what opens a block, and what mends is."""
    assert misfit(marked, text, path) is None


@pytest.mark.parametrize(("marked", "text", "reason"), BAD)
def test_what_is_no_code_in_its_place_is_not(
    marked: str, text: str, reason: str
) -> None:
    """By the first reason that holds."""
    assert misfit(marked, text) == reason


@pytest.mark.parametrize(("marked", "text", "path", "reason"), WITHIN)
def test_a_suggestion_has_to_join_what_follows_it(
    marked: str, text: str, path: str, reason: str | None
) -> None:
    """By the grammar, by Python's parser, as JSON, or by tags and brackets."""
    assert misfit(marked, text, path) == reason


@pytest.mark.parametrize(("text", "reason"), TALK)
@pytest.mark.parametrize("ending", ["json", "yaml", "html", "toml", "md", "py"])
def test_talk_to_the_asker_is_offered_nowhere(
    text: str, reason: str | None, ending: str
) -> None:
    """Be it in prose."""
    found = misfit("# fruit ¦\n", text, f"a.{ending}")

    assert (found == "chatter") is (reason == "chatter")


CIRCLES = [
    ('<a href="¦">x</a>\n', "https://www.nab.com/en" + "/en-us" * 7, "a.html"),
    ("See [docs](¦) for more.\n", "math_fractions" + "_math_fractions" * 6, "a.md"),
    ("on: [push, ¦]\n", "push_to_global_stack, " * 7, "a.yaml"),
    ("on: [push, ¦]\n", "push_to, " * 7, "a.yaml"),
    ("¦\n", "and so on, " * 7, "a.md"),
]
ROWS = [
    ("x = ¦\n", "[None, None, None, None, None, None, None, None, None]", "a.py"),
    ("x = ¦\n", "[0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]", "a.py"),
    ("¦\n", "| --- | --- | --- | --- | --- | --- | --- | --- |", "a.md"),
    ("¦\n", "# ----------------------------------------------", "a.py"),
    ("<tr>¦</tr>\n", "<td></td>" * 8, "a.html"),
    ("<p>¦</p>\n", "&nbsp;" * 8, "a.html"),
    ("x = ¦\n", r'"' + r"\xff\x00" * 8 + '"', "a.py"),
]


@pytest.mark.parametrize(("marked", "text", "path"), CIRCLES)
def test_the_same_words_over_and_over_are_no_text(
    marked: str, text: str, path: str
) -> None:
    """Small models do not find out of them."""
    assert misfit(marked, text, path) == "empty"


@pytest.mark.parametrize(("marked", "text", "path"), ROWS)
def test_rows_of_the_same_marks_or_values_are_offered(
    marked: str, text: str, path: str
) -> None:
    """People write them."""
    assert misfit(marked, text, path) is None


@pytest.mark.parametrize("text", LETTERS)
def test_a_letter_may_say_i(text: str) -> None:
    """Nobody is refused who writes one, or asks for something in it."""
    assert misfit("Dear all,\n¦\n", text, "a.md") is None


def test_what_was_broken_elsewhere_is_no_fault_of_a_suggestion() -> None:
    """Only the cursor's own line has to come out whole."""
    other = "def g(:\n    pass\n\n\n"

    assert misfit(f"{other}{CALL}", "second", "a.py") is None
    assert misfit(f"{CALL}\n\n{other}", "second", "a.py") is None


def test_a_judgement_takes_some_milliseconds() -> None:
    """It is on the way of each suggestion."""
    body = "".join(f"    value_{n} = compute({n})\n" for n in range(300))
    text = f"def f():\n{body}    x = fir¦st * second\n{body}"
    for attempt in kept_within(0.1, clock=time.process_time):
        with attempt:
            assert misfit(text, "(a, b)") == "broken"


def test_a_broken_document_is_judged_by_what_an_answer_adds() -> None:
    """Half of what is typed is broken; that is no fault of the answer."""
    broken = "def f(:\n    x = = 3\n    ¦\n"

    assert misfit(broken, "return x") is None
    assert misfit(broken, "return ((x") == "broken"


def test_breaks_in_a_document_of_windows_change_nothing() -> None:
    """Nor does an answer that ends with a break, or a place in the last line."""
    windows = FUNCTION.replace("\n", "\r\n")

    assert misfit(windows, "count += one") is None
    assert misfit("x = 1\n¦", "y = 2\n") is None
    assert misfit("x = 1\n¦\nz = 3\n", "y = 2\n") is None


def test_a_large_document_is_judged_at_once() -> None:
    """Around the cursor, whatever its length."""
    lines = "".join(f"value_{n} = compute({n})\n" for n in range(20_000))
    for attempt in kept_within(1.0, clock=time.process_time):
        with attempt:
            assert misfit(f"{lines}x = ¦\n{lines}", "compute(3)") is None


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        ("return ¦value\n", "default_value if value is None else "),
        ("return ¦items\n", "items_by_page or "),
    ],
)
def test_a_name_may_be_said_before_it_stands_there(marked: str, text: str) -> None:
    """It is an echo only where the text ends with it."""
    assert misfit(f"def f(value, items):\n    {marked}", text) is None
    assert misfit("def f(value):\n    return ¦value\n", "other or value ") == "echo"


def test_a_number_that_nobody_can_read_is_no_fault() -> None:
    """Python refuses integers of thousands of digits; the rest is judged as ever."""
    assert misfit('{"a": ¦}\n', "1" * 5_000, "file.json") is None


def test_a_tag_without_an_end_is_judged_at_once() -> None:
    """However long the line is."""
    line = "<" + "a" * 20_000
    for attempt in kept_within(0.1):
        began = time.perf_counter()
        misfit(f"{line}¦ c\n", "b ", "file.html")
        attempt.seconds = time.perf_counter() - began
