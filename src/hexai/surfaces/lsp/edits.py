"""Edits of a document that count only once the document shows them."""

from collections.abc import Callable

from hexai.surfaces.lsp.editor import Document, Editor
from hexai.text.lines import TextChange


class Edits:
    """Follows the documents."""

    def __init__(self, editor: Editor, *, clock: Callable[[], float]) -> None:
        self._editor = editor
        self._clock = clock

    def opened(self, document: Document) -> None:
        """Nothing to do."""

    def changed(self, document: Document, change: TextChange) -> None:
        """Nothing to do."""

    def closed(self, uri: str) -> None:
        """Nothing to do."""
