"""Grammars, loaded when a document of their language is first looked at.

Parsing is a matter of a millisecond or two, except for text that no grammar expects:
recovering from `/*` repeated for 4,000 characters takes the Python grammar 6 seconds
and 1.2 GB, most of it in one step at the end that nothing can stop. But it is slow
from the first line on, so what has taken longer than real code ever does is given up
before it comes to that. The time is the thread's own, so that a busy machine does not
change what is answered.
"""

from functools import cache
from importlib import import_module
from time import thread_time
from typing import TYPE_CHECKING

from hexai.prompts.code.languages import Grammar, Language

if TYPE_CHECKING:
    from tree_sitter import Language as Loaded
    from tree_sitter import Point, Tree

_PATIENCE = 0.01
"""Seconds."""
_CHUNK = 4096


def parse(language: Language, text: bytes) -> "Tree | None":
    """Parse a text; None if it takes too long, or there is no grammar for it."""
    grammar = load(language.grammar) if language.grammar is not None else None
    if grammar is None:
        return None
    from tree_sitter import Parser

    ends_at = thread_time() + _PATIENCE

    def read(offset: int, _: "Point") -> bytes:
        return text[offset : offset + _CHUNK]

    def is_too_slow(offset: int, has_error: bool, /) -> bool:  # noqa: ARG001, FBT001
        return thread_time() > ends_at

    try:
        return Parser(grammar).parse(read, progress_callback=is_too_slow)
    except ValueError:
        return None  # what the binding makes of a parse that was stopped


@cache
def load(grammar: Grammar) -> "Loaded | None":
    """Load a grammar; the first one takes 30 ms, each further one half of one."""
    try:
        import tree_sitter

        module = import_module(grammar.module)
    except ImportError:
        return None  # no wheel for this platform: the plain reading has to do
    return tree_sitter.Language(getattr(module, grammar.function)())
