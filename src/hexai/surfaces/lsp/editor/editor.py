"""What the parts of the editor server ask of the editor, without its protocol."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Protocol

from hexai.surfaces.lsp.editor.clients import Client
from hexai.surfaces.lsp.editor.document import Document
from hexai.text.lines import Replacement


class Severity(IntEnum):
    """How much a message matters; the numbers are the protocol's."""

    ERROR = 1
    WARNING = 2
    INFO = 3
    LOG = 4


class Editor(Protocol):
    """The other end of the connection."""

    @property
    def client(self) -> Client:
        """What the editor does with what it is sent."""

    def document(self, uri: str) -> Document | None:
        """Give an open document as it is now."""

    def tell(self, severity: Severity, message: str) -> None:
        """Show a short message to the user, once."""

    def log(self, severity: Severity, message: str) -> None:
        """Write a line where the editor keeps the servers' messages."""

    async def apply(
        self, document: Document, replacements: Sequence[Replacement], label: str
    ) -> bool:
        """Have edits made in a document at its version; gives the editor's answer.

        The replacements do not overlap, and all are of the text as it is. That the
        editor says yes proves nothing: see whether the next change shows the edit.
        """
