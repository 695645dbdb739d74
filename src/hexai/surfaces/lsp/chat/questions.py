"""What chat and inline prompts ask: put together by the document's configuration."""

from functools import partial
from typing import Protocol

from hexai.config.schema import Settings
from hexai.config.snapshot import Snapshot
from hexai.domain.record import Background
from hexai.domain.request import Request
from hexai.prompts.chat import chat_request
from hexai.prompts.completion import inline_request
from hexai.prompts.context import cut
from hexai.prompts.cursor import Cursor
from hexai.service.ask import Question, ask
from hexai.service.guard.guard import GuardedText
from hexai.service.projects import project_of
from hexai.service.services import Services
from hexai.surfaces.lsp.asking.run import Asked, Run
from hexai.surfaces.lsp.chat.history import History
from hexai.surfaces.lsp.configuration import Configuration
from hexai.surfaces.lsp.editor.document import Document
from hexai.surfaces.lsp.editor.uris import to_path
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

    def __init__(self, configuration: Configuration, services: Services) -> None:
        self._configuration = configuration
        self._services = services

    def settings(self, document: Document) -> Settings | None:
        """Give what is configured for a document; None: everything is off."""
        snapshot = self._configuration.snapshot(document.uri)
        return None if snapshot is None else snapshot.settings

    def chat(
        self, document: Document, line: int, question: str, history: History
    ) -> Run | None:
        """Compose a question that stands on a line; None: nobody is configured."""
        snapshot = self._configuration.snapshot(document.uri)
        if snapshot is None:
            return None
        end = len(document.lines.line(line))
        cursor = _cursor(document, Span(Position(line, 0), Position(line, end)))
        request = chat_request(cursor, question, history.exchanges, snapshot.settings)
        return self._ask(document, cursor, request, snapshot, first=history.first)

    def inline(self, document: Document, span: Span, instruction: str) -> Asked | None:
        """Compose what takes the place of a span; None: nobody is configured."""
        snapshot = self._configuration.snapshot(document.uri)
        if snapshot is None:
            return None
        cursor, lines = _cursor(document, span), document.lines
        request = inline_request(cursor, instruction, snapshot.settings)
        run = self._ask(document, cursor, request, snapshot, first=span.start.line)
        if run is None:
            return None
        near = partial(
            clean,
            before=lines.slice(Span(Position(0, 0), span.start)),
            after=lines.slice(Span(span.end, lines.end)),
            language=document.language,
        )
        return Asked(run=run, clean=near)

    def _ask(
        self,
        document: Document,
        cursor: Cursor,
        request: Request,
        snapshot: Snapshot,
        *,
        first: int,
    ) -> Run | None:
        resolved = self._configuration.entries(snapshot, request.surface)
        if not resolved.entries:
            return None
        settings = snapshot.settings
        excerpt = cut(cursor.document, cursor.span, settings.general)
        above = cursor.span.start.line - excerpt.before.count("\n")
        below = cursor.span.end.line + excerpt.after.count("\n") + 1
        guarded = GuardedText(
            uri=document.uri,
            lines=document.lines,
            first=min(first, above),
            last=below,
        )
        question = Question(
            request=request,
            entries=resolved.entries[:1],
            max_concurrency=1,
            local_only=snapshot.restrictions.local_only,
            settings=settings,
            documents=(guarded,),
            background=Background(
                project=_project(document.uri), language=cursor.language.id
            ),
        )
        return ask(self._services, question)


def _cursor(document: Document, span: Span) -> Cursor:
    return Cursor(
        document=document.lines,
        span=span,
        path=_name(document.uri),
        identifier=document.language,
    )


def _name(uri: str) -> str:
    """Say what models are told that a document is called; no folder of the user's."""
    path = to_path(uri)
    if path is None:
        return ""
    project = _project(uri)
    name = str(path.relative_to(project)) if project else path.name
    return name.encode(errors="replace").decode()


def _project(uri: str) -> str:
    path = to_path(uri)
    return "" if path is None else project_of(str(path.parent))
