"""What a run writes into the log: who was asked and how it went, not what was said.

Reasons of failures are left out but for their kind, since an upstream may quote the
prompt in them.
"""

from hexai.domain.events import Ended, Event
from hexai.domain.messages import Message
from hexai.service.log import Log
from hexai.surfaces.cli.run import Run


class Logbook:
    """Writes one run into a log."""

    def __init__(self, log: Log, messages: tuple[Message, ...]) -> None:
        self._log = log
        self._messages = messages

    def open(self, run: Run) -> None:
        """Write that the question is put."""
        self._log.write("run", run=run.run_id, contenders=len(run.contenders))
        for message in self._messages:
            role = message.role.value
            self._log.text("message", message.content, run=run.run_id, role=role)

    def handle(self, event: Event, run: Run) -> None:
        """Write what became of a contender."""
        if not isinstance(event, Ended):
            return
        outcome = event.outcome
        self._log.write(
            "ended",
            run=run.run_id,
            index=outcome.index,
            provider=outcome.provider,
            model=outcome.model,
            status=outcome.status.value,
            error=outcome.error.kind if outcome.error else None,
            http_status=outcome.error.http_status if outcome.error else None,
            attempts=outcome.attempts,
            queued=outcome.timings.queued,
            ttft=outcome.timings.ttft,
            total=outcome.timings.total,
        )
        self._log.text("answer", outcome.text, run=run.run_id, index=outcome.index)
