"""In which sitting something was asked or chosen, told by the ledger itself.

Choices that somebody makes within one hour are more alike than choices of different
days, so whoever counts them has to know which belong together. No process lives as long
as a sitting: the terminal asks and is gone. So the ledger is asked in the transaction
that writes a fact, which costs two look-ups in an index, delays nobody, and is the same
for all processes. A run or choice belongs to the sitting of its nearest neighbour in
time, if that is no more than half an hour away, and else begins one.

There is nothing beside the runs that would have to be forgotten with them: who forgets
the runs of a sitting has forgotten the sitting. What was imported says itself where it
belongs, and draws nothing of this person's into it. A clock that was set can split a
sitting or join two; nothing that is kept could tell.
"""

import sqlite3

from msgspec.structs import replace

from hexai.domain.record import Chosen, Fact, RunRecord
from hexai.ledger.database import milliseconds, run_key

PAUSE = 30 * 60.0
"""Seconds without a run or a choice that end a sitting."""

# Each arm is one step in an index.
_NEAREST = """
SELECT hex(token) FROM (
    SELECT * FROM (
        SELECT sitting, :at - started_at AS away FROM run
        WHERE started_at BETWEEN :at - :pause AND :at
            AND (SELECT own FROM sitting WHERE id = run.sitting)
        ORDER BY started_at DESC LIMIT 1)
    UNION ALL SELECT * FROM (
        SELECT sitting, started_at - :at FROM run
        WHERE started_at BETWEEN :at AND :at + :pause
            AND (SELECT own FROM sitting WHERE id = run.sitting)
        ORDER BY started_at LIMIT 1)
    UNION ALL SELECT * FROM (
        SELECT chosen_sitting, :at - chosen_at FROM run
        WHERE chosen_at BETWEEN :at - :pause AND :at
            AND (SELECT own FROM sitting WHERE id = chosen_sitting)
        ORDER BY chosen_at DESC LIMIT 1)
    UNION ALL SELECT * FROM (
        SELECT chosen_sitting, chosen_at - :at FROM run
        WHERE chosen_at BETWEEN :at AND :at + :pause
            AND (SELECT own FROM sitting WHERE id = chosen_sitting)
        ORDER BY chosen_at LIMIT 1)
    UNION ALL SELECT * FROM (
        SELECT sitting, :at - at FROM bench_vote
        WHERE at BETWEEN :at - :pause AND :at
            AND (SELECT own FROM sitting WHERE id = bench_vote.sitting)
        ORDER BY at DESC LIMIT 1)
    UNION ALL SELECT * FROM (
        SELECT sitting, at - :at FROM bench_vote
        WHERE at BETWEEN :at AND :at + :pause
            AND (SELECT own FROM sitting WHERE id = bench_vote.sitting)
        ORDER BY at LIMIT 1)
) AS near JOIN sitting ON sitting.id = near.sitting
ORDER BY away LIMIT 1
"""


def seated(connection: sqlite3.Connection, fact: Fact) -> Fact:
    """Say of what this person asked or chose in which sitting that was.

    A choice whose run has not come waits for it: till then no later fact could find it.
    """
    match fact:
        case RunRecord(sitting="", started_at=at):
            return replace(fact, sitting=sitting_at(connection, at))
        case Chosen(sitting="", at=at) if _is_known(connection, fact.run_id):
            return replace(fact, sitting=sitting_at(connection, at))
        case _:
            return fact


def sitting_number(connection: sqlite3.Connection, token: str) -> int | None:
    """Give the number of a sitting here, making it known; None for no sitting."""
    if not token:
        return None
    key = (bytes.fromhex(token),)
    connection.execute("INSERT OR IGNORE INTO sitting (token) VALUES (?)", key)
    query = "SELECT id FROM sitting WHERE token = ?"
    number: int = connection.execute(query, key).fetchone()[0]
    return number


def sitting_at(connection: sqlite3.Connection, at: float) -> str:
    """Give the sitting that a moment belongs to, or begin one there."""
    values = {"at": milliseconds(at), "pause": milliseconds(PAUSE)}
    row = connection.execute(_NEAREST, values).fetchone()
    if row is None:
        query = "INSERT INTO sitting (own) VALUES (1) RETURNING hex(token)"
        row = connection.execute(query).fetchone()
    token: str = row[0]
    return token.lower()


def _is_known(connection: sqlite3.Connection, run_id: str) -> bool:
    query = "SELECT 1 FROM run WHERE id = ?"
    return connection.execute(query, (run_key(run_id),)).fetchone() is not None
