"""What completion needs of whoever puts its questions together."""

from typing import Protocol

from hexai.config.schema import Settings
from hexai.surfaces.lsp.asking.run import Asked
from hexai.surfaces.lsp.editor.document import Document
from hexai.text.positions import Position


class Asker(Protocol):
    """Puts questions about documents together."""

    def settings(self, document: Document) -> Settings | None:
        """Give what is configured for a document; None: completion is off there."""

    def tell_off(self, document: Document, position: Position) -> None:
        """Say once that completion is off, where somebody could expect it."""

    def ask(self, document: Document, position: Position) -> Asked:
        """Compose the question of what comes at a position; nothing is sent yet."""
