"""Really removes runs: rows, texts, and names that nothing else needs.

Deleted content is overwritten in the database's pages (`secure_delete`). The log still
holds the pages as they were before, so it is copied into the database and cut to
nothing; only then is a text gone.

The file keeps the size that it had, for what comes next, unless most of it is empty:
then what is left is written anew, in memory, so that no text gets into another file.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress

from hexai.domain.outcome import Status
from hexai.errors import LedgerBusy
from hexai.ledger.database import json_list, milliseconds, transaction
from hexai.ledger.threads import whole_threads

_OF_A_RUN = ("survival", "answer", "prompt", "contender", "change")

_TABLES = (
    *_OF_A_RUN,
    *("run", "sitting", "early", "told_apart", "cell", "model", "name"),
)

_WORTH_IT = 256
"""Free pages: 1 MiB."""

# All that stands before the cell in the index of statistics, so that it is one step to
# find whether a cell is used. What is put in is our own, and fixed.
_STATUSES = ", ".join(f"'{status}'" for status in Status)
UNUSED_CELLS = f"""
DELETE FROM cell WHERE NOT EXISTS (
    SELECT 1 FROM contender WHERE cached IN (0, 1) AND cut IN (0, 1)
        AND status IN ({_STATUSES}) AND cell = cell.id
) AND NOT EXISTS (SELECT 1 FROM bench_vote WHERE cell.id IN (first_cell, second_cell))
"""  # noqa: S608
_UNUSED_MODELS = "DELETE FROM model WHERE id NOT IN (SELECT model FROM cell)"
_UNUSED_MARKS = "DELETE FROM told_apart WHERE model NOT IN (SELECT id FROM model)"
_UNUSED_SITTINGS = """
DELETE FROM sitting WHERE id NOT IN (
    SELECT sitting FROM run WHERE sitting IS NOT NULL
    UNION SELECT chosen_sitting FROM run WHERE chosen_sitting IS NOT NULL
    UNION SELECT sitting FROM bench_vote
)
"""
_UNUSED_NAMES = """
DELETE FROM name WHERE id NOT IN (
    SELECT language FROM cell UNION SELECT project FROM cell
    UNION SELECT fingerprint FROM cell UNION SELECT label FROM cell
    UNION SELECT prompts FROM cell
    UNION SELECT language FROM run UNION SELECT project FROM run
    UNION SELECT label FROM contender
    UNION SELECT returned_model FROM contender WHERE returned_model IS NOT NULL
    UNION SELECT error_kind FROM contender WHERE error_kind IS NOT NULL
)
"""
_UNUSED = (
    UNUSED_CELLS,
    _UNUSED_MODELS,
    _UNUSED_MARKS,
    _UNUSED_NAMES,
    _UNUSED_SITTINGS,
)
"""In this order: names may be those of cells."""


def runs_before(
    connection: sqlite3.Connection, moment: float, *, most: int = -1
) -> list[int]:
    """Give the numbers of the runs that began before a moment, and of their threads.

    A thread is as old as its beginning: what was said later goes back to it, and if
    a clock was wrong then, that takes no thread along. Without its beginning it is as
    old as the oldest of its runs.
    """
    rows = connection.execute(
        "SELECT number FROM run WHERE started_at < ?1 AND NOT EXISTS ("
        "SELECT 1 FROM run AS beginning "
        "WHERE beginning.id = run.thread AND beginning.started_at >= ?1) "
        "ORDER BY started_at LIMIT ?2",
        (milliseconds(moment), most),
    )
    return whole_threads(connection, (number for (number,) in rows))


def runs_of_project(connection: sqlite3.Connection, project: str) -> list[int]:
    """Give the numbers of the runs of a project's folder, and of their threads."""
    rows = connection.execute(
        "SELECT number FROM run JOIN name ON name.id = run.project WHERE text = ?",
        (project,),
    )
    return whole_threads(connection, (number for (number,) in rows))


def has_benches_before(connection: sqlite3.Connection, moment: float) -> bool:
    """Tell whether a bench began before a moment; most have none at all."""
    query = "SELECT 1 FROM bench WHERE started_at < ?"
    return connection.execute(query, (milliseconds(moment),)).fetchone() is not None


def cache_keys(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[str]:
    """Give the keys under which the cache keeps answers of these runs."""
    rows = connection.execute(
        "SELECT DISTINCT CAST(cache_key AS BLOB) FROM answer WHERE cache_key <> '' "
        "AND run IN (SELECT value FROM json_each(?))",
        (json_list(numbers),),
    )
    return [key.decode("ascii", "replace") for (key,) in rows]


def remove_runs(connection: sqlite3.Connection, numbers: Sequence[int]) -> None:
    """Remove runs in one transaction."""
    these = json_list(numbers)
    with transaction(connection):
        for table in _OF_A_RUN:
            query = f"DELETE FROM {table} WHERE run IN (SELECT value FROM json_each(?))"  # noqa: S608
            connection.execute(query, (these,))
        connection.execute(
            "DELETE FROM run WHERE number IN (SELECT value FROM json_each(?))", (these,)
        )
        for statement in _UNUSED:
            connection.execute(statement)


def remove_early(connection: sqlite3.Connection, *, before: float) -> None:
    """Remove facts whose run never came, by the time that its id begins with."""
    stamp = max(0, milliseconds(before)) & ((1 << 48) - 1)
    with transaction(connection):
        connection.execute(
            "DELETE FROM early WHERE run_id < ?", (stamp.to_bytes(6, "big"),)
        )


def remove_all(connection: sqlite3.Connection) -> None:
    """Remove everything but the numbers that were given: none is given twice."""
    with transaction(connection):
        for table in _TABLES:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608


def give_space_back(connection: sqlite3.Connection) -> None:
    """Make the file smaller if most of it is empty, and nobody else is at it."""
    pages, free = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count")
    )
    if free < _WORTH_IT or free * 2 < pages:
        return
    connection.execute("PRAGMA temp_store = MEMORY")
    with suppress(sqlite3.OperationalError):
        connection.execute("VACUUM")
        cut_log(connection)


def cut_log(connection: sqlite3.Connection) -> None:
    """Copy the log into the database and empty it.

    Raises `LedgerBusy` if another process keeps it from being emptied.
    """
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise LedgerBusy(
            "the runs are removed, but another program still reads the ledger, so "
            "that their texts may stay on the disk; end it and forget them again"
        )
