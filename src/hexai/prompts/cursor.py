"""What in a document a request is about."""

from msgspec import Struct
from msgspec.structs import replace

from hexai.prompts.code.constructs import Syntax
from hexai.prompts.code.languages import Language, language_of
from hexai.prompts.code.syntax import read
from hexai.text.lines import Lines
from hexai.text.positions import Span


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
