"""Loading grammars, and giving up on what they cannot get through."""

import gc
import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tree_sitter import Node, Parser

from hexai.prompts.code.constructs import Context
from hexai.prompts.code.cursor import read, warm
from hexai.prompts.code.grammars import load, parse
from hexai.prompts.code.heuristics import PlainSyntax
from hexai.prompts.code.languages import Grammar, language_of
from hexai.prompts.code.parsed_lines import fold
from hexai.text.lines import Lines, Position

PYTHON = language_of("python")
LONG = "größe = 'ﬀ'  # 測量\n" * 1000
"""Of many pieces, and characters lie across their ends."""


def test_ordinary_code_is_parsed() -> None:
    """Its tree begins with the whole file."""
    tree = parse(PYTHON, b"x = 1\n")

    assert tree is not None
    assert tree.root_node.type == "module"


def test_a_language_without_a_grammar_is_not() -> None:
    """Warming it does nothing."""
    warm(language_of("kotlin"))

    assert parse(language_of("kotlin"), b"x") is None


def test_text_that_takes_too_long_is_given_up() -> None:
    """However ordinary it is: this is far more than is ever looked at."""
    assert parse(PYTHON, b"x = [1, 2, 3]\n" * 20_000) is None


def test_a_text_of_many_pieces_is_parsed_as_one() -> None:
    """Each piece is laid where the one before lay."""
    text = LONG.encode()
    tree = parse(PYTHON, text[: 3 * 4096 + 5])
    whole = Parser(load(PYTHON.grammar)).parse(text[: 3 * 4096 + 5])

    assert tree is not None
    assert _spans(tree.root_node) == _spans(whole.root_node)


def test_nothing_of_what_was_parsed_is_kept() -> None:
    """An editor's server parses all day, and the binding lets go of nothing."""
    texts = [f"x = {number}\n".encode() * 25 for number in range(300)]
    for text in texts[:50]:
        parse(PYTHON, text)
    gc.collect()
    tracemalloc.start(1)
    try:
        read = sum(_is_read(text + b"#") for text in texts)
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert read > 200
    assert kept < 20_000  # one text alone has 200 bytes


def _is_read(text: bytes) -> bool:
    tree = parse(PYTHON, text)
    return tree is not None and tree.root_node.text == text


def _spans(node: Node) -> list[tuple[str, int, int]]:
    found = [(node.type, node.start_byte, node.end_byte)]
    for child in node.children:
        found += _spans(child)
    return found


def test_a_grammar_that_is_not_installed_is_done_without() -> None:
    """As on a platform that has no wheel for it."""
    language = replace(PYTHON, grammar=Grammar(module="tree_sitter_nothing"))
    warm(language)

    syntax = read(language, Lines.of("def f(a, b): pass  # why"), 0)

    assert isinstance(syntax, PlainSyntax)
    assert [each.name for each in syntax.functions_at(Position(0, 20))] == ["f"]
    assert syntax.in_parameters(Position(0, 9))
    assert syntax.context_at(Position(0, 22)) is Context.COMMENT


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
