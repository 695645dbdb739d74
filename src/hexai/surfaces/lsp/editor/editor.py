"""What the parts of the editor server ask of the editor, without its protocol."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Protocol

from msgspec import Struct

from hexai.surfaces.lsp.editor.clients import Client
from hexai.text.lines import Lines, Replacement


class Severity(IntEnum):
    """How much a message matters; the numbers are the protocol's."""

    ERROR = 1
    WARNING = 2
    INFO = 3
    LOG = 4


class Document(Struct, frozen=True, kw_only=True):
    """An open document at one version; the next version is another value."""

    uri: str
    language: str
    """The editor's name of its language."""
    version: int | None
    lines: Lines
    changed_at: float
    """When it was opened or last changed, by the loop's clock."""


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
