"""What in a document a request is about: the code around a cursor, looked at."""

from msgspec import Struct
from msgspec.structs import replace

from hexai.prompts.code.constructs import Syntax
from hexai.prompts.code.grammars import load, parse
from hexai.prompts.code.heuristics import PlainSyntax
from hexai.prompts.code.languages import Language, language_of
from hexai.prompts.code.parsed_lines import fold
from hexai.prompts.code.tree import TreeSyntax, encode
from hexai.text.lines import Lines, Span


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


class Cursor(Struct, frozen=True, kw_only=True):
    """A document and what is pointed at in it."""

    document: Lines
    span: Span
    """What the answer takes the place of; nothing, if both ends are the same."""
    path: str = ""
    """What models are told that the document is called; best relative to its project.
    Its ending counts where `identifier` says nothing."""
    identifier: str = ""
    """The editor's name of the language."""
    is_glance: bool = False
    """It is read without a grammar, at no cost that depends on the code."""

    @property
    def language(self) -> Language:
        """The document's language."""
        language = language_of(self.identifier, self.path)
        return replace(language, grammar=None) if self.is_glance else language

    def read(self) -> Syntax:
        """Read the code around it."""
        first, last = self.span.start.line, self.span.end.line
        return read(self.language, self.document, first, last)
