"""What statistics are made of: sums and times, per surface and model.

One pass over one index gives all of it (0.4 s for a million answers). The times come
as one text for each group, because counting the words of a text is ten times faster
than fetching a row for each; so quantiles are exact, and no second table has to be
kept in step.

Cached answers are no part of this: nobody was asked.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct, field

from hexai.ledger.units import milliseconds

_CELLS = """
SELECT cell.id, surface, language.text, project.text, provider, model.model, upstream
FROM cell
JOIN model ON model.id = cell.model
JOIN name AS language ON language.id = cell.language
JOIN name AS project ON project.id = cell.project
"""

_SUMS = """
SELECT cell, count(*) AS runs,
    sum(status = 'answered') AS answered,
    sum(status = 'failed') AS failed,
    sum(status = 'timed out') AS timed_out,
    sum(status = 'cancelled') AS cancelled,
    sum(late) AS late,
    group_concat(CASE WHEN status = 'answered' THEN ttft END) AS first_tokens,
    group_concat(CASE WHEN status = 'answered' THEN total END) AS totals,
    group_concat(CASE WHEN status = 'timed out' THEN total END) AS cut_totals,
    sum(CASE WHEN generating > 0 AND output > 1 THEN output END) AS tokens,
    sum(CASE WHEN generating > 0 AND output > 1 THEN generating END) AS generating_ms,
    sum(cost) AS cost,
    sum(cost IS NULL AND output IS NOT NULL) AS unpriced,
    sum(estimated) AS estimated,
    count(taken) AS accepted,
    sum(taken) AS characters,
    sum(CASE WHEN retained IS NOT NULL THEN taken END) AS followed,
    sum(retained) AS retained
FROM contender
WHERE cached = 0 AND started_at >= ? AND cell IN (SELECT value FROM json_each(?))
GROUP BY cell
"""


class Filter(Struct, frozen=True, kw_only=True):
    """Which runs count; empty means all."""

    since: float = 0.0
    """The wall clock in seconds since 1970."""
    surface: str = ""
    language: str = ""
    project: str = ""
    """A project's folder, or the last part of it."""
    model: str = ""
    """A part of `provider:model`."""

    def matches(self, cell: "Cell") -> bool:
        """Tell whether runs of a cell count."""
        return (
            self.surface in ("", cell.surface)
            and self.language.lower() in ("", cell.language.lower())
            and self.project in ("", cell.project, cell.project.rpartition("/")[2])
            and self.model.lower() in f"{cell.provider}:{cell.model}".lower()
        )


class Cell(Struct, frozen=True, kw_only=True):
    """What runs are told apart by."""

    surface: str
    language: str
    project: str
    provider: str
    model: str
    upstream: str


class Times(Struct, kw_only=True):
    """Durations in milliseconds, each with how often it was seen."""

    seen: Counter[int] = field(default_factory=Counter)
    cut: Counter[int] = field(default_factory=Counter)
    """Of contenders that timed out: it would have taken at least that long."""

    def add(self, other: "Times") -> None:
        """Take in what was seen elsewhere."""
        self.seen.update(other.seen)
        self.cut.update(other.cut)

    def quantile(self, share: float) -> "Quantile | None":
        """Give the smallest time that a share of all did not exceed."""
        rest = share * (self.seen.total() + self.cut.total())
        ordered = sorted(
            [
                *((time, False, count) for time, count in self.seen.items()),
                *((time, True, count) for time, count in self.cut.items()),
            ]
        )
        for time, is_cut, count in ordered:
            rest -= count
            if rest <= 0:
                return Quantile(seconds=time / 1000, at_least=is_cut)
        return None


class Quantile(Struct, frozen=True, kw_only=True):
    """A quantile of durations."""

    seconds: float
    at_least: bool
    """It falls on a contender that was not waited for any longer."""


class Figures(Struct, kw_only=True):
    """The sums over some answers; those of two groups can be added."""

    runs: int = 0
    """Races that the model took part in, cached answers left out."""
    answered: int = 0
    failed: int = 0
    timed_out: int = 0
    cancelled: int = 0
    late: int = 0
    first_token: Times = field(default_factory=Times)
    total: Times = field(default_factory=Times)
    tokens: int = 0
    generating_ms: int = 0
    """In which the tokens were generated, where that can be told."""
    cost: int = 0
    """Billionths of a dollar, of the answers with a known price."""
    unpriced: int = 0
    """Answers whose price nobody knows."""
    estimated: int = 0
    """Answers whose tokens were estimated."""
    accepted: int = 0
    characters: int = 0
    followed: int = 0
    """Characters of the answers that were looked at again later."""
    retained: int = 0
    """Those of them that were still there."""

    def add(self, other: "Figures") -> None:
        """Take in the sums of another group."""
        self.first_token.add(other.first_token)
        self.total.add(other.total)
        for name in _SUMMED:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def tokens_per_s(self) -> float | None:
        """All generated tokens by the time that it took; None if nobody knows."""
        spent = self.generating_ms
        return None if not spent else self.tokens * 1000 / spent

    @property
    def cost_usd(self) -> Decimal:
        """The money that is known to be spent."""
        return Decimal(self.cost) / 10**9


_SUMMED = tuple(
    name for name in Figures.__struct_fields__ if name not in ("first_token", "total")
)


def read_figures(
    connection: sqlite3.Connection, chosen: Filter
) -> list[tuple[Cell, Figures]]:
    """Give the figures of every cell that counts and has any."""
    cells = {
        number: cell for number, cell in _read_cells(connection) if chosen.matches(cell)
    }
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    values = (milliseconds(chosen.since), json.dumps([*cells]))
    rows = cursor.execute(_SUMS, values)
    return [(cells[row["cell"]], _figures(row)) for row in rows]


def _read_cells(connection: sqlite3.Connection) -> Iterable[tuple[int, Cell]]:
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
        **{name: row[name] or 0 for name in _SUMMED},
    )


def _counted(times: str | None) -> Counter[int]:
    words = Counter(times.split(",")) if times else Counter[str]()
    return Counter({int(word): count for word, count in words.items()})
