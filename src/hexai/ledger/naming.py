"""Since when it is known who is who in a blind run.

It is one time a run, the earliest that was told. Letters are drawn once for a thread,
so whoever is named in one of its runs is named in all of them. It is told by what
shows names, and by each final choice: from then on everything shows them. Whether a
vote was blind follows from its time and that one, whichever is told first.
"""

import sqlite3

IS_BLIND_CHOICE = """
(blind AND (method != 'vote' OR named_at IS NULL OR named_at >= chosen_at))
"""
"""What tells of a row of `run` that its choice was made without names in sight."""

_EARLIER = "min(ifnull(named_at, ?1), ?1)"


def name(connection: sqlite3.Connection, number: int, at: int) -> None:
    """Note that a run was named, at a time in ms since 1970."""
    connection.execute(
        # What is put in is our own, and fixed.
        f"UPDATE run SET named_at = {_EARLIER} WHERE blind AND (number = ?2"  # noqa: S608
        " OR thread = (SELECT thread FROM run WHERE number = ?2))",
        (at, number),
    )


def name_decided(
    connection: sqlite3.Connection, number: int, at: int, settles_at: int | None
) -> None:
    """Note what a choice tells that is about to be written: see the module.

    One that may still change tells nothing of itself, but that an earlier one was
    final by then.
    """
    row = connection.execute(
        "SELECT settles_at FROM run WHERE number = ? AND blind", (number,)
    ).fetchone()
    if row is None:
        return
    (settled,) = row
    moments = [at] if settles_at is None else []
    if settled is not None and settled <= at:
        moments.append(settled)
    if moments:
        name(connection, number, min(moments))


def name_thread(connection: sqlite3.Connection, run_id: bytes) -> None:
    """Give a run that has just joined a thread, and all of it, their earliest time."""
    connection.execute(
        "UPDATE run INDEXED BY run_thread SET named_at = ("
        " SELECT min(named_at) FROM run AS other INDEXED BY run_thread"
        " WHERE other.thread = run.thread)"
        " WHERE blind AND thread = (SELECT thread FROM run WHERE id = ?)",
        (run_id,),
    )
