"""The ledger for commands that read it, add to it, or forget what is in it.

They open it themselves, wait longer for a lock than a question may, and take in first
what other processes had to put aside.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from hexai.config.locate import Folders
from hexai.domain.choice import Chosen
from hexai.domain.entry import Surface
from hexai.domain.figures import Cell, Figures, Filter
from hexai.domain.ranking import Counted, Leaderboard
from hexai.domain.record import Fact, RecordedRun
from hexai.errors import LedgerBusy, LedgerError, LedgerTooNew, UsageError
from hexai.ledger.access import Ledger
from hexai.ledger.llm_logs import write_llm_logs
from hexai.service.cache import AnswerCache
from hexai.service.kept import KeptPrompts
from hexai.service.recorder import SPOOL, make_ledger_file
from hexai.service.spool import Spool

_PATIENCE = 5.0


class History:
    """The open ledger of one user. Everything here raises `LedgerError`."""

    def __init__(
        self, ledger: Ledger, folders: Folders, now: Callable[[], float]
    ) -> None:
        """Use `open_history`; `now` is the wall clock."""
        self._ledger = ledger
        self._folders = folders
        self._now = now
        self._spool = Spool(folders.state / SPOOL, now=now)

    def take_in_spool(self) -> Self:
        """Write what waits; where the ledger cannot be written, it goes on waiting."""
        with suppress(LedgerBusy, LedgerTooNew):
            self._spool.take_in(lambda facts: self._ledger.record(*facts))
        return self

    def run(
        self, word: str | None = None, *, surface: Surface | None = None
    ) -> RecordedRun:
        """Give the run that a number or id prefix means; None: the newest of a surface.

        Raises `UsageError` if there is none, or more than one.
        """
        if word is None:
            newest = next(self.newest(surface=surface), None)
            if newest is None:
                raise UsageError("nothing is recorded yet")
            return newest
        numbers = self._ledger.find(word)
        if len(numbers) > 1:
            known = ", ".join(map(str, numbers[:5]))
            raise UsageError(f"{word} is the beginning of several runs: {known}")
        found = self._ledger.run(numbers[0]) if numbers else None
        if found is None:
            raise UsageError(f"there is no run {word}; see hexai history")
        return found

    def newest(
        self, *, surface: Surface | None = None, project: str = ""
    ) -> Iterator[RecordedRun]:
        """Give runs, the newest first."""
        return self._ledger.newest(surface=surface or "", project=project)

    def all(self) -> Iterator[RecordedRun]:
        """Give every run, the oldest first."""
        return self._ledger.all()

    def add(self, *facts: Fact) -> None:
        """Write what another ledger told, in one transaction."""
        self._ledger.take(*facts)

    def choose(self, chosen: Chosen) -> None:
        """Write what the user chose just now."""
        self._ledger.record(chosen)

    def count(self) -> int:
        """Give how many runs are recorded."""
        return self._ledger.count()

    def export_llm(self, path: Path) -> int:
        """Write all answers as logs of `llm` to an empty file; gives how many."""
        return write_llm_logs(path, self.all())

    def figures(self, chosen: Filter) -> list[tuple[Cell, Figures]]:
        """Give the sums for statistics, by cell."""
        return self._ledger.figures(chosen)

    def leaderboard(self, chosen: Filter, counted: Counted) -> tuple[Leaderboard, ...]:
        """Rank the models of every surface by what was chosen."""
        return self._ledger.leaderboard(chosen, counted)

    def forget(self, run: RecordedRun) -> int:
        """Really remove one run, and its answers from the cache."""
        return self._forget([run.number])

    def forget_before(self, moment: float) -> int:
        """Really remove the runs that began before a moment; gives how many."""
        return self._forget(self._ledger.before(moment), before=moment)

    def forget_project(self, project: str) -> int:
        """Really remove the runs of a project's folder; gives how many."""
        return self._forget(self._ledger.of_project(project))

    def forget_all(self) -> int:
        """Really remove every run; see `forget_all`."""
        count = self.count()
        self._ledger.remove_all()
        return count

    def _forget(self, numbers: Sequence[int], *, before: float = 0.0) -> int:
        _cache(self._folders, self._now).forget(self._ledger.cache_keys(numbers))
        self._ledger.remove(numbers, before=before)
        return len(numbers)


@contextmanager
def open_history(folders: Folders, now: Callable[[], float]) -> Iterator[History]:
    """Open the user's ledger, making it if there is none; `now` is the wall clock."""
    ledger = Ledger(make_ledger_file(folders.state), patience=_PATIENCE)
    try:
        yield History(ledger, folders, now).take_in_spool()
    finally:
        ledger.close()


def forget_all(folders: Folders, now: Callable[[], float]) -> int:
    """Really remove all that holds a prompt or an answer; gives how many runs.

    The ledger comes last: what it says if it cannot be used keeps nothing else.
    """
    Spool(folders.state / SPOOL, now=now).forget_all()
    _cache(folders, now).forget_all()
    KeptPrompts(folders.state / "prompts", now=now).forget_all()
    try:
        with open_history(folders, now) as history:
            return history.forget_all()
    except LedgerBusy:
        raise
    except LedgerError as error:
        raise LedgerError(
            f"all else is forgotten, but what is in the ledger is not: {error}"
        ) from None


def _cache(folders: Folders, now: Callable[[], float]) -> AnswerCache:
    return AnswerCache(folders.cache / "answers", ttl=0, now=now)
