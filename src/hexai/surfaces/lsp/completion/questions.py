"""Completion's questions: what the models are asked, of whom, and how it is read."""

import os
from functools import partial
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from hexai.config.schema import Settings
from hexai.config.snapshot import Snapshot
from hexai.domain.entry import Entry, Surface
from hexai.domain.record import Background
from hexai.domain.request import Request
from hexai.engine.settle import Policy
from hexai.prompts.completion import completion_request
from hexai.prompts.cursor import Cursor
from hexai.service.ask import Question, ask
from hexai.service.guard.guard import GuardedText
from hexai.service.projects import project_of
from hexai.service.services import Services
from hexai.surfaces.lsp.asking.run import Asked
from hexai.surfaces.lsp.configuration import Configuration
from hexai.surfaces.lsp.editor.document import Document
from hexai.surfaces.lsp.editor.uris import to_path
from hexai.text.cleaning import clean
from hexai.text.positions import Position, Span

QUEUE_GRACE = 0.05
"""Seconds that a list waits for a contender whose slot another surface holds."""

_AROUND = 200
"""Lines on each side of the cursor that an answer is compared with."""


class Questions:
    """Puts completion's questions together, each by its document's configuration."""

    def __init__(self, configuration: Configuration, services: Services) -> None:
        self._configuration = configuration
        self._services = services
        self._resolved: tuple[Snapshot, tuple[Entry, ...]] | None = None

    def settings(self, document: Document) -> Settings | None:
        """Give what is configured for a document; None: completion is off there."""
        snapshot = self._configuration.snapshot(document.uri)
        if snapshot is None or not self._entries(snapshot):
            return None
        return snapshot.settings

    def ask(self, document: Document, position: Position) -> Asked:
        """Compose the question of what comes at a position; nothing is sent yet."""
        snapshot = self._configuration.snapshot(document.uri)
        assert snapshot is not None  # `settings` has looked in the same step
        gap = _Gap.of(document, position)
        cursor = gap.cursor()
        request = completion_request(cursor, snapshot.settings)
        before, after = gap.around()
        return Asked(
            run=ask(self._services, self._question(request, snapshot, gap)),
            clean=partial(
                clean, before=before, after=after, language=cursor.language.id
            ),
        )

    def _question(self, request: Request, snapshot: Snapshot, gap: "_Gap") -> Question:
        settings, restrictions = snapshot.settings, snapshot.restrictions
        entries = self._entries(snapshot)
        at_once = restrictions.at_once(settings.fanout.max_concurrency)
        return Question(
            request=request,
            entries=entries,
            policy=Policy(queue_grace=QUEUE_GRACE),
            max_concurrency=at_once or len(entries),
            blind=settings.completion.blind,
            local_only=restrictions.local_only,
            settings=settings,
            background=gap.background(),
            documents=(gap.guarded(request),),
        )

    def _entries(self, snapshot: Snapshot) -> tuple[Entry, ...]:
        """Give the entries of a snapshot; the same one nearly always."""
        if self._resolved is None or self._resolved[0] is not snapshot:
            resolved = self._configuration.entries(snapshot, Surface.COMPLETION)
            self._resolved = snapshot, resolved.entries
        return self._resolved[1]


class _Gap(Struct, frozen=True, kw_only=True):
    """A position in a document, as it is asked about."""

    document: Document
    position: Position
    path: Path | None
    """The document's file; None where it is none."""
    project: str
    """The folder of its project; empty if it has none."""

    @classmethod
    def of(cls, document: Document, position: Position) -> "_Gap":
        """Find out what a document is part of."""
        path = to_path(document.uri)
        project = project_of(str(path.parent)) if path else ""
        return cls(document=document, position=position, path=path, project=project)

    def cursor(self) -> Cursor:
        """Give it as prompts are composed of it."""
        path = self.path
        return Cursor(
            document=self.document.lines,
            span=Span(self.position, self.position),
            path=os.path.relpath(path, self.project or path.parent) if path else "",
            identifier=self.document.language,
        )

    def around(self) -> tuple[str, str]:
        """Give the text on both sides, as far as answers are compared with it."""
        lines, position = self.document.lines, self.position
        top = Position(max(0, position.line - _AROUND), 0)
        bottom = lines.clamp(Position(position.line + _AROUND, 0))
        return lines.slice(Span(top, position)), lines.slice(Span(position, bottom))

    def guarded(self, request: Request) -> GuardedText:
        """Say which lines a request holds."""
        line, sent = self.position.line, request.infill
        assert sent is not None
        return GuardedText(
            uri=self.document.uri,
            lines=self.document.lines,
            first=line - sent.prefix.count("\n"),
            last=line + sent.suffix.count("\n") + 1,
        )

    def background(self) -> Background:
        """Say where the question comes from, without saying what it is about."""
        uri, at = self.document.uri, self.position
        return Background(
            project=self.project,
            language=self.document.language,
            document=_hash(uri),
            place=_hash(f"{uri}\0{self.document.version}\0{at.line}:{at.character}"),
        )


def background_of(document: Document) -> Background:
    """Say where a question about a document comes from."""
    path = to_path(document.uri)
    return Background(
        project=project_of(str(path.parent)) if path else "",
        language=document.language,
        document=_hash(document.uri),
    )


def path_of(document: Document) -> str:
    """Give what models are told that a document is called."""
    path = to_path(document.uri)
    if path is None:
        return ""
    return os.path.relpath(path, project_of(str(path.parent)) or path.parent)


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
