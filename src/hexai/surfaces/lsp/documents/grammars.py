"""What reading code needs, loaded before it is needed."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from hexai.surfaces.lsp.editor.document import Document
from hexai.surfaces.lsp.editor.uris import to_path
from hexai.text.lines import TextChange

Spawn = Callable[[Coroutine[Any, Any, None]], None]


class Warming:
    """Loads a language's grammar in a thread when its first document is opened.

    Else the first request of a session would hold everything up for it.
    """

    def __init__(self, spawn: Spawn) -> None:
        self._spawn = spawn
        self._known: set[str] = set()

    def opened(self, document: Document) -> None:
        """Begin to load what a document's language needs."""
        if document.language not in self._known:
            self._known.add(document.language)
            path = to_path(document.uri)
            name = path.name if path else ""
            self._spawn(asyncio.to_thread(_load, document.language, name))

    def changed(self, document: Document, change: TextChange) -> None:
        """Do nothing."""

    def closed(self, uri: str) -> None:
        """Do nothing: a grammar is small, and soon needed again."""


def _load(identifier: str, name: str) -> None:
    from hexai.prompts.languages import language_of
    from hexai.prompts.syntax import warm

    warm(language_of(identifier, name))
