"""What a run writes into the log: who was asked and how it went, not what was said.

Reasons of failures are left out but for their kind, since an upstream may quote the
prompt in them. Texts come beside the facts if the log was opened for them, but not
those that the guard refuses: they are stored nowhere.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct

from hexai.domain.outcome import Outcome
from hexai.domain.request import Request
from hexai.service.log import Log


class Logbook(Struct, frozen=True, kw_only=True):
    """Writes one run into a log."""

    log: Log
    mask: Callable[[str], tuple[str, int]]
    """Takes keys out of a text."""
    run_id: str
    preview: int
    """How many characters of a text are written, 0 for all."""

    def begin(self, request: Request, contenders: int, *, with_texts: bool) -> None:
        """Write that a question is put."""
        surface = request.surface.value
        self.log.write("run", run=self.run_id, surface=surface, contenders=contenders)
        if not with_texts:
            return
        for message in request.messages:
            self._text("message", message.content, role=message.role.value)

    def end(self, outcomes: Sequence[Outcome], *, with_texts: bool) -> None:
        """Write what became of the contenders."""
        for outcome in outcomes:
            self.log.write(
                "ended",
                run=self.run_id,
                index=outcome.index,
                provider=outcome.provider,
                model=outcome.model,
                status=outcome.status.value,
                late=outcome.late,
                error=outcome.error.kind if outcome.error else None,
                http_status=outcome.error.http_status if outcome.error else None,
                attempts=outcome.attempts,
                queued=outcome.timings.queued,
                ttft=outcome.timings.ttft,
                total=outcome.timings.total,
            )
            if with_texts and outcome.text:
                self._text("answer", outcome.text, index=outcome.index)

    def _text(self, event: str, text: str, **facts: str | int) -> None:
        masked, _ = self.mask(text)
        self.log.text(event, masked, limit=self.preview, run=self.run_id, **facts)
