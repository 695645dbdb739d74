"""The owner's job: once a week, what can be said of all people together.

All weeks that are over are counted anew, so what was forgotten since is in it no more.
The server does the counting; here come in only what is counted, and one row for each
choice, which no list of keeps.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from hexai.domain.figures import By
from hexai.domain.ranking import Leaderboard
from hexai.team.cells import Cell
from hexai.team.figures import (
    CELLS,
    DATED,
    TOLD,
    bench_figures,
    count_people,
    gather,
    team_figures,
)
from hexai.team.rating import Ratings
from hexai.team.results import LEAST, Published, clear, put
from hexai.team.rounding import tens
from hexai.team.schema import check_owner, make_partitions
from hexai.team.server import read_setting, read_value

if TYPE_CHECKING:
    from psycopg import Connection

_BY: tuple[By, ...] = ("entry", "model")
_DAY = 86_400.0


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of publishing."""

    week: str
    people: int
    figures: int
    """How many rows of figures there are, those of benches too."""
    is_new: bool
    """False where the week was published before."""
    is_taken_back: bool = False
    """Whether there is nothing to publish any more, and so nothing is there now."""
    partitions: int | None = 0
    """That were made; None where somebody's transaction was in the way."""


def publish_week(connection: "Connection[Any]") -> Outcome:
    """Publish for the week that has begun last, unless that is done.

    Raises `TeamError`, and what psycopg raises.
    """
    read_setting(connection)
    check_owner(connection)
    made = _partitions(connection)
    with connection.transaction():
        for statement in _QUIETLY:
            connection.execute(statement)
        week = read_value(connection, _MONDAY)
        known = read_value(connection, _KNOWN, [week])
        if known:
            return Outcome(
                week=week, people=0, figures=0, is_new=False, partitions=made
            )
        return _publish(connection, week, made)


def _partitions(connection: "Connection[Any]") -> int | None:
    """Make partitions; None where a member's transaction is in the way.

    They are made for months ahead, so a week more or less is no matter.
    """
    from psycopg.errors import DeadlockDetected, LockNotAvailable

    try:
        return len(make_partitions(connection))
    except (LockNotAvailable, DeadlockDetected):
        return None


def _publish(connection: "Connection[Any]", week: str, made: int | None) -> Outcome:
    gather(connection, week)
    people = count_people(connection)
    published = Published(
        week=week,
        people=tens(people) if people >= LEAST else 0,
        figures=tuple(team_figures(connection)),
        benches=tuple(bench_figures(connection)),
    )
    rows = len(published.figures) + len(published.benches)
    is_taken_back = False
    if rows == 0:
        is_taken_back = clear(connection)
    else:
        cells = {row[0]: Cell(*row) for row in connection.execute(CELLS)}
        put(connection, published, {by: _boards(connection, cells, by) for by in _BY})
    connection.execute(_SWEEP, [week])
    return Outcome(
        week=week,
        people=people,
        figures=rows,
        is_new=True,
        is_taken_back=is_taken_back,
        partitions=made,
    )


# Nobody waits for this job, and it may use what a member must not.
_QUIETLY = (
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL work_mem = '256MB'",
    "SET LOCAL max_parallel_workers_per_gather = 2",
    "SET LOCAL lock_timeout = 0",
    # One at a time. Members only read this table; a lock of advice anybody may hold.
    "LOCK TABLE hexai.result IN EXCLUSIVE MODE",
)
_MONDAY = "SELECT date_trunc('week', now() AT TIME ZONE 'UTC')::date::text"
_KNOWN = "SELECT EXISTS (SELECT FROM hexai.result WHERE week = %s)"
# Cells that only forgotten facts were of; a row that a member holds waits a week.
_SWEEP = """
WITH unused AS (
    SELECT person, id FROM hexai.cell
    EXCEPT SELECT person, cell FROM used
    EXCEPT SELECT person, cell FROM hexai.fact WHERE kind = 'b' OR day >= %s
), free AS (
    SELECT person, id FROM hexai.cell JOIN unused USING (person, id)
    FOR UPDATE OF cell SKIP LOCKED
)
DELETE FROM hexai.cell USING free
WHERE cell.person = free.person AND cell.id = free.id
"""


def _boards(
    connection: "Connection[Any]", cells: Mapping[int, Cell], by: By
) -> tuple[Leaderboard, ...]:
    ratings = Ratings(cells, by)
    with _stream(connection, TOLD) as told:
        ratings.learn(told)
    moments: dict[int, float] = {}  # one of each: there are many rows of a day
    with _stream(connection, DATED) as dated:
        ratings.count((p, moments.setdefault(d, d * _DAY), w) for p, d, w in dated)
    return ratings.boards()


@contextmanager
def _stream(connection: "Connection[Any]", query: str) -> Iterator[Any]:
    """Read rows some at a time: there may be more than memory should hold."""
    with connection.cursor(name="hexai") as cursor:
        cursor.itersize = 4_000
        cursor.execute(query.encode())
        yield cursor
