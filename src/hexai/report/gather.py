"""Reads what the page is made of: two passes over the ledger, side by side."""

from concurrent.futures import ThreadPoolExecutor

from hexai.config.locate import Folders
from hexai.domain.figures import Filter
from hexai.domain.ranking import Counted, Leaderboard
from hexai.report.figures import Known, known
from hexai.service.recorded_runs import open_history

_LOOKS = 30
"""Moments at which it is said how near a verdict was."""


def read_known(folders: Folders, chosen: Filter, counted: Counted) -> Known:
    """Read all figures; raises `LedgerError`.

    SQLite lets others run while it counts, so the two passes take little longer than
    one; each has a connection of its own.
    """

    def now() -> float:
        return counted.now

    def boards() -> dict[str, tuple[Leaderboard, ...]]:
        with open_history(folders, now) as history:
            return history.boards(chosen, counted, looks=_LOOKS)

    with ThreadPoolExecutor(1) as beside, open_history(folders, now) as history:
        ranked = beside.submit(boards)
        parts = history.parts(chosen)
        return known(parts, ranked.result(), history.titles())
