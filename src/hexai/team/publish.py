"""The owner's job: once a week, what can be said of all people together.

All weeks that are over are counted anew, so what was forgotten since is in it no more.
The server does the counting; here come in only what is counted, and one row for each
choice, which no list of keeps.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from hexai.domain.figures import By, Times
from hexai.domain.ranking import Leaderboard
from hexai.team.cells import Cell
from hexai.team.rating import Ratings
from hexai.team.results import LEAST, Published, TeamFigures, put, tens, two_digits
from hexai.team.schema import check_owner, make_partitions
from hexai.team.sent import ANSWERED, FLAGS
from hexai.team.server import read_setting

if TYPE_CHECKING:
    from psycopg import Connection

_BY: tuple[By, ...] = ("entry", "model")
_DAY = 86_400.0

Key = tuple[str, str, str, str]
"""Surface, language, provider and model."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of publishing."""

    week: str
    people: int
    figures: int
    """How many rows of figures there are."""
    is_new: bool
    """False where the week was published before."""
    partitions: int | None = 0
    """That were made; None where somebody's transaction was in the way."""


def publish_week(connection: "Connection[Any]") -> Outcome:
    """Publish for the week that has begun last, unless that is done.

    Raises `TeamError`, and what psycopg raises.
    """
    check_owner(connection)
    read_setting(connection)
    made = _partitions(connection)
    with connection.transaction():
        for statement in _QUIETLY:
            connection.execute(statement)
        week = _one(connection, _MONDAY)
        known = _one(connection, _KNOWN, [week])
        if known:
            return Outcome(
                week=week, people=0, figures=0, is_new=False, partitions=made
            )
        return _publish(connection, week, made)


def _partitions(connection: "Connection[Any]") -> int | None:
    """Make partitions; None where a member's transaction is in the way.

    They are made for months ahead, so a week more or less is no matter.
    """
    from psycopg.errors import LockNotAvailable

    try:
        return len(make_partitions(connection))
    except LockNotAvailable:
        return None


def _publish(connection: "Connection[Any]", week: str, made: int | None) -> Outcome:
    for statement in _GATHER:
        connection.execute(statement.encode(), [week] * statement.count("%s"))
    figures = tuple(_figures(connection))
    people = _one(connection, _PEOPLE)
    published = Published(
        week=week, people=tens(people) if people >= LEAST else 0, figures=figures
    )
    cells = _cells(connection, {_key(each) for each in figures})
    if figures:
        put(connection, published, {by: _boards(connection, cells, by) for by in _BY})
    connection.execute(_SWEEP.encode(), [week])
    return Outcome(
        week=week,
        people=people,
        figures=len(figures),
        is_new=True,
        partitions=made,
    )


# Nobody waits for this job, and it may use what a member must not.
_QUIETLY = (
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL work_mem = '256MB'",
    "SET LOCAL max_parallel_workers_per_gather = 2",
    # One at a time. Members only read this table; a lock of advice anybody may hold.
    "LOCK TABLE hexai.result IN EXCLUSIVE MODE",
)
_MONDAY = "SELECT date_trunc('week', now() AT TIME ZONE 'UTC')::date::text"
_KNOWN = "SELECT EXISTS (SELECT FROM hexai.result WHERE week = %s)"
_BUCKET = """
CASE WHEN {0} < 100 THEN {0} WHEN {0} < 1000 THEN {0} / 10 * 10
    WHEN {0} < 10000 THEN {0} / 100 * 100 WHEN {0} < 100000 THEN {0} / 1000 * 1000
    ELSE {0} / 10000 * 10000 END
"""
_FIRST, _TOTAL = (_BUCKET.format(name) for name in ("coalesce(ttft, total)", "total"))
_CUT, _LATE, _BESIDE = (FLAGS[name] for name in ("cut", "late", "beside a bench"))

_GATHER = tuple(
    statement.format(
        answered=ANSWERED, late=_LATE, apart=_CUT | _BESIDE, first=_FIRST, total=_TOTAL
    )
    for statement in Path(__file__)
    .with_name("gather.sql")
    .read_text("utf-8")
    .split(";")
    if statement.strip()
)
"""The tables from which all is counted, each made in one pass over the facts."""
_PEOPLE = "SELECT count(DISTINCT person) FROM used"
_SUMS = f"""
SELECT surface, language, provider, model, count(DISTINCT person), sum(runs),
    sum(answered), sum(failed), sum(late), sum(tokens), sum(generating), sum(cost),
    sum(unpriced)
FROM used JOIN asked ON asked.id = used.cell
GROUP BY surface, language, provider, model HAVING count(DISTINCT person) >= {LEAST}
ORDER BY surface, language, provider, model
"""  # noqa: S608
_SHOWN = """
SELECT surface, language, provider, model, sum(shown)
FROM seen JOIN asked ON asked.id = seen.cell GROUP BY 1, 2, 3, 4
"""
_ACCEPTED = """
SELECT surface, language, provider, model, sum(share), avg(kept.kept)
FROM chosen JOIN asked ON asked.id = chosen.cell
LEFT JOIN (SELECT cell, avg(kept) AS kept FROM kept GROUP BY cell) AS kept
    ON kept.cell = chosen.cell
WHERE share IS NOT NULL GROUP BY 1, 2, 3, 4
"""
_TIMES = """
SELECT surface, language, provider, model, ended, first, total, sum(count)
FROM timed JOIN asked ON asked.id = timed.cell GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_CELLS = """
SELECT id, surface, language, provider, model, options, '', host FROM asked
"""
_TOLD = """
SELECT DISTINCT person, trial FROM chosen WHERE trial IS NOT NULL ORDER BY person
"""
_DATED = """
SELECT person, (day - DATE '1970-01-01'), trial FROM chosen
WHERE trial IS NOT NULL
ORDER BY (day - DATE '1970-01-05') / 7, person, day, run
"""
# Cells that only forgotten facts were of.
_SWEEP = """
WITH unused AS (
    SELECT person, id FROM hexai.cell
    EXCEPT SELECT person, cell FROM used
    EXCEPT SELECT person, cell FROM hexai.fact WHERE kind = 'b' OR day >= %s
)
DELETE FROM hexai.cell USING unused
WHERE cell.person = unused.person AND cell.id = unused.id
"""


def _figures(connection: "Connection[Any]") -> Iterator[TeamFigures]:
    shown = {row[:4]: row[4] for row in connection.execute(_SHOWN)}
    accepted = {row[:4]: row[4:] for row in connection.execute(_ACCEPTED)}
    times = _times(connection)
    for (
        *key,
        people,
        runs,
        answered,
        failed,
        late,
        tokens,
        ms,
        cost,
        unpriced,
    ) in connection.execute(_SUMS.encode()).fetchall():
        there: Key = (key[0], key[1], key[2], key[3])
        taken, kept = accepted.get(there, (0, None))
        first, total = times.get(there, (Times(), Times()))
        yield TeamFigures(
            surface=there[0],
            language=there[1],
            provider=there[2],
            model=there[3],
            people=tens(people) or LEAST,
            runs=tens(runs),
            answered=tens(answered),
            failed=tens(failed),
            late=tens(late),
            first_token=_two(first),
            total=_two(total),
            tokens_per_s=two_digits(float(tokens) * 1000 / float(ms)) if ms else None,
            cost_usd=two_digits(float(cost or 0) / 1e9) or 0.0,
            unpriced=tens(unpriced),
            shown=tens(shown.get(there, 0)),
            accepted=tens(taken),
            kept=None if kept is None else two_digits(float(kept)),
        )


def _two(times: Times) -> Any:
    first, second = times.quantiles(0.5, 0.9)
    return first, second


def _times(connection: "Connection[Any]") -> Mapping[Key, tuple[Times, Times]]:
    """Give the times to the first token and in all; those who failed are censored."""
    found: dict[Key, tuple[Times, Times]] = {}
    for *key, ended, first, total, count in connection.execute(_TIMES):
        there: Key = (key[0], key[1], key[2], key[3])
        pair = found.setdefault(there, (Times(), Times()))
        times, value = (pair[0], first) if total is None else (pair[1], total)
        (times.seen if ended else times.cut)[value or 0] += int(count)
    return found


def _key(figures: TeamFigures) -> Key:
    return figures.surface, figures.language, figures.provider, figures.model


def _cells(connection: "Connection[Any]", published: set[Key]) -> dict[int, Cell]:
    """Give the cells of which enough people tell that they are published."""
    cells = (Cell(*row) for row in connection.execute(_CELLS))
    return {
        cell.id: cell
        for cell in cells
        if (cell.surface, cell.language, cell.provider, cell.model) in published
    }


def _boards(
    connection: "Connection[Any]", cells: Mapping[int, Cell], by: By
) -> tuple[Leaderboard, ...]:
    ratings = Ratings(cells, by)
    with _stream(connection, _TOLD) as told:
        ratings.learn(told)
    moments: dict[int, float] = {}  # one of each: there are many rows of a day
    with _stream(connection, _DATED) as dated:
        ratings.count((p, moments.setdefault(d, d * _DAY), w) for p, d, w in dated)
    return ratings.boards()


@contextmanager
def _stream(connection: "Connection[Any]", query: str) -> Iterator[Any]:
    """Read rows some at a time: there may be more than memory should hold."""
    with connection.cursor(name="hexai") as cursor:
        cursor.itersize = 4_000
        cursor.execute(query.encode())
        yield cursor


def _one(
    connection: "Connection[Any]", query: str, values: Sequence[object] = ()
) -> Any:
    row = connection.execute(query.encode(), values).fetchone()
    return None if row is None else row[0]
