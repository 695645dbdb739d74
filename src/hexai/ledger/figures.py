"""What statistics are made of: sums and times, per surface and contender, and of late.

Figures of commands are one pass over an index; the status of tmux asks for the last
minutes alone.
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.json import decode

from hexai.domain.figures import (
    By,
    Figures,
    Filter,
    Kept,
    Subject,
    Times,
    Traffic,
)
from hexai.domain.figures_by_week import FIRST_WEEK, WEEK, Part
from hexai.domain.outcome import FASTEST, MEASURABLE, Status
from hexai.domain.record import SAMPLED_AFTER
from hexai.ledger.cells import Cells
from hexai.ledger.database import json_list, milliseconds, run_key, seconds

# One pass over one index gives what became of all contenders, by cell and sitting, and
# a short one over another what became of what was taken. The times come as one text for
# each group, because counting the words of a text is ten times faster than fetching a
# row for each; so quantiles are exact, and no second table has to be kept in step. What
# belongs to one subject is counted at once: to add up counts of many cells
# takes longer than to count.
#
# What answers a prompt that its upstream has cut compares with nothing: neither its
# times nor what became of it count, but what it cost does. There is little of it, so it
# stands apart in the index, and the others need no look at each whether it is one.
#
# Cached answers are no part of this: nobody was asked.

_SEEN = "(output - hidden_reasoning - 1)"
_IS_MEASURABLE = (
    f"NOT beside AND generating >= {round(MEASURABLE * 1000)}"
    f" AND {_SEEN} BETWEEN 1 AND {FASTEST // 1000} * generating"
)
"""The same as `domain.outcome.speed`, over milliseconds."""

_STOOD = "ifnull(position, taken) IS NOT NULL"
"""It was in a list that was seen, or taken before that was noted."""

# `total` instead of `sum` where a figure may be huge: it never overflows, and is exact
# up to 2**53. What is put in is our own, and fixed.
_SPENT = """
    count(*) AS runs,
    sum(late) AS late,
    total(cost) AS cost,
    sum(cost IS NULL AND output IS NOT NULL) AS unpriced,
    total(estimated) AS estimated,
    total(cached_input) AS cached_input,
    total(input) FILTER (WHERE cached_input IS NOT NULL) AS cached_of,
    total(written_input) AS written_input,
    total(input) FILTER (WHERE written_input IS NOT NULL) AS written_of
"""

SUMS = f"""
SELECT cell, {{week}}, ifnull(sitting, 0), total(1.0 / sharing), {{times}}, {_SPENT},
    total({_SEEN}) FILTER (WHERE {_IS_MEASURABLE}) AS tokens,
    total(generating) FILTER (WHERE {_IS_MEASURABLE}) AS generating_ms,
    sum({_STOOD}) AS shown,
    total(position = 0) AS first,
    sum(cost IS NULL AND output IS NOT NULL AND {_STOOD}) AS shown_unpriced,
    total(cost) FILTER (WHERE {_STOOD}) AS spent
FROM contender
WHERE cached = 0 AND cut = 0 AND status = ?1
    AND cell IN (SELECT value FROM json_each(?2)) AND started_at >= ?3 {{whose}}
GROUP BY cell, {{together}}
"""  # noqa: S608
_KEYS = 4
"""Columns before the times: cell, week, sitting, what was accepted of it there. The
last of all is the money for lists, which is kept by sitting as well."""
_TIMES = ("first_tokens", "cut_first_tokens", "totals", "cut_totals")

_ENDED = """
    group_concat(CASE beside WHEN 0 THEN ifnull(ttft, total) END) AS first_tokens,
    NULL AS cut_first_tokens,
    group_concat(CASE beside WHEN 0 THEN total END) AS totals, NULL AS cut_totals
"""
# Who had begun and was stopped has a first token, and no end.
_STOPPED = """
    group_concat(CASE beside WHEN 0 THEN ttft END) AS first_tokens,
    group_concat(CASE WHEN ttft IS NULL AND NOT beside THEN total END)
        AS cut_first_tokens,
    NULL AS totals, group_concat(CASE beside WHEN 0 THEN total END) AS cut_totals
"""

CUT = f"""
SELECT cell, {{week}}, {_SPENT}
FROM contender
WHERE cached = 0 AND cut = 1 AND status = ?1
    AND cell IN (SELECT value FROM json_each(?2)) AND started_at >= ?3 {{whose}}
GROUP BY cell, {{together}}
"""  # noqa: S608

_BEFORE = ("1.0", *(f"kept_{age}" for age in SAMPLED_AFTER))
_AGED = ", ".join(
    (
        *(f"count(kept_{age})" for age in SAMPLED_AFTER),
        *(
            f"total(CASE WHEN kept_{age} IS NOT NULL THEN taken * {before} END)"
            for age, before in zip(SAMPLED_AFTER, _BEFORE, strict=False)
        ),
        *(f"total(taken * kept_{age})" for age in SAMPLED_AFTER),
    )
)

TAKEN = f"""
SELECT cell, {{week}}, ifnull(sitting, 0), total(taken),
    total(CASE WHEN retained IS NOT NULL THEN taken END), total(retained), {_AGED}
FROM contender INDEXED BY contender_taken
WHERE taken IS NOT NULL AND cached = 0 AND cut = 0
    AND cell IN (SELECT value FROM json_each(?1)) AND started_at >= ?2 {{whose}}
GROUP BY cell, {{together}}
"""  # noqa: S608


_HELD = 100
"""Milliseconds of a load or a wait from which on it counts: an Ollama tells one for a
model that is there. The index says so too."""
_WEEK_OF = f"({{}} - {round(1000 * FIRST_WEEK)}) / {round(1000 * WEEK)}"
"""The number of the week of a time in milliseconds, as `week_began` has it."""
REFUSED = f"""
SELECT cell, {_WEEK_OF.format("started_at")} AS week, refused, count(*)
FROM contender INDEXED BY contender_refused
WHERE refused IS NOT NULL AND cell IN (SELECT value FROM json_each(?1))
    AND started_at >= ?2
GROUP BY cell, week, refused
"""  # noqa: S608

HELD_UP = f"""
SELECT cell, {_WEEK_OF.format("started_at")} AS week,
    sum(loading >= {_HELD}), total(loading) FILTER (WHERE loading >= {_HELD}),
    sum(queued >= {_HELD}), total(queued) FILTER (WHERE queued >= {_HELD})
FROM contender INDEXED BY contender_held_up
WHERE (loading >= {_HELD} OR queued >= {_HELD})
    AND cell IN (SELECT value FROM json_each(?1)) AND started_at >= ?2
GROUP BY cell, week
"""  # noqa: S608

_WEEK = _WEEK_OF.format("min(started_at)")


class Cut(Struct, frozen=True, kw_only=True):
    """How a pass cuts what it sums up; each a piece of SQL."""

    week: str = "0"
    whose: str = ""
    together: str = "contender.sitting"

    def of(self, query: str, times: str = "") -> str:
        """Write a query that cuts so."""
        return query.format(
            week=self.week, whose=self.whose, together=self.together, times=times
        )


WHOLE = (Cut(),)
# The index has no order by time, but by sitting, and a sitting is over within hours: it
# belongs to the week in which it began. Where none was recorded, as in old ledgers,
# each answer is put where it belongs, which takes sorting them.
BY_WEEK = (
    Cut(week=_WEEK, whose="AND sitting IS NOT NULL"),
    Cut(
        week=_WEEK,
        whose="AND sitting IS NULL",
        together=_WEEK_OF.format("started_at"),
    ),
)


def read_figures(
    connection: sqlite3.Connection, chosen: Filter, by: By = "entry"
) -> list[tuple[Subject, Figures]]:
    """Give the figures of every subject on every surface that counts and has any."""
    cells = Cells(connection, by)
    listed = cells.matching(chosen)
    subjects = cells.subjects
    found = _gather(connection, chosen, listed, WHOLE, lambda cell, _: subjects[cell])
    return _with_runs(found)


def read_parts(
    connection: sqlite3.Connection, chosen: Filter
) -> list[tuple[Part, Figures]]:
    """Give the same figures, cut by language and week."""
    cells = Cells(connection)

    def part(cell: int, week: int) -> Part:
        language = cells.all[cell].language
        return Part(subject=cells.subjects[cell], language=language, week=week)

    listed = cells.matching(chosen)
    return _with_runs(_gather(connection, chosen, listed, BY_WEEK, part))


_Key = TypeVar("_Key")


def _gather(
    connection: sqlite3.Connection,
    chosen: Filter,
    cells: Iterable[int],
    cuts: Sequence[Cut],
    key: Callable[[int, int], _Key],
) -> "dict[_Key, _Gathered]":
    """Sum up what belongs together, in the order in which it was found."""
    found: defaultdict[_Key, _Gathered] = defaultdict(_Gathered)
    values = json_list(cells), milliseconds(chosen.since)
    for cut in cuts:
        for status in Status:
            times = _ENDED if status is Status.ANSWERED else _STOPPED
            sums = connection.execute(cut.of(SUMS, times), (status, *values))
            names = _names(sums)[_KEYS:]
            for (number, week), rows in groupby(sums, key=itemgetter(0, 1)):
                found[key(number, week)].count(status, names, rows)
            spent = connection.execute(cut.of(CUT), (status, *values))
            names = _names(spent)[2:]
            for number, week, *columns in spent:
                paid = dict(zip(names, columns, strict=True))
                found[key(number, week)].spend(status, paid)
        taken = connection.execute(cut.of(TAKEN), values)
        for (number, week), rows in groupby(taken, key=itemgetter(0, 1)):
            found[key(number, week)].take(rows)
    for number, week, *refused in connection.execute(REFUSED, values):
        found[key(number, week)].refuse(*refused)
    for number, week, *held_up in connection.execute(HELD_UP, values):
        found[key(number, week)].hold_up(*held_up)
    return found


def _with_runs(found: "Mapping[_Key, _Gathered]") -> list[tuple[_Key, Figures]]:
    figured = ((key, gathered.figures()) for key, gathered in found.items())
    return [(key, figures) for key, figures in figured if figures.runs]


def _names(cursor: sqlite3.Cursor) -> list[str]:
    return [column[0] for column in cursor.description]


_COUNTED = {
    Status.ANSWERED: "answered",
    Status.FAILED: "failed",
    Status.TIMED_OUT: "timed_out",
    Status.CANCELLED: "cancelled",
}


class _Gathered:
    """The figures of one subject, while they are put together."""

    def __init__(self) -> None:
        self._figures = Figures()
        self._times: dict[str, list[str]] = {name: [] for name in _TIMES}

    def count(
        self, status: Status, names: Sequence[str], rows: Iterable[tuple[Any, ...]]
    ) -> None:
        """Take what became of a cell's contenders of one status, by sitting."""
        figures = self._figures
        _, _, sittings, accepted, *columns, spent = zip(*rows, strict=True)
        sums: dict[str, float] = {}
        for name, column in zip(names[:-1], columns, strict=True):
            if name in self._times:
                self._times[name] += filter(None, column)
            else:
                sums[name] = sum(column)
        self._add(status, sums)
        shown = columns[names.index("shown")]
        for sitting, part, lists, cost in zip(
            sittings, accepted, shown, spent, strict=True
        ):
            figures.shown_in[sitting] += lists
            figures.spent_in[sitting] += int(cost)
            if part:
                before = figures.accepted_in.get(sitting, 0.0)
                figures.accepted_in[sitting] = before + part

    def spend(self, status: Status, sums: Mapping[str, float]) -> None:
        """Take what a cell's contenders of one status cost whose prompt was cut."""
        self._figures.cut += int(sums["runs"])
        self._add(status, sums)

    def _add(self, status: Status, sums: Mapping[str, float]) -> None:
        counted = {**sums, _COUNTED[status]: sums["runs"]}
        for name, amount in counted.items():
            setattr(self._figures, name, getattr(self._figures, name) + int(amount))

    def take(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take what became of what was taken of a cell, by sitting."""
        figures, ages = self._figures, len(SAMPLED_AFTER)
        for _, _, sitting, characters, followed, retained, *aged in rows:
            figures.characters += int(characters)
            figures.followed += int(followed)
            figures.retained += int(retained)
            if any(aged[:ages]):
                kept = Kept(
                    texts=tuple(aged[:ages]),
                    before=tuple(aged[ages:-ages]),
                    after=tuple(aged[-ages:]),
                )
                known = figures.kept_in.get(sitting)
                figures.kept_in[sitting] = kept if known is None else known.plus(kept)

    def refuse(self, reason: str, count: int) -> None:
        """Take how many answers were not offered for a reason."""
        self._figures.refused[reason] += count

    def hold_up(self, loads: int, loading: float, waits: int, queued: float) -> None:
        """Take how often loads and others held somebody up, and how long."""
        figures = self._figures
        figures.loads += loads
        figures.loading_ms += int(loading)
        figures.waits += waits
        figures.queued_ms += int(queued)

    def figures(self) -> Figures:
        """Give them, with the times counted."""
        seen, cut, ended, stopped = (_counted(self._times[name]) for name in _TIMES)
        self._figures.first_token = Times(seen=seen, cut=cut)
        self._figures.total = Times(seen=ended, cut=stopped)
        return self._figures


def _counted(texts: list[str]) -> Counter[int]:
    return Counter(decode(f"[{','.join(texts)}]", type=list[int]))


# The index on the runs' beginning makes this as long as the window, not the ledger.
_TRAFFIC = """
SELECT provider, model.model, count(*), total(sent), total(received),
    max(contender.started_at + total)
FROM run
JOIN contender ON contender.run = run.number
JOIN cell ON cell.id = contender.cell
JOIN model ON model.id = cell.model
WHERE run.started_at >= ? AND hex(run.id) NOT IN (SELECT value FROM json_each(?))
    AND contender.status = 'answered' AND NOT cached
    AND (NOT blind OR choice IS NOT NULL OR named_at IS NOT NULL)
GROUP BY provider, model.model
"""


def read_traffic(
    connection: sqlite3.Connection, since: float, *, without: Sequence[str] = ()
) -> tuple[Traffic, ...]:
    """Sum up what began at `since` or later, by model, `without` some runs."""
    own = json_list(run_key(each).hex().upper() for each in without)
    rows = connection.execute(_TRAFFIC, (milliseconds(since), own))
    return tuple(
        Traffic(
            provider=provider,
            model=model,
            requests=requests,
            sent=int(sent),
            received=int(received),
            newest_at=seconds(newest),
        )
        for provider, model, requests, sent, received, newest in rows
    )
