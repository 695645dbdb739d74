"""What statistics are made of: sums and times, per surface and model.

One pass over one index gives all of it (0.4 s for a million answers). The times come
as one text for each group, because counting the words of a text is ten times faster
than fetching a row for each; so quantiles are exact, and no second table has to be
kept in step.

Cached answers are no part of this: nobody was asked.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable

from hexai.domain.figures import SUMMED, Cell, Figures, Filter, Times
from hexai.domain.outcome import FASTEST, MEASURABLE
from hexai.ledger.units import json_list, milliseconds

_CELLS = """
SELECT cell.id, surface, language.text, project.text, provider, model.model, upstream
FROM cell
JOIN model ON model.id = cell.model
JOIN name AS language ON language.id = cell.language
JOIN name AS project ON project.id = cell.project
"""

_SEEN = "(output - hidden_reasoning - 1)"
_IS_MEASURABLE = (
    f"generating >= {round(MEASURABLE * 1000)}"
    f" AND {_SEEN} BETWEEN 1 AND {FASTEST // 1000} * generating"
)
"""The same as `domain.outcome.speed`, over milliseconds."""

# `total` instead of `sum` where a figure may be huge: it never overflows, and is exact
# up to 2**53. What is put in is our own, and fixed.
SUMS = f"""
SELECT cell, count(*) AS runs,
    sum(status = 'answered') AS answered,
    sum(status = 'failed') AS failed,
    sum(status = 'timed out') AS timed_out,
    sum(status = 'cancelled') AS cancelled,
    sum(late) AS late,
    group_concat(CASE WHEN status = 'answered' THEN ttft END) AS first_tokens,
    group_concat(CASE WHEN status = 'answered' THEN total END) AS totals,
    group_concat(CASE WHEN status = 'timed out' THEN total END) AS cut_totals,
    total(CASE WHEN {_IS_MEASURABLE} THEN {_SEEN} END) AS tokens,
    total(CASE WHEN {_IS_MEASURABLE} THEN generating END) AS generating_ms,
    total(cost) AS cost,
    sum(cost IS NULL AND output IS NOT NULL) AS unpriced,
    sum(estimated) AS estimated,
    count(taken) AS accepted,
    total(taken) AS characters,
    total(CASE WHEN retained IS NOT NULL THEN taken END) AS followed,
    total(retained) AS retained
FROM contender
WHERE cached = 0 AND started_at >= ? AND cell IN (SELECT value FROM json_each(?))
GROUP BY cell
"""  # noqa: S608


def read_figures(
    connection: sqlite3.Connection, chosen: Filter
) -> list[tuple[Cell, Figures]]:
    """Give the figures of every cell that counts and has any."""
    cells = {
        number: cell for number, cell in read_cells(connection) if chosen.matches(cell)
    }
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    values = (milliseconds(chosen.since), json_list(cells))
    rows = cursor.execute(SUMS, values)
    return [(cells[row["cell"]], _figures(row)) for row in rows]


def read_cells(connection: sqlite3.Connection) -> Iterable[tuple[int, Cell]]:
    """Give every cell with its number."""
    for number, surface, language, project, *model in connection.execute(_CELLS):
        provider, name, upstream = model
        yield (
            number,
            Cell(
                surface=surface,
                language=language,
                project=project,
                provider=provider,
                model=name,
                upstream=upstream,
            ),
        )


def _figures(row: sqlite3.Row) -> Figures:
    return Figures(
        first_token=Times(seen=_counted(row["first_tokens"])),
        total=Times(seen=_counted(row["totals"]), cut=_counted(row["cut_totals"])),
        **{name: int(row[name] or 0) for name in SUMMED},
    )


def _counted(times: str | None) -> Counter[int]:
    words = Counter(times.split(",")) if times else Counter[str]()
    return Counter({int(word): count for word, count in words.items()})
