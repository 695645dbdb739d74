"""The open documents, and who is told when one changes.

The order in which notifications arrive is the truth: a change is made whatever its
version says, since leaving one out would put every later one in the wrong place. Only
a change that cannot be read (which `handlers.py` sees), or a document beyond
`SIZE_LIMIT`, makes us lose a document; it is back when the editor opens it again.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from hexai.surfaces.lsp.once import Once
from hexai.text.lines import Encoding, Lines, Replacement, TextChange, count_units


class Document(Struct, frozen=True, kw_only=True):
    """An open document at one version; the next version is another value."""

    uri: str
    language: str
    """The editor's name of its language."""
    version: int | None
    lines: Lines
    changed_at: float
    """When it was opened or last changed, by the loop's clock."""

    @property
    def name(self) -> str:
        """The last part of its URI; its ending may tell what language it is in."""
        return self.uri.rpartition("/")[2]


SIZE_LIMIT = 10 * 10**6
"""Bytes of UTF-8 of one document."""


class Follower(Protocol):
    """Who is told of documents, within the notification itself.

    What one raises ends that, so those after it are not told: it is a bug.
    """

    def opened(self, document: Document) -> None:
        """Take note of a document that was opened, or opened anew."""

    def changed(self, document: Document, change: TextChange) -> None:
        """Take note of a change; `document` is what it came to."""

    def closed(self, uri: str) -> None:
        """Take note of a document that was closed, or is not kept any more."""


class Documents:
    """All documents of one connection, at their newest versions."""

    def __init__(
        self, *, clock: Callable[[], float], on_too_large: Callable[[str], None]
    ) -> None:
        """`on_too_large` is called once for each document that is not kept."""
        self.encoding = Encoding.UTF16
        """What the editor counts in, whatever it agreed on."""
        self.followers: list[Follower] = []
        """Told in this order."""
        self._clock = clock
        self._on_too_large = on_too_large
        self._documents: dict[str, Document] = {}
        self._sizes: dict[str, int] = {}
        self._too_large = Once()

    @property
    def uris(self) -> tuple[str, ...]:
        """The URIs of all that is open."""
        return tuple(self._documents)

    @property
    def opened(self) -> tuple[Document, ...]:
        """All that is open, as it is now."""
        return tuple(self._documents.values())

    def find(self, uri: str) -> Document | None:
        """Give a document as it is now."""
        return self._documents.get(uri)

    def open(self, uri: str, language: str, version: int | None, text: str) -> None:
        """Take up a document, unless it is too large."""
        self.close(uri)
        size = count_units(text, Encoding.UTF8)
        if size > SIZE_LIMIT:
            self._refuse(uri)
            return
        document = Document(
            uri=uri,
            language=language,
            version=version,
            lines=Lines.of(text),
            changed_at=self._clock(),
        )
        self._documents[uri] = document
        self._sizes[uri] = size
        for follower in self.followers:
            follower.opened(document)

    def change(
        self, uri: str, version: int | None, replacements: Sequence[Replacement]
    ) -> None:
        """Change a document; positions are in the editor's units.

        That of an unknown document is ignored.
        """
        old = self._documents.get(uri)
        if old is None:
            return
        change = old.lines.change(replacements, encoding=self.encoding)
        self._sizes[uri] += _growth(change)
        if self._sizes[uri] > SIZE_LIMIT:
            self.close(uri)
            self._refuse(uri)
            return
        document = replace(
            old, version=version, lines=change.after, changed_at=self._clock()
        )
        self._documents[uri] = document
        for follower in self.followers:
            follower.changed(document, change)

    def close(self, uri: str) -> None:
        """Let go of a document that is closed, or whose text is not known any more."""
        if self._documents.pop(uri, None) is None:
            return
        del self._sizes[uri]
        for follower in self.followers:
            follower.closed(uri)

    def _refuse(self, uri: str) -> None:
        if self._too_large.is_new(uri):
            self._on_too_large(uri)


def _growth(change: TextChange) -> int:
    """Count the bytes that a change added, looking only at the lines it touched."""
    before, after = change.before.raw, change.after.raw
    gone = before[change.above : len(before) - change.below]
    come = after[change.above : len(after) - change.below]
    return _size(come) - _size(gone)


def _size(lines: Sequence[str]) -> int:
    return sum(count_units(line, Encoding.UTF8) for line in lines)
