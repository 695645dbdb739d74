"""Look at the code around a cursor, by a grammar if there is one for it."""

from hexai.prompts.code.constructs import Syntax
from hexai.prompts.code.fold import fold
from hexai.prompts.code.grammars import load, parse
from hexai.prompts.code.languages import Language
from hexai.prompts.code.plain import PlainSyntax
from hexai.prompts.code.tree import TreeSyntax, encode
from hexai.text.lines import Lines


def read(
    language: Language, document: Lines, first: int, last: int | None = None
) -> Syntax:
    """Read what lies around a line, or around the lines `first` to `last`.

    Takes one or two milliseconds, and up to 30 ms more for the first document of all;
    see `warm`.
    """
    plain = PlainSyntax(language=language, document=document)
    if language.grammar is None:
        return plain
    window = fold(document, first, first if last is None else last)
    tree = parse(language, encode(window.lines)) if window is not None else None
    if window is None or tree is None:
        return plain
    return TreeSyntax(language=language, window=window, tree=tree, plain=plain)


def warm(language: Language) -> None:
    """Load what reading a document of a language needs; for a thread."""
    if language.grammar is not None:
        load(language.grammar)
