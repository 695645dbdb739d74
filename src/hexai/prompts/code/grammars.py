"""Grammars, loaded when a document of their language is first looked at.

Parsing is a matter of a millisecond or two, except for some texts that no grammar
expects: recovering from 4,000 characters can take seconds and a gigabyte, most of it in
one step at the end that nothing can stop. But it is slow from the first line on, so
what has taken longer than real code ever does is given up before it comes to that.
The time is the thread's own, so that a busy machine does not
change what is answered.
"""

import threading
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


class _Pieces(threading.local):
    """What a parser of this thread looks at: a piece of its text at a time.

    The binding (0.25.2 to 0.26.1) never lets go of what it was given to read, and it
    can be stopped only where it reads by a function. So it is given the same few
    objects each time: it needs a piece no longer than until it asks for the next one.
    """

    def __init__(self) -> None:
        self._held = memoryview(bytearray(_CHUNK))
        self._views: dict[int, memoryview] = {}

    def show(self, text: bytes, offset: int) -> memoryview:
        """Give the piece that begins there; it holds until the next call."""
        piece = text[offset : offset + _CHUNK]
        size = len(piece)
        view = self._views.get(size)
        if view is None:
            view = self._views[size] = self._held[:size]
        view[:] = piece
        return view


_pieces = _Pieces()


def parse(
    language: Language, text: bytes, *, patience: float = _PATIENCE
) -> "Tree | None":
    """Parse a text; None if it takes too long, or there is no grammar for it.

    `patience` is in seconds; the usual one is for what an editor waits for.
    """
    grammar = load(language.grammar) if language.grammar is not None else None
    if grammar is None:
        return None
    from tree_sitter import Parser

    ends_at = thread_time() + patience

    def read(offset: int, _: "Point") -> memoryview:
        return _pieces.show(text, offset)

    def is_too_slow(offset: int, has_error: bool, /) -> bool:  # noqa: ARG001, FBT001
        return thread_time() > ends_at

    try:
        tree = Parser(grammar).parse(read, progress_callback=is_too_slow)
    except ValueError:
        return None  # what the binding makes of a parse that was stopped
    return Parser(grammar).parse(text, tree)  # nothing anew, but nodes know their text


@cache
def load(grammar: Grammar) -> "Loaded | None":
    """Load a grammar; the first one takes 30 ms, each further one half of one."""
    try:
        import tree_sitter

        module = import_module(grammar.module)
    except ImportError:
        return None  # no wheel for this platform: the plain reading has to do
    return tree_sitter.Language(getattr(module, grammar.function)())
