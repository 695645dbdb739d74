"""Which lines of a document are parsed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hexai.prompts.code.fold import fold
from hexai.text.lines import Lines

_CODE = st.lists(
    st.sampled_from(
        ["", "a", "  b", "    c", "        d", "def f():", "  ):", "{", "}"]
    ),
    min_size=200,
    max_size=400,
)


def test_a_short_document_is_taken_whole() -> None:
    """There is nothing to be gained."""
    window = fold(Lines.of("a\n  b\n"), 0, 0)

    assert window is not None
    assert (window.first, window.lines) == (0, ("a", "  b", ""))


def test_of_a_long_one_the_far_lines_are_blank() -> None:
    """But for those that enclose the cursor, which keep their numbers."""
    body = [f"        x{number}()" for number in range(1000)]
    code = ["import a", "class A:", "    def f(self):", *body, "    def g(self):"]
    document = Lines.of("\n".join([*code, "        pass", "end = 1", "more = 2"]))

    window = fold(document, 600, 600)

    assert window is not None
    assert window.first == 1
    kept = [
        number
        for number, line in enumerate(window.lines, window.first)
        if line and not 480 <= number <= 660
    ]
    assert kept == [1, 2, 1003, 1005]


def test_a_header_of_several_lines_is_taken_whole() -> None:
    """Its closing bracket is not where the construct begins."""
    head = ["class A {", "  void f(", "      int a)", "  {"]
    document = Lines.of("\n".join([*head, *(["    x();"] * 500), "  }", "}"]))

    window = fold(document, 400, 400)

    assert window is not None
    assert list(window.lines[:4]) == head
    assert [line for line in window.lines[-3:] if line] == ["  }", "}"]


def test_it_begins_where_a_definition_does() -> None:
    """A line in the middle of a string would turn strings and code about."""
    lines = ["x = 1"] * 500
    lines[330] = "def f():"

    window = fold(Lines.of("\n".join(lines)), 400, 400)

    assert window is not None
    assert window.first == 330
    assert window.lines[0] == "def f():"


def test_long_lines_and_too_much_text_are_not_parsed() -> None:
    """A line of a thousand characters is blank; of many long ones nothing is left."""
    window = fold(Lines.of("a" * 1001 + "\nb"), 1, 1)

    assert window is not None
    assert window.lines == ("", "b")
    assert fold(Lines.of("\n".join(["a" * 900] * 30)), 1, 1) is None


@settings(max_examples=40)
@given(code=_CODE, first=st.integers(-5, 450), length=st.integers(0, 60))
def test_lines_keep_their_numbers(code: list[str], first: int, length: int) -> None:
    """What is kept is as it was, and the lines asked for are among it."""
    document = Lines.of("\n".join(code))

    window = fold(document, first, first + length)

    assert window is not None
    for number, line in enumerate(window.lines, window.first):
        assert line in ("", document.line(number))
    for number in range(max(0, first), min(first + length + 1, len(document))):
        assert window.lines[number - window.first] == document.line(number)
