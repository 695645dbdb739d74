"""What the features ask of the editor, without its protocol, and tell its user."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum, IntEnum, auto
from typing import Protocol

from hexai.service.crash import describe
from hexai.surfaces.lsp.clients import Client
from hexai.surfaces.lsp.documents import Document
from hexai.text.lines import Replacement


class Severity(IntEnum):
    """How much a message matters; the numbers are the protocol's."""

    ERROR = 1
    WARNING = 2
    INFO = 3
    LOG = 4


class Answer(Enum):
    """What an editor says to an edit."""

    YES = auto()
    NO = auto()
    """It may take it later: most often the text had changed meanwhile."""
    NEVER = auto()
    """Its user was asked, and does not want it."""


class Editor(Protocol):
    """The other end of the connection: a border of layers, above it is the protocol."""

    @property
    def client(self) -> Client:
        """What the editor does with what it is sent."""

    @property
    def takes_edits(self) -> bool:
        """Whether it makes edits that it did not ask for."""

    def document(self, uri: str) -> Document | None:
        """Give an open document as it is now."""

    def tell(self, severity: Severity, message: str) -> None:
        """Show a short message to the user, once."""

    def log(self, severity: Severity, message: str) -> None:
        """Write a line where the editor keeps the servers' messages."""

    async def apply(
        self, document: Document, replacements: Sequence[Replacement], label: str
    ) -> Answer:
        """Have edits made in a document at its version; gives the editor's answer.

        The replacements do not overlap, and all are of the text as it is. That the
        editor says yes proves nothing: see whether the next change shows the edit.
        """


Message = tuple[Severity, str]
_HELD: ContextVar[list[Message] | None] = ContextVar("held", default=None)


@contextmanager
def holding() -> Iterator[list[Message]]:
    """Hold what is told within, or in tasks begun there; gives it as it comes.

    It is told after the work's end: Helix clears its status line with the end of a
    progress, so a message before that was on it for a millisecond
    (helix-term/src/application.rs, 25.07.1).
    """
    messages: list[Message] = []
    token = _HELD.set(messages)
    try:
        yield messages
    finally:
        _HELD.reset(token)


def hold(severity: Severity, message: str) -> bool:
    """Hold a message back; tells whether it is."""
    messages = _HELD.get()
    if messages is None:
        return False
    messages.append((severity, message))
    return True


def log_bug(editor: Editor, bug: Exception) -> str:
    """Log a bug where the editor keeps messages; gives what was said of it."""
    what = describe(bug)
    editor.log(Severity.ERROR, f"Hexai: this is a bug: {what}")
    return what
