"""What a team's server has not been told yet, and what it is to forget.

Every fact gives its run the next change number, in the fact's own transaction. So what
is new since some number is found by that number, whatever came meanwhile, and to look
costs as much as there is new.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from hexai.domain.bench import BenchContender, Cell, Plan
from hexai.ledger.bench import DAMAGED, unreadable
from hexai.ledger.database import (
    check_writable,
    json_list,
    milliseconds,
    transaction,
    translated,
)
from hexai.ledger.naming import IS_BLIND_CHOICE

EVERYTHING = b""
"""Stands for all that a server has of this person."""


class ChangedContender(Struct, frozen=True):
    """One contender of a changed run; times in ms, money in billionths of a dollar."""

    index: int
    provider: str
    model: str
    upstream: str
    fingerprint: str
    label: str
    status: str
    late: bool
    cached: bool
    fell_back: bool
    local: bool | None
    cut: bool
    beside: bool
    ordinal: int
    position: int | None
    taken: int | None
    ttft: int | None
    generating: int | None
    total: int
    input: int | None
    output: int | None
    estimated: bool | None
    cost: int | None


class ChangedRun(Struct, frozen=True):
    """A run of which something is new; times of the clock in ms since 1970."""

    change: int
    number: int
    id: bytes
    surface: str
    language: str
    project: str
    document: str
    started_at: int
    blind: bool
    is_blind_choice: bool
    """What was chosen was so before anybody was told who is who."""
    is_drawn: bool
    narrowed: bool
    withheld: bool
    choice: str | None
    method: str | None
    chosen_at: int | None
    settles_at: int | None
    sitting: bytes | None
    """That in which it was asked, or chosen if it was; None where not recorded."""
    contenders: tuple[ChangedContender, ...]
    survived: tuple[tuple[int, float | None], ...]
    """After how many seconds, and what share was left; None: nobody knows."""
    same: tuple[tuple[int, int], ...]
    """Pairs of contenders that gave the same text."""


class ChangedCell(Struct, frozen=True):
    """A cell of a bench that is new."""

    change: int
    bench: bytes
    started_at: int
    """When the bench began, in ms since 1970."""
    withheld: bool
    project: str
    surface: str
    language: str
    contender: BenchContender
    cell: Cell


class _Bench(Struct, frozen=True):
    """A bench of which cells are new."""

    key: bytes
    started_at: int
    plan: Plan
    languages: Mapping[str, str]
    """By task."""

    @classmethod
    def read(cls, key: bytes, started_at: int, text: bytes) -> "_Bench":
        """Read one as it is written."""
        plan = _plans.decode(text)
        return cls(key, started_at, plan, {t.id: t.language for t in plan.tasks})

    def changed(self, change: int, task: str, place: int, text: bytes) -> ChangedCell:
        """Read one of its cells."""
        plan = self.plan
        return ChangedCell(
            change,
            self.key,
            self.started_at,
            plan.withheld,
            plan.project,
            plan.surface,
            self.languages.get(task, ""),
            plan.contenders[place],
            _cells.decode(text),
        )


@contextmanager
def _damage_named(number: int) -> Iterator[None]:
    try:
        yield
    except DAMAGED:
        raise unreadable(number) from None


class Pushed(Struct, frozen=True):
    """How far a server was told."""

    change: int = 0
    bench_change: int = 0


_RUNS = f"""
SELECT change.number, run.number, run.id, surface, language.text, project.text,
    document, started_at, blind, ifnull({IS_BLIND_CHOICE}, 0), seed IS NOT NULL,
    narrowed, withheld,
    choice, method, chosen_at, settles_at, sitting.token
FROM change JOIN run ON run.number = change.run
JOIN name AS language ON language.id = run.language
JOIN name AS project ON project.id = run.project
LEFT JOIN sitting ON sitting.id = ifnull(chosen_sitting, run.sitting)
WHERE change.number > ? ORDER BY change.number LIMIT ?
"""  # noqa: S608 - our own, and fixed
_CONTENDERS = """
SELECT contender.run, idx, provider, model.model, upstream, print.text, label.text,
    status, late, cached, fell_back, local, cut, beside, ordinal, position, taken,
    ttft, generating, total, input, output, estimated, cost
FROM contender
JOIN cell ON cell.id = contender.cell
JOIN model ON model.id = cell.model
JOIN name AS print ON print.id = cell.fingerprint
JOIN name AS label ON label.id = contender.label
WHERE contender.run IN (SELECT value FROM json_each(?)) ORDER BY contender.run, idx
"""
_SURVIVED = """
SELECT run, after, share FROM survival
WHERE run IN (SELECT value FROM json_each(?)) ORDER BY run, after
"""
_SAME = """
SELECT run.number, one.idx, other.idx
FROM run
JOIN answer AS one ON one.run = run.number AND one.text != ''
JOIN answer AS other ON other.run = run.number AND other.idx > one.idx
WHERE run.number IN (SELECT value FROM json_each(?)) AND run.method = 'vote'
    AND one.text = other.text
"""
_CELLS = """
SELECT bench_change.number, bench_change.bench, task, contender,
    CAST(bench_cell.cell AS BLOB)
FROM bench_change JOIN bench_cell USING (bench, task, contender)
WHERE bench_change.number > ? ORDER BY bench_change.number LIMIT ?
"""
_BENCHES = """
SELECT number, id, started_at, CAST(plan AS BLOB) FROM bench
WHERE number IN (SELECT value FROM json_each(?))
"""
_plans = msgspec.json.Decoder(Plan)
_cells = msgspec.json.Decoder(Cell)


class Changes:
    """The changes of an open ledger. Everything here raises `LedgerError`."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        """`path` is named in errors; the connection stays its owner's."""
        self._connection = connection
        self._path = path

    def runs(self, after: int, *, most: int, now: float) -> tuple[ChangedRun, ...]:
        """Give the next runs after a change number, in the order of the numbers.

        It ends before a run whose choice may still change `now`, by the wall clock.
        """
        with translated(self._path):
            rows = self._connection.execute(_RUNS, (after, most)).fetchall()
            rows = rows[: _settled(rows, milliseconds(now))]
            these = json_list(row[1] for row in rows)
            contenders = _grouped(
                (run, ChangedContender(*values))
                for run, *values in self._connection.execute(_CONTENDERS, (these,))
            )
            survived = _grouped(
                (run, (age, share))
                for run, age, share in self._connection.execute(_SURVIVED, (these,))
            )
            same = _grouped(
                (run, (one, other))
                for run, one, other in self._connection.execute(_SAME, (these,))
            )
        parts = (contenders, survived, same)
        whole = ((*row, *(tuple(p.get(row[1], ())) for p in parts)) for row in rows)
        return tuple(ChangedRun(*values) for values in whole)

    def cells(self, after: int, *, most: int) -> tuple[ChangedCell, ...]:
        """Give the next cells of benches after a change number, in their order."""
        with translated(self._path):
            rows = self._connection.execute(_CELLS, (after, most)).fetchall()
            these = json_list({row[1] for row in rows})
            benches = dict[int, _Bench]()
            for number, *values in self._connection.execute(_BENCHES, (these,)):
                with _damage_named(number):
                    benches[number] = _Bench.read(*values)
        found = []
        for change, number, task, place, text in rows:
            with _damage_named(number):
                found.append(benches[number].changed(change, task, place, text))
        return tuple(found)

    def count(self, pushed: Pushed) -> int:
        """Count the runs and cells that are new since then."""
        query = (
            "SELECT (SELECT count(*) FROM change WHERE number > ?)"
            " + (SELECT count(*) FROM bench_change WHERE number > ?)"
        )
        with translated(self._path):
            values = (pushed.change, pushed.bench_change)
            count: int = self._connection.execute(query, values).fetchone()[0]
        return count

    def newest(self) -> Pushed:
        """Give the numbers of what is newest."""
        query = (
            "SELECT (SELECT ifnull(max(number), 0) FROM change),"
            " (SELECT ifnull(max(number), 0) FROM bench_change)"
        )
        with translated(self._path):
            return Pushed(*self._connection.execute(query).fetchone())

    def pushed(self, server: str, person: int) -> Pushed:
        """Tell how far a server was told for a person."""
        query = (
            "SELECT change, bench_change FROM team_push WHERE (server, person) = (?, ?)"
        )
        with translated(self._path):
            row = self._connection.execute(query, (server, person)).fetchone()
        return Pushed() if row is None else Pushed(*row)

    def note_pushed(self, server: str, person: int, pushed: Pushed) -> None:
        """Note how far a server was told."""
        with translated(self._path):
            check_writable(self._connection, self._path)
            self._connection.execute(
                "INSERT OR REPLACE INTO team_push VALUES (?, ?, ?, ?)",
                (server, person, pushed.change, pushed.bench_change),
            )

    def forgotten(self, *, most: int) -> tuple[bytes, ...]:
        """Give what the server is still to forget, as it knows runs."""
        query = "SELECT run FROM team_forgotten ORDER BY run LIMIT ?"
        with translated(self._path):
            rows = self._connection.execute(query, (most,)).fetchall()
        return tuple(run for (run,) in rows)

    def count_forgotten(self) -> int:
        """Count what the server is still to forget."""
        query = "SELECT count(*) FROM team_forgotten"
        with translated(self._path):
            count: int = self._connection.execute(query).fetchone()[0]
        return count

    def put_forgotten(self, runs: Iterable[bytes]) -> None:
        """Put into the outbox what a server is to forget, before it is removed here."""
        with translated(self._path):
            check_writable(self._connection, self._path)
            with transaction(self._connection):
                self._connection.executemany(
                    "INSERT OR IGNORE INTO team_forgotten VALUES (?)",
                    ((run,) for run in runs),
                )

    def deliver(self, runs: Iterable[bytes]) -> None:
        """Take from the outbox what the server has forgotten."""
        with translated(self._path), transaction(self._connection):
            self._connection.executemany(
                "DELETE FROM team_forgotten WHERE run = ?", ((run,) for run in runs)
            )

    def ids(self, numbers: Sequence[int] | None = None) -> tuple[bytes, ...]:
        """Give the global ids of runs; None: of all, and of what waits for its run."""
        query = "SELECT id FROM run WHERE number IN (SELECT value FROM json_each(?))"
        if numbers is None:
            query = "SELECT id FROM run UNION SELECT run_id FROM early"
        values = () if numbers is None else (json_list(numbers),)
        with translated(self._path):
            return tuple(run for (run,) in self._connection.execute(query, values))

    def bench_keys(
        self, numbers: Sequence[int] | None = None
    ) -> tuple[tuple[bytes, str], ...]:
        """Give bench and task of all cells, or of those of some benches."""
        these = None if numbers is None else json_list(numbers)
        query = (
            "SELECT DISTINCT bench.id, task FROM bench_cell"
            " JOIN bench ON bench.number = bench_cell.bench"
            " WHERE ?1 IS NULL OR bench.number IN (SELECT value FROM json_each(?1))"
        )
        with translated(self._path):
            return tuple(self._connection.execute(query, (these,)))


def _settled(rows: Sequence[tuple[object, ...]], now: int) -> int:
    """Tell how many of the rows, from the first on, cannot change by themselves."""
    for place, row in enumerate(rows):
        settles_at = row[16]
        if isinstance(settles_at, int) and settles_at > now:
            return place
    return len(rows)


def _grouped(rows: Iterable[tuple[int, object]]) -> Mapping[int, list[object]]:
    found: dict[int, list[object]] = {}
    for run, value in rows:
        found.setdefault(run, []).append(value)
    return found
