"""Loading grammars, and giving up on what they cannot get through."""

from msgspec.structs import replace

from hexai.prompts.code.constructs import Context
from hexai.prompts.code.grammars import parse
from hexai.prompts.code.languages import Grammar, language_of
from hexai.prompts.code.plain import PlainSyntax
from hexai.prompts.code.syntax import read, warm
from hexai.text.lines import Lines
from hexai.text.positions import Position

PYTHON = language_of("python")
HOSTILE = "\n".join(["/*" * 100] * 100)
"""Recovering from this takes the grammar gigabytes, if it is let."""


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
    """It is read line by line then."""
    syntax = read(PYTHON, Lines.of(HOSTILE), 50)

    assert isinstance(syntax, PlainSyntax)
    assert syntax.count_errors() is None


def test_a_grammar_that_is_not_installed_is_done_without() -> None:
    """As on a platform that has no wheel for it."""
    language = replace(PYTHON, grammar=Grammar(module="tree_sitter_nothing"))
    warm(language)

    syntax = read(language, Lines.of("def f(a, b): pass  # why"), 0)

    assert isinstance(syntax, PlainSyntax)
    assert [each.name for each in syntax.functions_at(Position(0, 20))] == ["f"]
    assert syntax.in_parameters(Position(0, 9))
    assert syntax.context_at(Position(0, 22)) is Context.COMMENT
