"""What every question of the editor takes: where it comes from, who is asked, a run."""

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from hexai.config.order import Snapshot
from hexai.domain.entry import Entry, Surface
from hexai.domain.outcome import Event, Outcome
from hexai.domain.record import Background
from hexai.domain.request import Contender, Request
from hexai.prompts.code.cursor import Cursor
from hexai.service.ask import Run, ask
from hexai.service.completion import Clean, Judge, accept
from hexai.service.guard.guard import GuardedText
from hexai.service.projects import project_of
from hexai.service.question import Question
from hexai.service.services import Services
from hexai.surfaces.lsp.configuration import Configuration
from hexai.surfaces.lsp.documents import Document
from hexai.surfaces.lsp.uris import to_path
from hexai.text.lines import Position, Span

if TYPE_CHECKING:
    from hexai.service.ignore.ignore import Ignored


class AskedRun(AbstractAsyncContextManager["AskedRun"], Protocol):
    """A race with what is recorded about it; see `service.ask`.

    Entering it puts the question, leaving it closes all streams. What answers in a
    document knows no more of a run, so it is tested with races in virtual time, where
    the service's threads have no place.
    """

    @property
    def run_id(self) -> str:
        """The run's global id."""

    @property
    def contenders(self) -> Sequence[Contender]:
        """All contenders, in entry order."""

    @property
    def order(self) -> Sequence[int]:
        """The contenders' indexes in the order shown, which may be drawn."""

    @property
    def outcomes(self) -> Sequence[Outcome]:
        """The outcomes so far, in entry order."""

    @property
    def ignored(self) -> "Ignored | None":
        """What keeps the document on this machine, known once it is entered."""

    def __aiter__(self) -> AsyncIterator[Event]:
        """Give the events as they come."""

    def cancel(self, index: int | None = None) -> None:
        """Cancel one contender, or all that still run; each gets its outcome."""

    def finish(self, index: int) -> None:
        """End a contender that has said enough; it has answered with what there is."""

    def refuse(self, index: int, reason: str) -> None:
        """Record why an answer is not offered."""

    def settle(self) -> None:
        """Say that the list has gone out: whoever answers now is late."""

    def cost_usd(self, outcome: Outcome) -> Decimal | None:
        """Price an outcome; None if nobody knows."""


class Asked(Struct, frozen=True, kw_only=True):
    """A question put together: the run that puts it, and how its answers are read."""

    run: AskedRun
    clean: Clean
    judge: Judge = accept


class Origin(Struct, frozen=True, kw_only=True):
    """A document, and what it is part of."""

    document: Document
    path: Path | None
    """Its file; None where it is none."""
    project: str
    """The folder of its project; empty if it has none."""

    @classmethod
    def of(cls, document: Document) -> "Origin":
        """Find out what a document is part of."""
        path = to_path(document.uri)
        project = project_of(str(path.parent)) if path else ""
        return cls(document=document, path=path, project=project)

    @property
    def name(self) -> str:
        """What models are told that it is called; names no folder of the user's."""
        if self.path is None:
            return ""
        name = os.path.relpath(self.path, self.project or self.path.parent)
        return name.encode(errors="replace").decode()

    def cursor(self, span: Span) -> Cursor:
        """Give a part of it as prompts are composed of it."""
        return Cursor(
            document=self.document.lines,
            span=span,
            path=self.name,
            identifier=self.document.language,
        )

    def guarded(self, first: int, last: int) -> GuardedText:
        """Say that a request holds lines of it; `last` is the one after them."""
        return GuardedText(
            uri=self.document.uri, lines=self.document.lines, first=first, last=last
        )

    def background(self, at: Position | None = None) -> Background:
        """Say where a question comes from, without saying what it is about.

        `at` is its place, for questions that several servers may put at once.
        """
        uri, version = self.document.uri, self.document.version
        place = "" if at is None else f"{uri}\0{version}\0{at.line}:{at.character}"
        return Background(
            project=self.project,
            language=self.document.language,
            document=_hash(uri),
            place=place and _hash(place),
        )


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class FirstEntry:
    """Asks the first entry of a surface, by a document's configuration."""

    def __init__(self, configuration: Configuration, services: Services) -> None:
        self._configuration = configuration
        self._services = services

    def snapshot(self, uri: str) -> Snapshot | None:
        """Give what is configured for a document; None: everything is off."""
        return self._configuration.snapshot(uri)

    def of(self, snapshot: Snapshot, surface: Surface) -> tuple[Entry, ...]:
        """Give the entry that a surface asks; blank if it has none.

        Where completion is off, a prompt that a person types is answered all the same.
        """
        entries = self._configuration.entries(snapshot, surface).entries
        if not entries and surface is Surface.COMPLETION:
            entries = self._configuration.entries(snapshot, Surface.CHAT).entries
        return entries[:1]

    def ask(
        self,
        request: Request,
        snapshot: Snapshot,
        origin: Origin,
        lines: range,
        shorten: Callable[[int], Request] | None = None,
    ) -> Run | None:
        """Make a run of a request that holds some lines; None: nobody is configured.

        `shorten` makes the same of no more than so many tokens, where that is possible.
        """
        entries = self.of(snapshot, request.surface)
        if not entries:
            return None
        question = Question(
            request=request,
            entries=entries,
            max_concurrency=1,
            local_only=snapshot.restrictions.local_only,
            settings=snapshot.settings,
            background=origin.background(),
            documents=(origin.guarded(lines.start, lines.stop),),
            recompose=shorten and partial(_recompose, request, shorten),
        )
        return ask(self._services, question)


def _recompose(
    request: Request,
    shorten: Callable[[int], Request],
    index: int,  # noqa: ARG001 - there is one
    room: int | None,
) -> Request:
    fits = room is None or request.tokens <= room
    return request if fits or room is None else shorten(room)
