"""The ledger for commands that read it, add to it, or forget what is in it.

They open it themselves, wait longer for a lock than a question may, and take in first
what other processes had to put aside.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.folders import Folders
from hexai.domain.entry import Surface
from hexai.domain.figures import By, Figures, Filter, Subject, Title, Together
from hexai.domain.figures_by_week import Part
from hexai.domain.ranking import Counted, Leaderboard, Stood
from hexai.domain.record import Chosen, DamagedRun, Fact, Named, RecordedRun
from hexai.errors import LedgerBusy, LedgerError, LedgerTooNew, UsageError
from hexai.ledger.access import Ledger
from hexai.ledger.changes import Changes
from hexai.ledger.llm_logs import write_llm_logs
from hexai.service.bench_texts import sweep
from hexai.service.cache import AnswerCache
from hexai.service.recorder import PATIENCE_OF_READERS, make_ledger_file
from hexai.service.spool import Spool
from hexai.service.state_files import KeptPrompts, Told
from hexai.service.team_secret import outside


class Meant(Struct, frozen=True, kw_only=True):
    """What is to be forgotten, by numbers."""

    runs: tuple[int, ...]
    benches: tuple[int, ...] = ()
    before: float = 0.0
    """All that began before it goes, what waits for its run too; 0: nothing does."""


class Forgotten(Struct, frozen=True, kw_only=True):
    """What came of forgetting."""

    runs: int
    benches: int = 0
    outside: int = 0
    """What a team's server is still to forget, which the next push tells it."""
    stays: tuple[OSError, ...] = ()
    """Files that could not be removed, each with the reason."""


class History:
    """The open ledger of one user. Everything here raises `LedgerError`."""

    def __init__(
        self, ledger: Ledger, folders: Folders, now: Callable[[], float]
    ) -> None:
        """Use `open_history`; `now` is the wall clock."""
        self._ledger = ledger
        self._folders = folders
        self._now = now
        self._spool = Spool(folders.spool, now=now)
        self.damaged: list[int] = []
        """The runs that `all` has left out, as they cannot be read."""

    @property
    def changes(self) -> Changes:
        """What a team's server has not been told yet, and what it is to forget."""
        return self._ledger.changes

    def take_in_spool(self) -> Self:
        """Write what waits; where the ledger cannot be written, it goes on waiting.

        So it does while another program writes: to read need not wait for that.
        """
        self._ledger.wait_for_locks(0)
        with suppress(LedgerBusy, LedgerTooNew):
            self._spool.take_in(lambda facts: self._ledger.record(*facts))
        self._ledger.wait_for_locks(PATIENCE_OF_READERS)
        return self

    def run(
        self, word: str | None = None, *, surface: Surface | None = None
    ) -> RecordedRun:
        """Give the run that a number or id prefix means; None: the newest of a surface.

        Raises `UsageError` if there is none, or more than one.
        """
        if word is None:
            newest = next(self.listed(surface=surface), None)
            if newest is None:
                raise UsageError("nothing is recorded yet")
            found: RecordedRun | DamagedRun | None = newest
        else:
            found = self._ledger.run(self.number(word))
        if found is None:
            raise UsageError(f"there is no run {word}; see hexai history")
        if isinstance(found, DamagedRun):
            raise LedgerError(
                f"run {found.number} is damaged and cannot be read; "
                f"`hexai history forget {found.number}` removes it"
            )
        return found

    def number(self, word: str) -> int:
        """Give the number of the run that a number or id prefix means.

        Raises `UsageError` if there is none, or more than one.
        """
        numbers = self._ledger.find(word)
        if len(numbers) > 1:
            known = ", ".join(map(str, numbers[:5]))
            raise UsageError(f"{word} is the beginning of several runs: {known}")
        if not numbers:
            raise UsageError(f"there is no run {word}; see hexai history")
        return numbers[0]

    def listed(
        self, *, surface: Surface | None = None, project: str = ""
    ) -> Iterator[RecordedRun | DamagedRun]:
        """Give runs, the newest first, those that cannot be read in their places."""
        return self._ledger.listed(surface=surface or "", project=project)

    def newest(self, *, surface: Surface | None = None) -> Iterator[RecordedRun]:
        """Give runs, the newest first, but for those that cannot be read."""
        return self._ledger.newest(surface=surface or "")

    def all(self) -> Iterator[RecordedRun]:
        """Give every run, the oldest first; what cannot be read is in `damaged`."""
        return self._ledger.all(self.damaged)

    def add(self, *facts: Fact) -> None:
        """Write what another ledger told, in one transaction."""
        self._ledger.take(*facts)

    def choose(self, chosen: Chosen) -> None:
        """Write what the user chose just now."""
        self._ledger.record(chosen)

    def name(self, run_id: str) -> Named:
        """Write that it is said just now who is who in a blind run."""
        named = Named(run_id=run_id, at=self._now())
        self._ledger.record(named)
        return named

    def thread(self, recorded: RecordedRun) -> tuple[RecordedRun, ...]:
        """Give all runs of a run's thread but the damaged ones, itself among them."""
        numbers = self._ledger.thread_of(recorded.number)
        others = map(self._ledger.run, {*numbers} - {recorded.number})
        return (recorded, *(o for o in others if isinstance(o, RecordedRun)))

    def count(self) -> int:
        """Give how many runs are recorded."""
        return self._ledger.count()

    def export_llm(self, path: Path) -> int:
        """Write all answers as logs of `llm` to an empty file; gives how many."""
        return write_llm_logs(path, self.all())

    def titles(self, by: By = "entry") -> dict[Subject, Title]:
        """Give what every subject of statistics is called."""
        return self._ledger.titles(by)

    def figures(
        self, chosen: Filter, by: By = "entry"
    ) -> list[tuple[Subject, Figures]]:
        """Give the sums for statistics, by surface and subject."""
        return self._ledger.figures(chosen, by)

    def together(self, chosen: Filter, by: By = "entry") -> tuple[Together, ...]:
        """Count the newest lists for every pair of subjects that stood in some."""
        return self._ledger.together(chosen, by)

    def leaderboard(
        self, chosen: Filter, counted: Counted, by: By = "entry"
    ) -> tuple[Leaderboard, ...]:
        """Rank the contenders of every surface by what was chosen."""
        return self._ledger.leaderboard(chosen, counted, by)

    def parts(self, chosen: Filter) -> list[tuple[Part, Figures]]:
        """Give the same sums as `figures`, cut by language and week."""
        return self._ledger.parts(chosen)

    def boards(
        self, chosen: Filter, counted: Counted, *, looks: int, most: int
    ) -> dict[str, tuple[Leaderboard, ...] | None]:
        """Give the leaderboard of all languages, which has no name, and of each.

        See `ledger.leaderboard.read_boards`.
        """
        return self._ledger.boards(chosen, counted, looks=looks, most=most)

    def standing(self, recorded: RecordedRun) -> Stood:
        """Tell how the contenders of a run stand by now."""
        surface = recorded.run.surface
        return self._ledger.standing(recorded.number, surface, self._now())

    def last_at(self, terminal: str, since: float) -> RecordedRun | None:
        """Give the newest question that was asked at a terminal, if there is one."""
        number = self._ledger.last_at(Surface.CLI, terminal, since)
        return None if number is None else self.run(str(number))

    def prompts_in_threads(self, most: int) -> list[str]:
        """Give the newest questions of threads, the oldest of them first."""
        return self._ledger.prompts_in_threads(most)

    def in_thread(self, number: int) -> Meant:
        """Give a run with all its thread."""
        return Meant(runs=tuple(self._ledger.thread_of(number) or [number]))

    def older(self, moment: float) -> Meant:
        """Give what began before a moment."""
        benches = self._ledger.benches.before(moment)
        runs = self._ledger.before(moment)
        return Meant(runs=tuple(runs), benches=tuple(benches), before=moment)

    def in_project(self, project: str) -> Meant:
        """Give what was asked in a project's folder."""
        benches = self._ledger.benches.of_project(project)
        runs = self._ledger.of_project(project)
        return Meant(runs=tuple(runs), benches=tuple(benches))

    def forget_all(self) -> Forgotten:
        """Really remove all that is in the ledger. See `forget_all`."""
        runs, benches = self.count(), len(self._ledger.benches.ids())
        forgotten = outside(self._folders.state, self.changes)
        self.changes.put_forgotten(forgotten)
        self._ledger.remove_all()
        self._ledger.give_space_back()
        return Forgotten(runs=runs, benches=benches, outside=len(forgotten))

    def forget(self, meant: Meant) -> Forgotten:
        """Really remove runs, their answers from the cache, and benches."""
        numbers, benches = meant.runs, meant.benches
        keys = self._ledger.cache_keys(numbers)
        stays = list(_cache(self._folders, self._now).forget(keys))
        forgotten = outside(self._folders.state, self.changes, numbers, benches)
        self.changes.put_forgotten(forgotten)
        self._ledger.benches.remove(benches)
        stays += sweep(self._folders.state, self._ledger.benches.ids)
        self._ledger.remove(numbers, before=meant.before)
        self._ledger.give_space_back()
        return Forgotten(
            runs=len(numbers),
            benches=len(benches),
            outside=len(forgotten),
            stays=tuple(stays),
        )


@contextmanager
def open_history(folders: Folders, now: Callable[[], float]) -> Iterator[History]:
    """Open the user's ledger, making it if there is none; `now` is the wall clock."""
    ledger = Ledger(make_ledger_file(folders.state), patience=PATIENCE_OF_READERS)
    try:
        yield History(ledger, folders, now).take_in_spool()
    finally:
        ledger.close()


def forget_all(folders: Folders, now: Callable[[], float]) -> Forgotten:
    """Really remove all that holds a prompt or an answer.

    What cannot be removed keeps nothing else. The ledger comes last, since it may be
    unusable as a whole.
    """
    stays = [
        *Spool(folders.spool, now=now).forget_all(),
        *_cache(folders, now).forget_all(),
        *KeptPrompts(folders.kept_prompts, now=now).forget_all(),
        *Told(folders.told).forget_all(),
        *sweep(folders.state, frozenset),
    ]
    try:
        with open_history(folders, now) as history:
            return replace(history.forget_all(), stays=tuple(stays))
    except LedgerBusy:
        raise
    except LedgerError as error:
        rest = "; ".join(each.strerror or str(each) for each in stays)
        also = f", nor could {len(stays)} files be removed ({rest})" if stays else ""
        raise LedgerError(
            f"all else is forgotten, but what is in the ledger is not{also}: {error}"
        ) from None


def _cache(folders: Folders, now: Callable[[], float]) -> AnswerCache:
    return AnswerCache(folders.answers, ttl=0, now=now)
