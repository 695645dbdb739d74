"""Loading grammars, and giving up on what they cannot get through."""

import gc
import tracemalloc

from msgspec.structs import replace
from tree_sitter import Node, Parser

from hexai.prompts.code.constructs import Context
from hexai.prompts.code.grammars import load, parse
from hexai.prompts.code.languages import Grammar, language_of
from hexai.prompts.code.plain import PlainSyntax
from hexai.prompts.code.syntax import read, warm
from hexai.text.lines import Lines
from hexai.text.positions import Position

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
