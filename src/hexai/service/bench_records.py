"""The benches of one user: begun, written cell by cell, found, forgotten."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal

from msgspec import Struct

from hexai.config.folders import Folders
from hexai.domain.bench import BenchRecord, BenchVote, Cell, Ending, Plan
from hexai.errors import UsageError
from hexai.ledger.access import Ledger
from hexai.service.bench_texts import TextFile, sweep
from hexai.service.recorder import PATIENCE_OF_READERS, make_ledger_file
from hexai.service.team_secret import outside


class Outline(Struct, frozen=True, kw_only=True):
    """What is known of any bench, a damaged one too."""

    number: int
    id: str
    cells: int
    """How many."""


class BenchRecords:
    """The benches of one user. Everything here raises `LedgerError`."""

    def __init__(self, ledger: Ledger, folders: Folders) -> None:
        """Use `open_benches`."""
        self._ledger = ledger
        self._benches = ledger.benches
        self._folders = folders

    def begin(self, plan: Plan, *, key: str, name: str, now: float) -> BenchRecord:
        """Write that a bench begins; `key` is its global id."""
        begun = BenchRecord(number=0, id=key, name=name, started_at=now, plan=plan)
        return self._benches.begin(begun)

    def reserve(self, number: int, task: str, contender: int, most: Decimal) -> None:
        """Write what a cell that begins may cost at most."""
        self._benches.reserve(number, task, contender, most)

    def put(self, number: int, cell: Cell, spent: Decimal = Decimal(0)) -> None:
        """Write an answered cell, which may have cost more than it says: `spent`."""
        self._benches.put(number, cell, spent)

    def drop(self, number: int, task: str, contender: int, spent: Decimal) -> None:
        """Write that a cell which began says nothing by now, and what it cost."""
        self._benches.drop(number, task, contender, spent)

    def take_over(self, number: int) -> None:
        """Count for good what a killed run of a bench may have spent.

        Only who has the bench to himself may.
        """
        self._benches.take_over(number)

    def end(self, number: int, ending: Ending, aside: Mapping[int, str]) -> None:
        """Write why nothing more is asked."""
        self._benches.end(number, ending, aside)

    def find(self, word: str | None) -> BenchRecord:
        """Give the bench that a number, id prefix or name means; None: the newest.

        Raises `UsageError` if there is none, or more than one.
        """
        bench = self._benches.read(self._number(word))
        if bench is None:
            raise _no_bench(word)
        return bench

    def outline(self, word: str) -> Outline:
        """Give as much of a bench as can be read of a damaged one too.

        Raises `UsageError` as `find` does.
        """
        number = self._number(word)
        return Outline(
            number=number,
            id=self._benches.id_of(number),
            cells=self._benches.count_cells(number),
        )

    def missing_in(self, listed: Iterable[BenchRecord]) -> tuple[int, ...]:
        """Give the numbers of benches that cannot be read, and so are not listed."""
        there = {bench.number for bench in listed}
        return tuple(n for n in self._benches.numbers() if n not in there)

    def listed(self) -> Iterator[BenchRecord]:
        """Give benches with their cells, the newest first."""
        return self._benches.listed(cells=True)

    def newest_of_surfaces(self) -> tuple[BenchRecord, ...]:
        """Give the newest bench of each surface that compares anything."""
        found: dict[str, BenchRecord] = {}
        for bench in self.listed():
            compares = len({cell.contender for cell in bench.cells}) > 1
            if compares:
                found.setdefault(bench.plan.surface, bench)
        return tuple(found.values())

    def is_named(self, name: str) -> bool:
        """Tell whether a bench is called so already."""
        return any(bench.name == name for bench in self._benches.listed())

    def vote(self, bench: BenchRecord, vote: BenchVote) -> None:
        """Write a vote on two of its answers."""
        self._benches.votes.add(bench.number, bench.plan, vote)

    def take_back(self, bench: BenchRecord, vote: BenchVote) -> None:
        """Remove a vote."""
        self._benches.votes.take_back(bench.number, vote)

    def texts(self, bench: BenchRecord) -> TextFile:
        """Give the texts of a bench."""
        return TextFile(self._folders.state, bench.id)

    def forget(self, *numbers: int) -> tuple[OSError, ...]:
        """Really remove benches; gives why files stay."""
        changes = self._ledger.changes
        changes.put_forgotten(outside(self._folders.state, changes, (), numbers))
        self._benches.remove(numbers)
        self._ledger.remove(())
        return tuple(sweep(self._folders.state, self._benches.ids))

    def _number(self, word: str | None) -> int:
        numbers = self._numbers(word)
        if len(numbers) > 1:
            known = ", ".join(map(str, numbers[:5]))
            raise UsageError(f"{word} means several benches: {known}")
        if not numbers:
            raise _no_bench(word)
        return numbers[0]

    def _numbers(self, word: str | None) -> tuple[int, ...]:
        if word is not None:
            named = (b.number for b in self._benches.listed() if b.name == word)
            return self._benches.find(word) or tuple(named)
        return tuple(bench.number for bench in self._benches.listed())[:1]


def _no_bench(word: str | None) -> UsageError:
    which = "" if word is None else f" {word}"
    return UsageError(f"there is no bench{which}; see hexai bench list")


@contextmanager
def open_benches(folders: Folders) -> Iterator[BenchRecords]:
    """Open what is kept of benches, making a ledger if there is none."""
    ledger = Ledger(make_ledger_file(folders.state), patience=PATIENCE_OF_READERS)
    try:
        yield BenchRecords(ledger, folders)
    finally:
        ledger.close()
