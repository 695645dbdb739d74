"""What chat and inline prompts ask, and what goes along with it."""

from functools import partial
from typing import Protocol

from msgspec import Struct

from hexai.config.schema import Settings
from hexai.domain.request import Request
from hexai.prompts.chat import Exchange, chat_request, chat_within
from hexai.prompts.code.cursor import Cursor
from hexai.prompts.completion import inline_request
from hexai.prompts.excerpt import cut, fitted
from hexai.surfaces.lsp.asking import Asked, AskedRun, FirstEntry, Origin
from hexai.surfaces.lsp.documents import Document
from hexai.text.cleaning import clean
from hexai.text.lines import Lines, Position, Span
from hexai.text.prompt_marks import Markers, is_quoted, unquote

MOST = 3
"""Pairs that go along with a question."""
_REACH = 2000
"""Lines above a question that are looked at."""
_BLANKS = 2
"""Blank lines that may stand between a question and its answer."""


class History(Struct, frozen=True, kw_only=True):
    """What goes along with a question."""

    exchanges: tuple[Exchange, ...]
    """The oldest first."""
    first: int
    """The line where it begins; the question's own if there is none."""


def find_history(lines: Lines, number: int, markers: Markers) -> History:
    """Find the last pairs above a line.

    An answer is a block of quoted lines; its question is the line above, which still
    ends as questions do. A quotation of something else has no such line.
    """
    exchanges: list[Exchange] = []
    first, end = number, number
    top = max(0, number - _REACH)
    while len(exchanges) < MOST and end > top:
        last = end - 1
        if not is_quoted(lines.line(last)):
            end = last
            continue
        start = last
        while start > top and is_quoted(lines.line(start - 1)):
            start -= 1
        asked = _question_above(lines, start, markers)
        end = start
        if asked is not None:
            end = first = asked
            answer = unquote(lines.between(start, last + 1))
            question = lines.line(asked).strip()
            exchanges.append(Exchange(question=question, answer=answer))
    return History(exchanges=tuple(reversed(exchanges)), first=first)


def _question_above(lines: Lines, start: int, markers: Markers) -> int | None:
    """Give the line of the question that a block of quoted lines answers, if any."""
    for number in range(start - 1, max(-1, start - 2 - _BLANKS), -1):
        line = lines.line(number).rstrip()
        if line:
            return number if line.endswith(markers.chat_prefixes) else None
    return None


class PromptAsker(Protocol):
    """Puts questions together; nothing is sent before a run is entered.

    `PromptQuestions` does. What is typed and answered in a document is tested in
    virtual time, where the services that it asks by have no place.
    """

    def settings(self, document: Document) -> Settings | None:
        """Give what is configured for a document; None: everything is off."""

    def chat(
        self, document: Document, line: int, question: str, history: History
    ) -> AskedRun | None:
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
    ) -> AskedRun | None:
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
