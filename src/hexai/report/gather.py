"""Reads what the page is made of: what became of all answers, and who was chosen."""

from collections.abc import Callable

from hexai.config.folders import Folders
from hexai.domain.figures import Filter
from hexai.domain.ranking import Counted
from hexai.report.ranking_process import Wanted, rank, ranking
from hexai.report.views import Known, known
from hexai.service.recorded_runs import open_history

_MANY = 30_000
"""Runs from which on to rank takes longer than to start a process for it."""


def read_known(
    folders: Folders,
    chosen: Filter,
    counted: Counted,
    *,
    meanwhile: Callable[[], object] = lambda: None,
) -> Known:
    """Read all figures; raises `LedgerError`.

    Where there is time for it before all is there, `meanwhile` is called.
    """
    wanted = Wanted(folders=folders, chosen=chosen, counted=counted)
    with open_history(folders, lambda: counted.now) as history:
        if history.count() < _MANY:
            return known(history.parts(chosen), rank(wanted), history.titles())
        with ranking(wanted) as boards:
            parts, titles = history.parts(chosen), history.titles()
            meanwhile()
            return known(parts, boards(), titles)
