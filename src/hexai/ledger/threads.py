"""Runs that go on with earlier runs: what belongs together, and what counts of it.

A thread is a tree: two runs may go on with the same one. All of it has the id of the
run that it began with. It is one question to whoever counts choices, decided by its
first vote: where the answers stand is drawn once, later ones follow from earlier ones,
and by then the user knows whom they liked (docs/decisions/0077).
"""

import sqlite3
from collections.abc import Iterable
from contextlib import suppress

import msgspec

from hexai.domain.messages import Message, Role
from hexai.domain.record import RunRecord
from hexai.ledger.database import json_list, milliseconds, run_key
from hexai.ledger.naming import name_thread

_messages = msgspec.json.Decoder(tuple[Message, ...])

IS_FIRST_VOTE = """
(run.thread IS NULL OR NOT EXISTS (
    SELECT 1 FROM run AS other INDEXED BY run_thread
    WHERE other.thread = run.thread AND other.method = 'vote'
        AND (other.chosen_at, other.number) < (run.chosen_at, run.number)
))
"""
"""What tells of a row of `run` that its choice is not a later one of its thread."""


def join_thread(connection: sqlite3.Connection, run: RunRecord) -> None:
    """Note of a run that was just inserted which thread it is in.

    A run learns that it has begun one from the first that goes on with it, whichever of
    the two comes first.
    """
    own, thread = run_key(run.run_id), run.thread and run_key(run.thread)
    if thread:
        connection.execute(
            "UPDATE run SET thread = ?, follows = ? WHERE id = ?",
            (thread, run_key(run.follows) if run.follows else None, own),
        )
        connection.execute(
            "UPDATE run SET thread = id WHERE id = ? AND thread IS NULL", (thread,)
        )
    else:
        connection.execute(
            "UPDATE run SET thread = id WHERE id = ?1 AND EXISTS ("
            "SELECT 1 FROM run INDEXED BY run_thread WHERE thread = ?1)",
            (own,),
        )
    name_thread(connection, own)


def whole_threads(connection: sqlite3.Connection, numbers: Iterable[int]) -> list[int]:
    """Give runs by their numbers, and all others of their threads, in their order."""
    rows = connection.execute(
        "WITH some AS (SELECT value FROM json_each(?)) "
        "SELECT number FROM run WHERE number IN some OR thread IN ("
        "SELECT thread FROM run WHERE number IN some AND thread IS NOT NULL) "
        "ORDER BY number",
        (json_list(numbers),),
    )
    return [number for (number,) in rows]


def last_at(
    connection: sqlite3.Connection, surface: str, terminal: str, since: float
) -> int | None:
    """Give the number of the newest run that was asked at a terminal; None for none."""
    row = connection.execute(
        "SELECT number FROM run WHERE started_at >= ? AND terminal = ? AND surface = ? "
        "ORDER BY started_at DESC, number DESC LIMIT 1",
        (milliseconds(since), terminal, surface),
    ).fetchone()
    return None if row is None else int(row[0])


def prompts_in_threads(connection: sqlite3.Connection, most: int) -> list[str]:
    """Give the newest questions that were asked in threads, the oldest of them first.

    What is damaged is left out.
    """
    rows = connection.execute(
        "SELECT CAST(messages AS BLOB) FROM run INDEXED BY run_thread "
        "JOIN prompt ON prompt.run = run.number WHERE thread IS NOT NULL "
        "ORDER BY started_at DESC LIMIT ?",
        (most,),
    ).fetchall()
    found: list[str] = []
    for (data,) in reversed(rows):
        with suppress(msgspec.MsgspecError, ValueError):
            messages = _messages.decode(data)
            found += (each.content for each in messages if each.role is Role.USER)
    return found


def is_decided_before(connection: sqlite3.Connection, number: int) -> bool:
    """Tell whether an earlier vote has decided the thread of a run."""
    query = f"SELECT 1 FROM run WHERE number = ? AND NOT {IS_FIRST_VOTE}"  # noqa: S608
    return connection.execute(query, (number,)).fetchone() is not None
