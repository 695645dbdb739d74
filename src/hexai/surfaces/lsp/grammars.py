"""Grammars of the languages that are open, loaded before they are needed."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from hexai.surfaces.lsp.documents import Document
from hexai.surfaces.lsp.once import Once
from hexai.text.lines import TextChange

Spawn = Callable[[Coroutine[Any, Any, None]], None]


class Grammars:
    """Loads a language's grammar in a thread when its first document is opened.

    Else the first request of a session would hold everything up for it.
    """

    def __init__(self, spawn: Spawn) -> None:
        self._spawn = spawn
        self._loaded = Once()

    def opened(self, document: Document) -> None:
        """Begin to load what a document's language needs."""
        ending = document.name.rpartition(".")[2]
        if self._loaded.is_new((document.language, ending)):
            self._spawn(asyncio.to_thread(_load, document.language, document.name))

    def changed(self, document: Document, change: TextChange) -> None:
        """Do nothing."""

    def closed(self, uri: str) -> None:
        """Do nothing: a grammar is small, and soon needed again."""


def _load(identifier: str, name: str) -> None:
    from hexai.prompts.code.cursor import warm
    from hexai.prompts.code.languages import language_of

    warm(language_of(identifier, name))
