"""What tmux shows of a question; outside of tmux, nothing is even loaded for it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hexai.domain.entry import Entry
from hexai.domain.record import RunRecord
from hexai.surfaces.cli.session import Session
from hexai.surfaces.words import letter

if TYPE_CHECKING:
    from hexai.service.tmux.status import CommandStatus


class Status:
    """The status of one question."""

    def __init__(self, session: Session) -> None:
        """Do nothing yet."""
        self._session = session
        self._status: CommandStatus | None = None

    def begin(self, entries: tuple[Entry, ...], *, blind: bool) -> None:
        """Show who is being asked; `blind`: only by letters."""
        status = self._open()
        if status is None:
            return
        names = [f"{each.spec.provider}:{each.spec.model}" for each in entries]
        status.begin([*map(letter, range(len(names)))] if blind else names)

    def end(self, run: RunRecord | None) -> None:
        """Show the figures; None: there was no run after all."""
        status = self._status or (self._open() if run is not None else None)
        if status is not None:
            status.end(*([run] if run is not None else []))

    def leave(self) -> None:
        """Wait, for next to no time, until they are on their way to tmux."""
        if self._status is not None:
            self._status.leave()

    def _open(self) -> "CommandStatus | None":
        process, settings = self._session.process, self._session.snapshot.settings
        if not process.environ.get("TMUX") or not settings.tmux.status:
            return None
        from hexai.service.tmux.status import CommandStatus, find_status

        status = find_status(
            self._session.folders,
            process.environ,
            lambda: settings,
            now=time.time,  # noqa: TID251 - the edge
            log=self._session.log,
        )
        self._status = None if status is None else CommandStatus(status)
        return self._status


@contextmanager
def tmux_status(session: Session) -> Iterator[Status]:
    """Give the status of a question; whatever happens, it does not go on waiting."""
    status = Status(session)
    try:
        yield status
    finally:
        status.leave()
