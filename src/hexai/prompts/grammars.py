"""Grammars, loaded when a document of their language is first looked at."""

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from hexai.prompts.languages import Grammar, Language

if TYPE_CHECKING:
    import tree_sitter


def parse(language: Language, text: bytes) -> "tree_sitter.Tree | None":
    """Parse a text; None if the language has no grammar, or it is not installed."""
    grammar = load(language.grammar) if language.grammar is not None else None
    if grammar is None:
        return None
    from tree_sitter import Parser

    return Parser(grammar).parse(text)


@cache
def load(grammar: Grammar) -> "tree_sitter.Language | None":
    """Load a grammar; the first one takes 30 ms, each further one half of one."""
    try:
        import tree_sitter

        module = import_module(grammar.module)
    except ImportError:
        return None  # no wheel for this platform: the plain reading has to do
    return tree_sitter.Language(getattr(module, grammar.function)())
