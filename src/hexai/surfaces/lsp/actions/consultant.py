"""What code actions ask: one entry about one part of a document."""

from hexai.config.snapshot import Snapshot
from hexai.domain.entry import Surface
from hexai.domain.outcome import Outcome
from hexai.domain.request import Request
from hexai.service.actions.answer import answer_of
from hexai.surfaces.lsp.asking.first_entry import FirstEntry
from hexai.surfaces.lsp.asking.origin import Origin
from hexai.text.positions import Span


class Consultant:
    """Asks the entry of code actions."""

    def __init__(self, entry: FirstEntry) -> None:
        self._entry = entry

    def snapshot(self, uri: str) -> Snapshot | None:
        """Give what is configured for a document; None: code actions are off."""
        snapshot = self._entry.snapshot(uri)
        if snapshot is None or not self._entry.of(snapshot, Surface.CODE_ACTION):
            return None
        return snapshot

    async def ask(
        self, request: Request, snapshot: Snapshot, origin: Origin, span: Span
    ) -> Outcome:
        """Ask about a part of a document, and wait for what becomes of it."""
        lines = range(span.start.line, span.end.line + 1)
        run = self._entry.ask(request, snapshot, origin, lines)
        assert run is not None  # `snapshot` has looked, and it does not change
        return await answer_of(run)
