"""What chat and inline prompts ask: put together by the document's configuration."""

from functools import partial
from typing import Protocol

from hexai.config.schema import Settings
from hexai.domain.request import Request
from hexai.prompts.chat import chat_request, chat_within
from hexai.prompts.completion import inline_request
from hexai.prompts.cursor import Cursor
from hexai.prompts.excerpt import cut
from hexai.prompts.fitting import fitted
from hexai.surfaces.lsp.asking.first_entry import FirstEntry
from hexai.surfaces.lsp.asking.origin import Origin
from hexai.surfaces.lsp.asking.run import Asked, Run
from hexai.surfaces.lsp.chat.history import History
from hexai.surfaces.lsp.editor.document import Document
from hexai.text.cleaning import clean
from hexai.text.positions import Position, Span


class PromptAsker(Protocol):
    """Puts questions together; nothing is sent before a run is entered."""

    def settings(self, document: Document) -> Settings | None:
        """Give what is configured for a document; None: everything is off."""

    def chat(
        self, document: Document, line: int, question: str, history: History
    ) -> Run | None:
        """Compose a question that stands on a line; None: nobody is configured."""

    def inline(self, document: Document, span: Span, instruction: str) -> Asked | None:
        """Compose what takes the place of a span; None: nobody is configured."""


class PromptQuestions:
    """Asks the first entry of a surface."""

    def __init__(self, entry: FirstEntry) -> None:
        self._entry = entry

    def settings(self, document: Document) -> Settings | None:
        """Give what is configured for a document; None: everything is off."""
        snapshot = self._entry.snapshot(document.uri)
        return None if snapshot is None else snapshot.settings

    def chat(
        self, document: Document, line: int, question: str, history: History
    ) -> Run | None:
        """Compose a question that stands on a line; None: nobody is configured."""
        snapshot = self._entry.snapshot(document.uri)
        if snapshot is None:
            return None
        origin, end = Origin.of(document), len(document.lines.line(line))
        cursor = origin.cursor(Span(Position(line, 0), Position(line, end)))
        settings = snapshot.settings
        request = chat_request(cursor, question, history.exchanges, settings)
        sent = _sent(cursor, settings)
        lines = range(min(history.first, sent.start), sent.stop)

        def shorten(room: int) -> Request:
            return chat_within(room, cursor, question, history.exchanges, settings)

        return self._entry.ask(request, snapshot, origin, lines, shorten)

    def inline(self, document: Document, span: Span, instruction: str) -> Asked | None:
        """Compose what takes the place of a span; None: nobody is configured."""
        snapshot = self._entry.snapshot(document.uri)
        if snapshot is None:
            return None
        origin, lines = Origin.of(document), document.lines
        cursor = origin.cursor(span)
        request = inline_request(cursor, instruction, snapshot.settings)
        sent = _sent(cursor, snapshot.settings)
        settings = snapshot.settings
        compose = partial(inline_request, cursor, instruction)

        def shorten(room: int) -> Request:
            return fitted(request, room, settings, compose)

        run = self._entry.ask(request, snapshot, origin, sent, shorten)
        if run is None:
            return None
        near = partial(
            clean,
            before=lines.slice(Span(Position(0, 0), span.start)),
            after=lines.slice(Span(span.end, lines.end)),
            language=document.language,
        )
        return Asked(run=run, clean=near)


def _sent(cursor: Cursor, settings: Settings) -> range:
    """Give the lines of a document that go along with a question about a part."""
    excerpt = cut(cursor.document, cursor.span, settings.general)
    above = cursor.span.start.line - excerpt.before.count("\n")
    below = cursor.span.end.line + excerpt.after.count("\n") + 1
    return range(above, below)
