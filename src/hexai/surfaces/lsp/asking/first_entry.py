"""Questions to the one entry that answers wherever answers are not compared."""

from collections.abc import Callable
from functools import partial

from hexai.config.snapshot import Snapshot
from hexai.domain.entry import Entry, Surface
from hexai.domain.request import Request
from hexai.service.ask import Question, Run, ask
from hexai.service.services import Services
from hexai.surfaces.lsp.asking.origin import Origin
from hexai.surfaces.lsp.configuration import Configuration


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
