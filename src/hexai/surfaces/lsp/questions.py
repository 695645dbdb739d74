"""Completion's questions: what the models are asked, of whom, and how it is read."""

from functools import partial

from hexai.config.schema import Settings
from hexai.config.snapshot import Snapshot
from hexai.domain.entry import Entry, Surface
from hexai.domain.infill import Infill
from hexai.domain.messages import Message, Role
from hexai.domain.request import Request
from hexai.engine.settle import Policy
from hexai.service.ask import Question, ask
from hexai.service.guard import GuardedText
from hexai.service.services import Services
from hexai.surfaces.lsp.asking import Asked
from hexai.surfaces.lsp.configuration import Configuration
from hexai.surfaces.lsp.editor import Document
from hexai.text.cleaning import clean
from hexai.text.positions import Position, Span

QUEUE_GRACE = 0.05
"""Seconds that a list waits for a contender whose slot another surface holds."""

_AROUND = 200
"""Lines on each side of the cursor that an answer is compared with."""

_SYSTEM = (
    "Continue the text before <GAP/>, up to the text after it. Reply with code only."
)


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
        assert snapshot is not None
        entries = self._entries(snapshot)
        settings, restrictions = snapshot.settings, snapshot.restrictions
        lines = document.lines
        near = partial(clean, language=document.language)
        top = Position(max(0, position.line - _AROUND), 0)
        bottom = lines.clamp(Position(position.line + _AROUND, 0))
        before = lines.slice(Span(top, position))
        after = lines.slice(Span(position, bottom))
        question = Question(
            request=Request(
                surface=Surface.COMPLETION,
                messages=(
                    Message(Role.SYSTEM, _SYSTEM),
                    Message(Role.USER, f"{before}<GAP/>{after}"),
                ),
                infill=Infill(prefix=before, suffix=after, language=document.language),
            ),
            entries=entries,
            policy=Policy(queue_grace=QUEUE_GRACE),
            max_concurrency=restrictions.at_once(settings.fanout.max_concurrency)
            or len(entries),
            blind=settings.completion.blind,
            local_only=restrictions.local_only,
            settings=settings,
            documents=(
                GuardedText(
                    uri=document.uri, lines=lines, first=top.line, last=bottom.line + 1
                ),
            ),
        )
        return Asked(
            run=ask(self._services, question),
            clean=partial(near, before=before, after=after),
        )

    def _entries(self, snapshot: Snapshot) -> tuple[Entry, ...]:
        """Give the entries of a snapshot; the same one nearly always."""
        if self._resolved is None or self._resolved[0] is not snapshot:
            resolved = self._configuration.entries(snapshot, Surface.COMPLETION)
            self._resolved = snapshot, resolved.entries
        return self._resolved[1]
