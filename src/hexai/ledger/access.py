"""The ledger as the service sees it: an open database, and errors that name it."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hexai.domain.record import DamagedRun, Fact, RecordedRun
from hexai.errors import LedgerBusy
from hexai.ledger import forget, read
from hexai.ledger.database import (
    check_writable,
    open_database,
    shorten_log,
    translated,
    with_damaged_names,
)
from hexai.ledger.store import Store

if TYPE_CHECKING:
    from hexai.domain.entry import Surface
    from hexai.domain.figures import (
        By,
        Figures,
        Filter,
        Subject,
        Title,
        Together,
        Traffic,
    )
    from hexai.domain.figures_by_week import Part
    from hexai.domain.ranking import Counted, Leaderboard, Stood
    from hexai.ledger.bench import Benches
    from hexai.ledger.changes import Changes

_DAY = 86_400.0
_EXPIRED_AT_ONCE = 500
"""Runs that one process forgets for their age: it has other things to do."""


class Ledger:
    """An open ledger, for one thread. Everything here raises `LedgerError`."""

    def __init__(self, path: Path, *, patience: float) -> None:
        """Open the file, which must be there; see `open_database`."""
        self._path = path
        self._patience = patience
        self._connection = open_database(path, patience=patience)
        self._store = Store(self._connection, path)

    def close(self) -> None:
        """Close the database; the last to do so puts its files in order."""
        with suppress(sqlite3.Error):
            self._connection.close()

    @property
    def benches(self) -> "Benches":
        """What is recorded of benches."""
        from hexai.ledger.bench import Benches  # not for who only records

        return Benches(self._connection, self._path)

    @property
    def changes(self) -> "Changes":
        """What a team's server has not been told yet, and what it is to forget."""
        from hexai.ledger.changes import Changes

        return Changes(self._connection, self._path)

    def take(self, *facts: Fact) -> None:
        """Write facts in one transaction."""
        self._store.take(*facts)

    def record(self, *facts: Fact) -> None:
        """Write what this person asked and chose here, in one transaction."""
        self._store.record(*facts)

    def find(self, word: str) -> tuple[int, ...]:
        """Find the numbers of the runs that a number or id prefix means."""
        with translated(self._path):
            return read.find_runs(self._connection, word)

    def run(self, number: int) -> RecordedRun | DamagedRun | None:
        """Give one run; None if there is none of that number."""
        with translated(self._path):
            return read.read_run(self._connection, number)

    def newest(self, *, surface: str = "") -> Iterator[RecordedRun]:
        """Give the runs that can be read, the newest first, of all or one surface."""
        listed = self.listed(surface=surface)
        return (run for run in listed if isinstance(run, RecordedRun))

    def listed(
        self, *, surface: str = "", project: str = ""
    ) -> Iterator[RecordedRun | DamagedRun]:
        """Give all runs, the newest first, or those of one surface or project."""
        with translated(self._path):
            yield from read.newest_runs(
                self._connection, surface=surface, project=project
            )

    def all(self, damaged: list[int] | None = None) -> Iterator[RecordedRun]:
        """Give all runs, the oldest first; see `read.all_runs`."""
        with translated(self._path):
            yield from read.all_runs(self._connection, damaged)

    def count(self) -> int:
        """Give how many runs are recorded."""
        with translated(self._path):
            query = "SELECT count(*) FROM run"
            count: int = self._connection.execute(query).fetchone()[0]
            return count

    def titles(self, by: "By" = "entry") -> "dict[Subject, Title]":
        """Give what every subject of statistics is called."""
        from hexai.ledger.cells import Cells  # not for who only records, as all below

        with translated(self._path):
            return with_damaged_names(
                self._connection, lambda: Cells(self._connection, by).titles()
            )

    def figures(
        self, chosen: "Filter", by: "By" = "entry"
    ) -> "list[tuple[Subject, Figures]]":
        """Give the sums for statistics, by surface and subject."""
        from hexai.ledger.figures import read_figures

        with translated(self._path):
            return with_damaged_names(
                self._connection, lambda: read_figures(self._connection, chosen, by)
            )

    def parts(self, chosen: "Filter") -> "list[tuple[Part, Figures]]":
        """Give the same sums, cut by language and week."""
        from hexai.ledger.figures import read_parts

        with translated(self._path):
            return with_damaged_names(
                self._connection, lambda: read_parts(self._connection, chosen)
            )

    def together(self, chosen: "Filter", by: "By" = "entry") -> "tuple[Together, ...]":
        """Count the newest lists for every pair of subjects that stood in some."""
        from hexai.ledger.lists import read_together

        with translated(self._path):
            return with_damaged_names(
                self._connection, lambda: read_together(self._connection, chosen, by)
            )

    def leaderboard(
        self, chosen: "Filter", counted: "Counted", by: "By" = "entry"
    ) -> "tuple[Leaderboard, ...]":
        """Rank the contenders of every surface by what was chosen."""
        from hexai.ledger.leaderboard import read_leaderboard

        with translated(self._path):
            return with_damaged_names(
                self._connection,
                lambda: read_leaderboard(self._connection, chosen, counted, by),
            )

    def boards(
        self, chosen: "Filter", counted: "Counted", *, looks: int, most: int
    ) -> "dict[str, tuple[Leaderboard, ...] | None]":
        """Rank them for all languages and for each; see `leaderboard.read_boards`."""
        from hexai.ledger.leaderboard import read_boards

        with translated(self._path):
            return with_damaged_names(
                self._connection,
                lambda: read_boards(
                    self._connection, chosen, counted, looks=looks, most=most
                ),
            )

    def traffic(
        self, since: float, *, without: Sequence[str] = ()
    ) -> "tuple[Traffic, ...]":
        """Sum up the answered requests of late, by model, `without` some runs."""
        from hexai.ledger.figures import read_traffic

        with translated(self._path):
            return with_damaged_names(
                self._connection,
                lambda: read_traffic(self._connection, since, without=without),
            )

    def standing(self, number: int, surface: "Surface", now: float) -> "Stood":
        """Tell how the contenders of a run stand by now."""
        from hexai.ledger.leaderboard import read_standing

        with translated(self._path):
            return with_damaged_names(
                self._connection,
                lambda: read_standing(self._connection, number, surface, now),
            )

    def last_at(self, surface: str, terminal: str, since: float) -> int | None:
        """Give the number of the newest run that was asked at a terminal."""
        from hexai.ledger.threads import last_at

        with translated(self._path):
            return last_at(self._connection, surface, terminal, since)

    def prompts_in_threads(self, most: int) -> list[str]:
        """Give the newest questions of threads, the oldest of them first."""
        from hexai.ledger.threads import prompts_in_threads

        with translated(self._path):
            return prompts_in_threads(self._connection, most)

    def thread_of(self, number: int) -> list[int]:
        """Give the numbers of all runs in the thread of a run; else its own."""
        from hexai.ledger.threads import whole_threads

        with translated(self._path):
            return whole_threads(self._connection, [number])

    def before(self, moment: float) -> list[int]:
        """Give the numbers of the runs that began before a moment."""
        with translated(self._path):
            return forget.runs_before(self._connection, moment)

    def of_project(self, project: str) -> list[int]:
        """Give the numbers of the runs of a project's folder."""
        with translated(self._path):
            return forget.runs_of_project(self._connection, project)

    def cache_keys(self, numbers: Sequence[int]) -> list[str]:
        """Give the cache's keys of the answers of these runs."""
        with translated(self._path):
            return forget.cache_keys(self._connection, numbers)

    def remove(self, numbers: Sequence[int], *, before: float = 0.0) -> None:
        """Really remove runs, and what came `before` for runs that never did."""
        with translated(self._path):
            check_writable(self._connection, self._path)
            forget.remove_runs(self._connection, numbers)
            forget.remove_early(self._connection, before=before)
            forget.cut_log(self._connection)

    def remove_all(self) -> None:
        """Really remove everything, but for what a team's server is to forget."""
        with translated(self._path):
            check_writable(self._connection, self._path)
            forget.remove_all(self._connection)
            self.benches.remove()
            forget.cut_log(self._connection)

    def give_space_back(self) -> None:
        """Make the file smaller after much of it was removed."""
        with translated(self._path), suppress(LedgerBusy):
            forget.give_space_back(self._connection)

    def shorten_log(self) -> None:
        """Empty a log that has become long, unless another process is in the way.

        For when nobody waits: it waits for the disk, so that the next facts need not.
        """
        with suppress(LedgerBusy):
            self.wait_for_locks(0.0)
            try:
                with translated(self._path):
                    shorten_log(self._connection, self._path)
            finally:
                self.wait_for_locks(self._patience)

    def wait_for_locks(self, patience: float) -> None:
        """Let statements wait so many seconds for another process's lock."""
        with translated(self._path):
            milliseconds = round(patience * 1000)
            self._connection.execute(f"PRAGMA busy_timeout = {milliseconds}")

    def expire(self, now: float, *, days: int) -> None:
        """Forget some of the runs that are older than so many days; 0 keeps all."""
        if not days:
            return
        with translated(self._path):
            oldest = now - days * _DAY
            old = forget.runs_before(self._connection, oldest, most=_EXPIRED_AT_ONCE)
            has_benches = forget.has_benches_before(self._connection, oldest)
        with suppress(LedgerBusy):
            if has_benches:
                self.benches.remove(self.benches.before(oldest))
            if old or has_benches:
                self.remove(old, before=oldest)
