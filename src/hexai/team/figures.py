"""The figures of a whole team, counted by the server from the tables of `gather.sql`.

All of it runs in the transaction in which those tables were made.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hexai.domain.figures import Times
from hexai.team.results import LEAST, BenchFigures, TeamFigures
from hexai.team.rounding import milliseconds_in_sql, tens, two_digits
from hexai.team.sent import ANSWERED, FLAGS
from hexai.team.trials import LONGEST_WORD

if TYPE_CHECKING:
    from psycopg import Connection

CELLS_OF_ONE, WORDS_OF_ONE, CHOICES_A_WEEK = 5_000, 20_000, 5_000
"""Of one person, what counts at most, the most used first: cells, different words of
choices, and choices of a week. Nobody comes to that by choosing."""

Key = tuple[str, str, str, str]
"""Surface, language, provider and model."""
_Pair = tuple[Times, Times]
"""To the first token, and in all."""

_FIRST, _TOTAL = map(milliseconds_in_sql, ("coalesce(ttft, total)", "total"))
_CUT, _LATE, _BESIDE = (FLAGS[name] for name in ("cut", "late", "beside a bench"))

_GATHER = tuple(
    statement.format(
        answered=ANSWERED,
        late=_LATE,
        apart=_CUT | _BESIDE,
        first=_FIRST,
        total=_TOTAL,
        least=LEAST,
        cells=CELLS_OF_ONE,
    )
    for statement in Path(__file__)
    .with_name("gather.sql")
    .read_text("utf-8")
    .split(";")
    if statement.strip()
)
_PEOPLE = """
SELECT count(DISTINCT person)
FROM (SELECT person FROM used UNION ALL SELECT person FROM benched) AS theirs
"""
_SUMS = """
SELECT surface, language, provider, model, count(DISTINCT person), sum(runs),
    sum(answered), sum(failed), sum(late), sum(tokens), sum(generating), sum(cost),
    sum(unpriced)
FROM used JOIN shared ON shared.id = used.cell AND kind = 'r'
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
_SHOWN = f"""
SELECT surface, language, provider, model, sum(shown)
FROM seen JOIN shared ON shared.id = seen.cell AND kind = 'r'
GROUP BY 1, 2, 3, 4 HAVING count(DISTINCT person) >= {LEAST}
"""  # noqa: S608
_ACCEPTED = """
SELECT surface, language, provider, model, sum(share)
FROM chosen JOIN shared ON shared.id = chosen.cell AND kind = 'r'
WHERE share IS NOT NULL GROUP BY 1, 2, 3, 4
"""
_KEPT = f"""
SELECT surface, language, provider, model, avg(kept)
FROM kept JOIN shared ON shared.id = kept.cell AND kind = 'r'
GROUP BY 1, 2, 3, 4 HAVING count(DISTINCT person) >= {LEAST}
"""  # noqa: S608
_TIMES = """
SELECT surface, language, provider, model, ended, first, total, sum(count)
FROM timed JOIN shared ON shared.id = timed.cell AND shared.kind = timed.kind
WHERE timed.kind = %s::"char" GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_BENCHED = f"""
SELECT surface, language, provider, model, count(DISTINCT person), sum(tasks),
    sum(answered),
    CASE WHEN count(saved) >= {LEAST} THEN avg(saved) END,
    1000 * sum(cost) / nullif(sum(priced), 0)
FROM (
    SELECT surface, language, provider, model, person, sum(tasks) AS tasks,
        sum(answered) AS answered, sum(saved) / nullif(sum(scored), 0) AS saved,
        sum(cost) AS cost, sum(priced) AS priced
    FROM benched JOIN shared ON shared.id = benched.cell AND kind = 'b'
    GROUP BY 1, 2, 3, 4, 5
) AS theirs GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""  # noqa: S608
CELLS = """
SELECT id, surface, language, provider, model, options, '', host FROM shared
WHERE kind = 'r'
"""
"""The cells by which choices are rated."""
TOLD = f"""
SELECT person, trial FROM (
    SELECT person, trial,
        row_number() OVER (PARTITION BY person ORDER BY count(*) DESC, trial) AS place
    FROM chosen WHERE length(trial) <= {LONGEST_WORD} GROUP BY person, trial
) AS each WHERE place <= {WORDS_OF_ONE} ORDER BY person
"""  # noqa: S608
DATED = f"""
SELECT person, (day - DATE '1970-01-01'), trial FROM (
    SELECT person, day, run, trial, (day - DATE '1970-01-05') / 7 AS week,
        row_number() OVER (
            PARTITION BY (day - DATE '1970-01-05') / 7, person ORDER BY day, run
        ) AS place
    FROM chosen WHERE length(trial) <= {LONGEST_WORD}
) AS each WHERE place <= {CHOICES_A_WEEK} ORDER BY week, person, day, run
"""  # noqa: S608


def gather(connection: "Connection[Any]", week: str) -> None:
    """Have the server count all that is from before a day."""
    for statement in _GATHER:
        connection.execute(statement.encode(), [week] * statement.count("%s"))


def count_people(connection: "Connection[Any]") -> int:
    """Count the people of whom there is anything."""
    row = connection.execute(_PEOPLE).fetchone()
    return 0 if row is None else int(row[0])


def team_figures(connection: "Connection[Any]") -> Iterator[TeamFigures]:
    """Give the figures of runs."""
    shown = _by_key(connection, _SHOWN)
    accepted = _by_key(connection, _ACCEPTED)
    kept = _by_key(connection, _KEPT)
    times = _times(connection, "r")
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
    ) in connection.execute(_SUMS).fetchall():
        there: Key = (key[0], key[1], key[2], key[3])
        left = kept.get(there)
        yield TeamFigures(
            **_head(there, people, times),
            runs=tens(runs),
            answered=tens(answered),
            failed=tens(failed),
            late=tens(late),
            tokens_per_s=two_digits(float(tokens) * 1000 / float(ms)) if ms else None,
            cost_usd=two_digits(float(cost or 0) / 1e9) or 0.0,
            unpriced=tens(unpriced),
            shown=tens(shown.get(there, 0)),
            accepted=tens(accepted.get(there, 0)) if there in shown else 0,
            kept=None if left is None else two_digits(float(left)),
        )


def bench_figures(connection: "Connection[Any]") -> Iterator[BenchFigures]:
    """Give the figures of benches."""
    times = _times(connection, "b")
    rows = connection.execute(_BENCHED.encode()).fetchall()
    for *key, people, tasks, answered, saved, cost in rows:
        yield BenchFigures(
            **_head((key[0], key[1], key[2], key[3]), people, times),
            tasks=tens(tasks),
            answered=tens(answered),
            saved=None if saved is None else two_digits(float(saved)),
            usd_for_1000_tasks=None if cost is None else two_digits(float(cost) / 1e9),
        )


def _head(key: Key, people: int, times: Mapping[Key, _Pair]) -> dict[str, Any]:
    """Give what all figures of a model begin with, by the fields of `ModelFigures`."""
    first, total = times.get(key, (Times(), Times()))
    return {
        **dict(zip(("surface", "language", "provider", "model"), key, strict=True)),
        "people": tens(people) or LEAST,
        "first_token": first.quantiles(0.5, 0.9),
        "total": total.quantiles(0.5, 0.9),
    }


def _by_key(connection: "Connection[Any]", query: str) -> Mapping[Key, Any]:
    return {row[:4]: row[4] for row in connection.execute(query.encode())}


def _times(connection: "Connection[Any]", kind: str) -> Mapping[Key, _Pair]:
    """Give the times of facts of a kind; those who failed are censored."""
    found: dict[Key, _Pair] = {}
    for *key, ended, first, total, count in connection.execute(_TIMES, [kind]):
        there: Key = (key[0], key[1], key[2], key[3])
        pair = found.setdefault(there, (Times(), Times()))
        times, value = (pair[0], first) if total is None else (pair[1], total)
        if value is not None:
            (times.seen if ended else times.cut)[value] += int(count)
    return found
