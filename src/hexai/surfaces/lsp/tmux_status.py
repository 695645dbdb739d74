"""What tmux shows beside an editor; outside of tmux, nothing is even loaded for it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from hexai.config.schema import Settings
from hexai.config.snapshot import Snapshot
from hexai.domain.entry import Surface
from hexai.service.log import Log
from hexai.surfaces.lsp.start import Start

if TYPE_CHECKING:
    from hexai.service.tmux.status import ServerStatus


def open_tmux_status(
    start: Start, snapshot: Snapshot, settings: Callable[[], Settings], log: Log
) -> "ServerStatus | None":
    """Begin to keep the status of the tmux that we run in; None outside of tmux.

    `settings` gives those that hold now.
    """
    if not start.environ.get("TMUX"):
        return None
    from hexai.service.tmux.status import ServerStatus, find_status

    found = find_status(start.folders, start.environ, settings, now=start.now, log=log)
    if found is None:
        return None
    status = ServerStatus(found)
    entries = snapshot.entries(Surface.COMPLETION).entries
    status.begin([f"{each.spec.provider}:{each.spec.model}" for each in entries])
    return status
