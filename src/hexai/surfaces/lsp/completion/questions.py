"""Completion's questions: what the models are asked, of whom, and how it is read."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Protocol

from msgspec.structs import replace

from hexai.config.order import Snapshot
from hexai.config.schema import Settings
from hexai.domain.entry import Entry, Surface
from hexai.domain.request import Request
from hexai.engine.settle import Policy
from hexai.service.ask import ask
from hexai.service.completion import Clean, Completion
from hexai.service.question import Question
from hexai.service.services import Services
from hexai.service.targets import is_paid
from hexai.service.warm import is_warmed, warm
from hexai.surfaces.lsp.asking import Asked, Origin
from hexai.surfaces.lsp.completion.editor_request import is_prompt
from hexai.surfaces.lsp.configuration import Configuration
from hexai.surfaces.lsp.documents import Document
from hexai.text.lines import Position, Span


class LiveRace(Protocol):
    """How a race goes on after its question was put together."""

    def now(self) -> tuple[Document, Position] | None:
        """Give the text and the cursor as they are by now; None: that is over."""

    def sends(self, index: int, clean: Clean) -> None:
        """Take note that a contender is asked about the text as it is now."""


Warming = Callable[[], Coroutine[Any, Any, None]]
"""The work of having a prompt read beforehand; cancelling it ends the reading."""


class Asker(Protocol):
    """Puts questions about documents together.

    `Questions` does. Places and races are tested without it, in virtual time: what it
    asks with (services, threads, files) has no place there.
    """

    def settings(self, document: Document) -> Settings | None:
        """Give what is configured for a document; None: completion is off there."""

    def costs(self, document: Document) -> bool:
        """Tell whether somebody is paid who is asked about a document."""

    def tell_off(self, document: Document, position: Position) -> None:
        """Say once that completion is off, where somebody could expect it."""

    def warm(self, document: Document, position: Position) -> Warming | None:
        """Give the work of having a prompt read beforehand; None: nobody would."""

    def ask(self, document: Document, position: Position, race: LiveRace) -> Asked:
        """Compose the question of what comes at a position; nothing is sent yet.

        A contender that is asked later is asked about the text as it is by then.
        """


QUEUE_GRACE = 0.05
"""Seconds that a list waits for a contender whose slot another surface holds."""


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

    def costs(self, document: Document) -> bool:
        """Tell whether somebody is paid who is asked about a document."""
        snapshot = self._configuration.snapshot(document.uri)
        if snapshot is None:
            return False
        known = (snapshot.provider(e.spec.provider) for e in self._entries(snapshot))
        return any(settings is not None and is_paid(settings) for settings in known)

    def tell_off(self, document: Document, position: Position) -> None:
        """Say once that completion is off, where somebody could expect it."""
        snapshot = self._configuration.snapshot(document.uri)
        if snapshot is None or is_prompt(document, position, snapshot.settings):
            return
        self._configuration.tell_completion_off(snapshot)

    def warm(self, document: Document, position: Position) -> Warming | None:
        """Give the work of having a prompt read by our own worker, if one is asked."""
        snapshot = self._configuration.snapshot(document.uri)
        if snapshot is None:
            return None
        entries = self._entries(snapshot)
        if not any(map(is_warmed, entries)):
            return None
        if is_prompt(document, position, snapshot.settings):
            return None
        composed = _compose(Origin.of(document), position, snapshot.settings)
        return partial(
            warm, self._services, snapshot.settings, entries, composed.within
        )

    def ask(self, document: Document, position: Position, race: LiveRace) -> Asked:
        """Compose the question of what comes at a position; nothing is sent yet.

        A contender that is asked later is asked about the text as it is by then.
        """
        snapshot = self._configuration.snapshot(document.uri)
        assert snapshot is not None  # `settings` has looked in the same step
        origin = Origin.of(document)
        composed = _compose(origin, position, snapshot.settings)
        question = self._question(composed, snapshot, origin)
        entries = question.entries
        recompose = partial(_recompose, composed, race, entries)
        return Asked(
            run=ask(self._services, replace(question, recompose=recompose)),
            clean=composed.clean,
            judge=composed.judge,
        )

    def _question(
        self, composed: Completion, snapshot: Snapshot, origin: Origin
    ) -> Question:
        settings, restrictions = snapshot.settings, snapshot.restrictions
        entries, window = self._entries(snapshot), composed.window
        at_once = restrictions.at_once(settings.fanout.max_concurrency)
        return Question(
            request=composed.request,
            entries=entries,
            policy=Policy(queue_grace=QUEUE_GRACE),
            max_concurrency=at_once or len(entries),
            keeps_loaded=not settings.completion.swap_models,
            blind=settings.completion.blind,
            shuffle=float(settings.completion.shuffle),
            local_only=restrictions.local_only,
            settings=settings,
            background=origin.background(composed.position),
            documents=(origin.guarded(window.start, window.stop),),
        )

    def _entries(self, snapshot: Snapshot) -> tuple[Entry, ...]:
        """Give the entries of a snapshot; the same one nearly always."""
        if self._resolved is None or self._resolved[0] is not snapshot:
            resolved = self._configuration.entries(snapshot, Surface.COMPLETION)
            self._resolved = snapshot, resolved.entries
        return self._resolved[1]


def _compose(origin: Origin, position: Position, settings: Settings) -> Completion:
    return Completion(origin.cursor(Span(position, position)), settings)


def _recompose(
    composed: Completion,
    race: LiveRace,
    entries: tuple[Entry, ...],
    index: int,
    room: int | None,
) -> Request:
    """Compose what a contender is asked as it is sent: for what was typed till then."""
    now = race.now()
    if now is not None and now[1] != composed.position:
        document, position = now
        composed = _compose(Origin.of(document), position, composed.settings)
        race.sends(index, composed.clean)
    return composed.within(room, entries[index].spec.options.n_batch)
