"""Votes on the answers of benches: written one by one, and taken back.

Each is one transaction, so that a killed process loses none. It belongs to a sitting as
a choice of a run does, and the next choice of that hour to the same one.
"""

import sqlite3
from pathlib import Path

from hexai.domain.bench import BenchContender, BenchVote, Plan
from hexai.domain.record import Choice
from hexai.ledger.database import (
    cell_number,
    check_writable,
    milliseconds,
    seconds,
    transaction,
    translated,
)
from hexai.ledger.sittings import sitting_at, sitting_number

_COLUMNS = "task, question, first, second, choice, winner, at, sitting"


class BenchVotes:
    """The votes of an open ledger. Everything here raises `LedgerError`."""

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
        query = f"SELECT {_COLUMNS} FROM bench_vote WHERE bench = ? ORDER BY id"  # noqa: S608
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
