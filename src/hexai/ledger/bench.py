"""Benches in the ledger: written cell by cell, voted on, read whole, removed for good.

A cell is written once: what is told again changes nothing. Each cell and each vote is a
transaction of its own, so that a killed process loses none.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from hexai.domain.bench import (
    BenchContender,
    BenchRecord,
    BenchVote,
    Cell,
    Ending,
    Plan,
)
from hexai.domain.record import Choice
from hexai.errors import LedgerError
from hexai.ledger.database import (
    billionths,
    cell_number,
    check_writable,
    dollars,
    json_list,
    milliseconds,
    run_key,
    seconds,
    transaction,
    translated,
)
from hexai.ledger.sittings import sitting_at, sitting_number

_plans = msgspec.json.Decoder(Plan)
_cells = msgspec.json.Decoder(Cell)
_asides = msgspec.json.Decoder(dict[int, str])
# What is put into statements is our own, and fixed.
_ALL = (
    "SELECT number, lower(hex(id)), name, started_at, ending,"
    " CAST(plan AS BLOB), CAST(aside AS BLOB) FROM bench "
)
_VOTE = "task, question, first, second, choice, winner, at, sitting"
DAMAGED = (msgspec.MsgspecError, LookupError, ValueError, TypeError)
"""What reading raises of what is no bench, or holds what a newer Hexai knows."""
_SHORTEST_ID = 6
"""Digits of an id that name a bench; what is shorter is a number."""
_TABLES = (
    ("bench_vote", "bench"),
    ("bench_cell", "bench"),
    ("bench_reserved", "bench"),
    ("bench_change", "bench"),
    ("bench", "number"),
)


class BenchVotes:
    """The votes of an open ledger. Everything here raises `LedgerError`.

    Each belongs to a sitting as a choice of a run does, and the next choice of that
    hour to the same one.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        """`path` is named in errors; the connection stays its owner's."""
        self._connection = connection
        self._path = path

    def add(self, number: int, plan: Plan, vote: BenchVote) -> None:
        """Write a vote on two answers of a bench; a later one on them replaces it."""
        first, second = (plan.contenders[each] for each in (vote.first, vote.second))
        with translated(self._path):
            check_writable(self._connection, self._path)
            with transaction(self._connection):
                sitting = sitting_at(self._connection, vote.at)
                values = (
                    *(number, vote.task, vote.question, vote.first, vote.second),
                    self._cell(plan, first),
                    self._cell(plan, second),
                    *(vote.choice, vote.winner, milliseconds(vote.at)),
                    sitting_number(self._connection, sitting),
                )
                self._connection.execute(
                    "INSERT OR REPLACE INTO bench_vote (bench, task, question, first,"
                    " second, first_cell, second_cell, choice, winner, at, sitting)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    values,
                )

    def take_back(self, number: int, vote: BenchVote) -> None:
        """Remove a vote."""
        with translated(self._path), transaction(self._connection):
            self._connection.execute(
                "DELETE FROM bench_vote WHERE (bench, task, first, second)"
                " = (?, ?, ?, ?)",
                (number, vote.task, vote.first, vote.second),
            )

    def of(self, number: int) -> tuple[BenchVote, ...]:
        """Give the votes on a bench, in the order in which they were given."""
        query = f"SELECT {_VOTE} FROM bench_vote WHERE bench = ? ORDER BY id"  # noqa: S608
        with translated(self._path):
            rows = self._connection.execute(query, (number,)).fetchall()
        return tuple(
            BenchVote(
                task=task,
                question=question,
                first=first,
                second=second,
                choice=Choice(choice),
                winner=winner,
                at=seconds(at),
                sitting=sitting,
            )
            for task, question, first, second, choice, winner, at, sitting in rows
        )

    def _cell(self, plan: Plan, contender: BenchContender) -> int:
        """Give the number by which the ledger knows whose an answer is."""
        return cell_number(
            self._connection,
            whom=(contender.provider, contender.model, contender.upstream),
            surface=plan.surface,
            project=plan.project,
            fingerprint=contender.fingerprint,
            label=contender.label,
        )


class Benches:
    """The benches of an open ledger. Everything here raises `LedgerError`."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        """`path` is named in errors; the connection stays its owner's."""
        self._connection = connection
        self._path = path
        self.votes = BenchVotes(connection, path)

    def begin(self, bench: BenchRecord) -> BenchRecord:
        """Write a bench that begins; gives it with its number."""
        plan = bench.plan
        values = (
            run_key(bench.id),
            bench.name,
            plan.surface,
            plan.project,
            milliseconds(bench.started_at),
            _text(plan),
        )
        with translated(self._path):
            check_writable(self._connection, self._path)
            row = self._connection.execute(
                "INSERT INTO bench (id, name, surface, project, started_at, plan)"
                " VALUES (?, ?, ?, ?, ?, ?) RETURNING number",
                values,
            ).fetchone()
        return replace(bench, number=row[0])

    def reserve(self, number: int, task: str, contender: int, most: Decimal) -> None:
        """Note what a cell that begins may cost at most."""
        with translated(self._path):
            self._connection.execute(
                "INSERT OR REPLACE INTO bench_reserved VALUES (?, ?, ?, ?)",
                (number, task, contender, billionths(most)),
            )

    def put(self, number: int, cell: Cell, spent: Decimal = Decimal(0)) -> None:
        """Write a cell; what it may have cost is known by now.

        Where that is more than it says, `spent` in all, a budget goes by that.
        """
        key = (number, cell.task, cell.contender)
        with translated(self._path), transaction(self._connection):
            put = self._connection.execute(
                "INSERT OR IGNORE INTO bench_cell VALUES (?, ?, ?, ?)",
                (*key, _text(cell)),
            )
            if put.rowcount:
                self._connection.execute(
                    "INSERT INTO bench_change (bench, task, contender)"
                    " VALUES (?, ?, ?)",
                    key,
                )
                more = spent - (cell.cost_usd or Decimal(0))
                self._lose(number, max(0, billionths(more) or 0))
            self._connection.execute(
                "DELETE FROM bench_reserved WHERE (bench, task, contender) = (?, ?, ?)",
                key,
            )

    def drop(self, number: int, task: str, contender: int, spent: Decimal) -> None:
        """Write that a cell which began says nothing by now, and what it cost."""
        with translated(self._path), transaction(self._connection):
            self._connection.execute(
                "DELETE FROM bench_reserved WHERE (bench, task, contender) = (?, ?, ?)",
                (number, task, contender),
            )
            self._lose(number, billionths(spent) or 0)

    def take_over(self, number: int) -> None:
        """Count what is reserved as spent, for good: nobody will tell of it any more.

        Only who has the bench to himself may.
        """
        these = "FROM bench_reserved WHERE bench = ? AND task <> ''"
        with translated(self._path), transaction(self._connection):
            query = f"SELECT total(most) {these}"
            [most] = self._connection.execute(query, (number,)).fetchone()
            self._connection.execute(f"DELETE {these}", (number,))
            self._lose(number, int(most))

    def _lose(self, number: int, most: int) -> None:
        """Count what was spent on no cell, in a row that is of no task."""
        if most:
            self._connection.execute(
                "INSERT INTO bench_reserved VALUES (?, '', -1, ?)"
                " ON CONFLICT DO UPDATE SET most = most + excluded.most",
                (number, most),
            )

    def end(self, number: int, ending: Ending, aside: Mapping[int, str]) -> None:
        """Write why no more is asked, and who was asked no more before that."""
        with translated(self._path):
            self._connection.execute(
                "UPDATE bench SET ending = ?, aside = ? WHERE number = ?",
                (ending, _text(dict(aside)), number),
            )

    def find(self, word: str) -> tuple[int, ...]:
        """Find the numbers that a number or the beginning of an id means."""
        by_number = word.isascii() and word.isdecimal() and len(word) < _SHORTEST_ID
        is_meant = (
            "CAST(number AS TEXT) = ?1"
            if by_number
            else "substr(lower(hex(id)), 1, length(?1)) = lower(?1)"
        )
        query = f"SELECT number FROM bench WHERE {is_meant} ORDER BY number"  # noqa: S608
        if not (by_number or len(word) >= _SHORTEST_ID):
            return ()
        with translated(self._path):
            rows = self._connection.execute(query, (word,)).fetchall()
        return tuple(number for (number,) in rows)

    def read(self, number: int) -> BenchRecord | None:
        """Give a bench with its cells; None if there is none of that number."""
        with translated(self._path):
            query = f"{_ALL} WHERE number = ?"
            row = self._connection.execute(query, (number,)).fetchone()
            try:
                return None if row is None else self._record(row, cells=True)
            except DAMAGED:
                raise unreadable(number) from None

    def listed(
        self, *, surface: str = "", cells: bool = False
    ) -> Iterator[BenchRecord]:
        """Give benches, the newest first; one that is damaged is left out.

        `numbers` has those too.
        """
        query = f"{_ALL} WHERE ?1 IN ('', surface) ORDER BY number DESC"
        with translated(self._path):
            for row in self._connection.execute(query, (surface,)).fetchall():
                try:
                    yield self._record(row, cells=cells)
                except DAMAGED:
                    continue

    def numbers(self) -> list[int]:
        """Give the numbers of all benches."""
        return self._numbers("SELECT number FROM bench WHERE ?", 1)

    def id_of(self, number: int) -> str:
        """Give the global id of a bench that there is."""
        query = "SELECT lower(hex(id)) FROM bench WHERE number = ?"
        with translated(self._path):
            row = self._connection.execute(query, (number,)).fetchone()
        return str(row[0])

    def count_cells(self, number: int) -> int:
        """Count the cells of a bench."""
        query = "SELECT count(*) FROM bench_cell WHERE bench = ?"
        with translated(self._path):
            count: int = self._connection.execute(query, (number,)).fetchone()[0]
        return count

    def before(self, moment: float) -> list[int]:
        """Give the numbers of the benches that began before a moment."""
        query = "SELECT number FROM bench WHERE started_at < ?"
        return self._numbers(query, milliseconds(moment))

    def of_project(self, project: str) -> list[int]:
        """Give the numbers of the benches of a project, named by its folder."""
        return self._numbers("SELECT number FROM bench WHERE project = ?", project)

    def ids(self) -> frozenset[str]:
        """Give the ids of all benches."""
        with translated(self._path):
            rows = self._connection.execute("SELECT lower(hex(id)) FROM bench")
            return frozenset(key for (key,) in rows)

    def remove(self, numbers: Sequence[int] | None = None) -> None:
        """Remove benches with all that is theirs; None: every bench."""
        these = None if numbers is None else json_list(numbers)
        with translated(self._path), transaction(self._connection):
            for table, column in _TABLES:
                self._connection.execute(
                    f"DELETE FROM {table} WHERE ?1 IS NULL"  # noqa: S608
                    f" OR {column} IN (SELECT value FROM json_each(?1))",
                    (these,),
                )

    def _numbers(self, query: str, value: object) -> list[int]:
        with translated(self._path):
            rows = self._connection.execute(query, (value,)).fetchall()
        return [number for (number,) in rows]

    def _record(self, row: Sequence[Any], *, cells: bool) -> BenchRecord:
        number, key, name, started_at, ending, plan, aside = row
        return BenchRecord(
            number=number,
            id=key,
            name=name,
            started_at=seconds(started_at),
            ending=Ending(ending),
            plan=_plans.decode(plan),
            aside=_asides.decode(aside),
            cells=tuple(self._cells(number)) if cells else (),
            votes=self.votes.of(number) if cells else (),
            lost_usd=self._lost(number),
        )

    def _cells(self, number: int) -> Iterator[Cell]:
        query = "SELECT CAST(cell AS BLOB) FROM bench_cell WHERE bench = ?"
        for (text,) in self._connection.execute(query, (number,)):
            yield _cells.decode(text)

    def _lost(self, number: int) -> Decimal:
        query = "SELECT total(most) FROM bench_reserved WHERE bench = ?"
        [most] = self._connection.execute(query, (number,)).fetchone()
        return dollars(int(most)) or Decimal(0)


def unreadable(number: int) -> LedgerError:
    """Say of a bench that it cannot be read, and what to do."""
    return LedgerError(
        f"bench {number} is damaged, or a newer Hexai has written it, and cannot be "
        f"read; `hexai bench forget {number}` removes it"
    )


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode("utf-8")
