"""The services of an editor server, open as long as an editor is there.

This loads much, so it is loaded itself only once the editor has its answer to
`initialize`.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from hexai.config.schema import Settings
from hexai.config.snapshot import Snapshot
from hexai.service.log import Log
from hexai.service.recorder import LedgerRecorder
from hexai.service.services import Services
from hexai.surfaces.lsp.start import Start
from hexai.surfaces.lsp.tmux_status import open_tmux_status

_GATHERS = 0.25
"""Seconds that a run waits for others before it is written."""


@asynccontextmanager
async def open_services(
    start: Start,
    snapshot: Snapshot | None,
    log: Log,
    *,
    on_problem: Callable[[str], None],
    on_note: Callable[[str], None],
) -> AsyncIterator[Services]:
    """Open them with what records and shows their runs.

    `snapshot` is what is configured at first; None: nothing can be read. `on_problem`
    is called, in any thread, with what keeps runs from being recorded, `on_note` with
    what was learnt of an upstream and its user should know.
    """
    services: Services | None = None
    settings = snapshot.settings if snapshot is not None else Settings()

    def current() -> Settings:
        return settings if services is None else services.settings

    status = None
    if snapshot is not None and start.recorder is None:
        status = open_tmux_status(start, snapshot, current, log)
    ledger = LedgerRecorder(
        start.folders.state,
        now=start.now,
        retention_days=settings.ledger.retention_days,
        gathers=_GATHERS,
        on_written=status.refresh if status is not None else lambda: None,
        on_problem=on_problem,
    )
    services = Services(
        settings,
        folders=start.folders,
        environ=start.environ,
        now=start.now,
        random=start.random,
        recorder=start.recorder or ledger,
        log=log,
        on_note=on_note,
    )
    try:
        async with services:
            yield services
    finally:
        ledger.close()
        if status is not None:
            status.close()
