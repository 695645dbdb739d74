"""What completion needs of whoever puts its questions together."""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from hexai.config.schema import Settings
from hexai.surfaces.lsp.asking.run import Asked, Clean
from hexai.surfaces.lsp.editor.document import Document
from hexai.text.positions import Position


class Course(Protocol):
    """How a race goes on after its question was put together."""

    def now(self) -> tuple[Document, Position] | None:
        """Give the text and the cursor as they are by now; None: that is over."""

    def sends(self, index: int, clean: Clean) -> None:
        """Take note that a contender is asked about the text as it is now."""


Warming = Callable[[], Coroutine[Any, Any, None]]
"""The work of having a prompt read beforehand; cancelling it ends the reading."""


class Asker(Protocol):
    """Puts questions about documents together."""

    def settings(self, document: Document) -> Settings | None:
        """Give what is configured for a document; None: completion is off there."""

    def costs(self, document: Document) -> bool:
        """Tell whether somebody is paid who is asked about a document."""

    def tell_off(self, document: Document, position: Position) -> None:
        """Say once that completion is off, where somebody could expect it."""

    def warm(self, document: Document, position: Position) -> Warming | None:
        """Give the work of having a prompt read beforehand; None: nobody would."""

    def ask(self, document: Document, position: Position, course: Course) -> Asked:
        """Compose the question of what comes at a position; nothing is sent yet.

        A contender that is asked later is asked about the text as it is by then.
        """
