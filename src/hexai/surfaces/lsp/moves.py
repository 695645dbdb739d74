"""Documents that go on under another name, or in another language.

Whoever saves a document as another file, renames it, or has it taken for another
language, goes on in the same text. But the editor closes one document and opens
another, and some open the other first. Taken by its word, it would end an answer that
its user still waits for.

So those who are at work for a document are told of its closing a moment later. If the
same text is opened within that moment, or was right before, they are told that it has
moved instead.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Protocol

from msgspec import Struct

from hexai.surfaces.lsp.documents import Document, Follower
from hexai.text.lines import TextChange

WITHIN = 0.25
"""Seconds between the closing and the opening, whichever comes first."""


class Mover(Follower, Protocol):
    """Who goes on with a document that has moved."""

    def moved(self, uri: str, document: Document) -> None:
        """Take note that the document of a URI is now another one, with its text.

        `opened` was called for that, and `closed` will not be for this.
        """


class _Closed(Struct, frozen=True):
    """A document that was closed a moment ago."""

    document: Document
    timer: asyncio.TimerHandle


class Moves:
    """Follows the documents for those who go on with one that moves."""

    def __init__(
        self, movers: Sequence[Mover], opened: Iterable[Document] = ()
    ) -> None:
        """Follow what was `opened` already; call it inside the event loop.

        The first of the movers is told first.
        """
        self._movers = movers
        self._loop = asyncio.get_running_loop()
        self._open = {each.uri: each for each in opened}
        self._opened_at: dict[str, float] = {}
        self._closed: dict[str, _Closed] = {}

    def opened(self, document: Document) -> None:
        """Tell of a document that was opened, and whether it is one that was closed."""
        uri = document.uri
        origin = self._origin_of(document)
        if uri in self._closed and origin != uri:
            self._end(uri)
        self._open[uri] = document
        self._opened_at[uri] = self._loop.time()
        for mover in self._movers:
            mover.opened(document)
        if origin is not None:
            self._closed.pop(origin).timer.cancel()
            self._move(origin, document)

    def changed(self, document: Document, change: TextChange) -> None:
        """Tell of a change at once."""
        self._open[document.uri] = document
        for mover in self._movers:
            mover.changed(document, change)

    def closed(self, uri: str) -> None:
        """Tell of a closing when it has turned out to be one."""
        document = self._open.pop(uri, None)
        self._opened_at.pop(uri, None)
        if document is None:  # nothing was begun there since there are movers
            return
        if (twin := self._twin_of(document)) is not None:
            self._move(uri, twin)
            return
        timer = self._loop.call_later(WITHIN, self._end, uri)
        self._closed[uri] = _Closed(document, timer)

    def _origin_of(self, document: Document) -> str | None:
        """Give the URI under which a document was closed a moment ago."""
        uris = [
            uri
            for uri, closed in self._closed.items()
            if closed.document.lines == document.lines
        ]
        return document.uri if document.uri in uris else next(iter(uris), None)

    def _twin_of(self, document: Document) -> Document | None:
        """Give the document with the same text that was opened a moment ago."""
        since = self._loop.time() - WITHIN
        opened = (self._open[uri] for uri, at in self._opened_at.items() if at >= since)
        return next((each for each in opened if each.lines == document.lines), None)

    def _move(self, uri: str, document: Document) -> None:
        for mover in self._movers:
            mover.moved(uri, document)

    def _end(self, uri: str) -> None:
        self._closed.pop(uri).timer.cancel()
        for mover in self._movers:
            mover.closed(uri)
