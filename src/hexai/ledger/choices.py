"""Reads what was chosen among what, as trials for the ratings.

A row for each run comes from SQL, with all that makes its outcome told in one text: the
items, packed, and what was chosen of them in which way. There are few different texts:
so a run costs a look-up, and a million answers a second or two. Each column of a row
costs more, so there are few. Nothing of the rows is kept but the trials.

An editor's list is a trial once something was chosen among what it showed, or nothing
was. While that may still change it is none, so that nothing which is taken back moves a
verdict. A vote is one among the answers that were not late and not from the cache. Who
was asked with a prompt that its upstream has cut is in none. A trial needs two models;
of one alone nobody can tell whether it or the place was wrong.

Trials are in order of time, since a verdict is a bet on what comes next. Where no
sitting was recorded, as in old ledgers, pauses tell sittings apart.
"""

import sqlite3
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from msgspec.structs import replace

from hexai.domain.choice import Method
from hexai.domain.figures import Cell, Filter
from hexai.domain.ranking import Counted, Returned
from hexai.ledger.figures import read_cells
from hexai.ledger.joined import Listed, join
from hexai.ledger.outcomes import Choices, Outcomes, Same
from hexai.ledger.packed import ORDER, PACKED, tell
from hexai.ledger.sittings import PAUSE
from hexai.ledger.units import json_list, milliseconds, seconds

# Of one server a place has one run, so these are lists of several.
_SHARED_PLACES = """
SELECT place FROM run INDEXED BY run_place
WHERE place != '' AND shown_at IS NOT NULL GROUP BY place HAVING count(*) > 1
"""

# A list of several servers is settled once all of them are.
_OPEN_PLACES = "SELECT place FROM run WHERE settles_at > :now AND place != ''"

# They are few, and an index names them. In a row of `contender` this is one of the last
# columns, and a walk there takes as long as all else that is read of the row.
_WITH_CUT = "SELECT run FROM contender WHERE cached = 0 AND cut = 1"

# What is put in is our own, and fixed. A plus keeps SQLite from looking for each run in
# the index of statistics, which is read from end to end for that.
_ITEMS = f"""
SELECT group_concat({PACKED}) FROM contender
WHERE contender.run = run.number AND +cached = 0
    AND (contender.run NOT IN ({_WITH_CUT}) OR cut = 0)
"""  # noqa: S608

# Asked for each run: to group a join would copy the run for each of its contenders.
_WORD = f"""CASE method WHEN 'vote' THEN ({_ITEMS} AND status = 'answered' AND late = 0)
    ELSE ({_ITEMS} AND position IS NOT NULL) END"""

_AT = "ifnull(settles_at, chosen_at)"
_SITTING = "ifnull(chosen_sitting, sitting)"

_COUNTS = f"""
    choice IS NOT NULL AND started_at >= :since
    AND (settles_at IS NULL OR settles_at <= :now) AND place NOT IN ({_OPEN_PLACES})
    AND (:blind IS NULL OR blind = :blind)
    AND (narrowed = 0 OR method = 'vote')
"""

# What a run tells is as `packed.tell` writes it; nothing where there are no items.
_ALONE = f"""
SELECT number, CASE method WHEN 'vote' THEN '' ELSE document END, started_at, {_AT},
    {_SITTING}, {_WORD} || CASE method WHEN 'vote' THEN ' vote' ELSE ' list' END
    || ' ' || {ORDER} || ' ' || choice
FROM run WHERE {_COUNTS} AND :method IN ('', method)
    AND (method = 'vote' OR place NOT IN (SELECT value FROM json_each(:shared)))
ORDER BY number
"""  # noqa: S608

# How a list of several servers was decided is known only when they are joined.
_APART = f"""
SELECT surface, choice, method, document, started_at, {_AT}, {ORDER}, {_SITTING},
    {_WORD}, place, shown_at
FROM run WHERE {_COUNTS} AND method != 'vote' AND shown_at IS NOT NULL
    AND place != '' AND place IN (SELECT value FROM json_each(:shared))
ORDER BY number
"""  # noqa: S608

_NARROWED = """
SELECT surface, count(*) FROM run
WHERE narrowed AND choice IS NOT NULL AND method != 'vote' AND started_at >= ?
GROUP BY surface
"""

_MOMENTS = """
SELECT started_at FROM run UNION SELECT chosen_at FROM run WHERE chosen_at IS NOT NULL
ORDER BY 1
"""

_SAME_TEXTS = """
SELECT run.number, one.idx, other.idx
FROM run
JOIN answer AS one ON one.run = run.number AND one.text != ''
JOIN answer AS other ON other.run = run.number AND other.idx > one.idx
WHERE run.method = 'vote' AND one.text = other.text
"""


def read_choices(
    connection: sqlite3.Connection, chosen: Filter, counted: Counted
) -> dict[str, Choices]:
    """Give what was chosen on each surface; `chosen.model` is not looked at."""
    values = {
        "since": milliseconds(chosen.since),
        "now": milliseconds(counted.now),
        "method": counted.method or "",
        "blind": counted.blind,
    }
    same = _same_texts(connection)
    sittings = _Sittings(connection)
    cells = {n: c for n, c in read_cells(connection) if _matches(chosen, c)}
    outcomes = Outcomes(cells)
    for number, file, began, at, sitting, told in _rows(connection, values):
        key = told, same.get(number, ())
        known = outcomes.known.get(key)
        if known is None or began < known.since:
            known = outcomes.learn(key, began)
        if known.trials is not None:
            seat = sittings.name(sitting, at)
            known.trials.add(known.number, file, seat, at / 1000)
    for choices in outcomes.choices.values():
        choices.trials.put_in_order()
    _name_returned(connection, outcomes.choices.values())
    return outcomes.choices


def read_narrowed(connection: sqlite3.Connection, since: float) -> dict[str, int]:
    """Count on each surface the lists that an older version recorded in part."""
    return dict(connection.execute(_NARROWED, (milliseconds(since),)).fetchall())


_Row = tuple[Any, ...]
"""A run's number, file, beginning, time of decision, sitting, and what it tells."""


def _rows(
    connection: sqlite3.Connection, values: Mapping[str, object]
) -> Iterator[_Row]:
    """Give the runs in order of their numbers, then those joined by their place."""
    places = [place for (place,) in connection.execute(_SHARED_PLACES)]
    values = {**values, "shared": json_list(places)}
    yield from connection.execute(_ALONE, values)
    apart = connection.execute(_APART, values) if places else ()
    methods = {values["method"]} if values["method"] else {*map(str, Method)}
    for each in join(listed for row in apart if (listed := Listed(*row)).word):
        if each.method in methods:
            told = tell(each.word, order=each.order, choice=each.choice)
            yield 0, each.file, each.began, each.at, each.sitting, told


class _Sittings:
    """Names the sittings of choices, recorded or not."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._beginnings: list[int] | None = None
        self._recorded: dict[int, str] = {}

    def name(self, recorded: int | None, at: int) -> str:
        """Give the name of the sitting in which something was chosen."""
        if recorded is not None:
            if recorded not in self._recorded:
                self._recorded[recorded] = str(recorded)
            return self._recorded[recorded]
        if self._beginnings is None:
            moments = [at for (at,) in self._connection.execute(_MOMENTS)]
            pause = milliseconds(PAUSE)
            self._beginnings = [b for a, b in pairwise(moments) if b - a > pause]
        return f"by time {bisect(self._beginnings, at)}"


def _matches(chosen: Filter, cell: Cell) -> bool:
    return Filter(
        surface=chosen.surface, language=chosen.language, project=chosen.project
    ).matches(cell)


def _same_texts(connection: sqlite3.Connection) -> dict[int, Same]:
    found: dict[int, Same] = {}
    for number, one, other in connection.execute(_SAME_TEXTS):
        found[number] = (*found.get(number, ()), (one, other))
    return found


def _name_returned(
    connection: sqlite3.Connection, all_choices: Iterable[Choices]
) -> None:
    """Give the models what their upstreams called them."""
    for choices in all_choices:
        for (model, number), at in sorted(choices.returned.items(), key=lambda x: x[1]):
            query = "SELECT text FROM name WHERE id = ?"
            name: str = connection.execute(query, (number,)).fetchone()[0]
            rated = choices.models[model]
            names = (*rated.returned, Returned(model=name, since=seconds(at)))
            choices.models[model] = replace(rated, returned=names)
