"""Reads what was chosen among what, as trials for the ratings.

A row for each run comes from SQL, with all that makes its outcome told in one text: the
items, packed, and what was chosen of them in which way. There are few different texts:
so a run costs a look-up, and a million answers a second or two. Each column of a row
costs more, so there are few. Nothing of the rows is kept but the trials.

An editor's list is a trial once something was chosen among what it showed, or nothing
was. While that may still change it is none, so that nothing which is taken back moves a
verdict. A vote is one among the answers that were not late and not from the cache. Who
was asked with a prompt that its upstream has cut is in none. A trial needs two
contenders; of one alone nobody can tell whether it or the place was wrong.

Trials are in order of time, since a verdict is a bet on what comes next. Where no
sitting was recorded, as in old ledgers, pauses tell sittings apart.
"""

import sqlite3
from bisect import bisect
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import pairwise
from operator import attrgetter
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.entry import Surface
from hexai.domain.figures import By, Cell, Filter, Subject
from hexai.domain.ranking import Counted, Model
from hexai.domain.record import Choice, Method
from hexai.ledger.cells import Cells
from hexai.ledger.database import json_list, milliseconds
from hexai.ledger.lists import (
    ORDER,
    PACKED,
    DecidedList,
    PackedItem,
    Told,
    join,
    read_told,
    tell,
)
from hexai.ledger.naming import IS_BLIND_CHOICE
from hexai.ledger.ratings.trials import Instead, Pattern, Trials
from hexai.ledger.sittings import PAUSE
from hexai.ledger.threads import IS_FIRST_VOTE

_INSTEAD: Mapping[str, Instead] = {
    Choice.NONE: Instead.NONE,
    Choice.BAD: Instead.NONE,
    Choice.TIE: Instead.TIE,
}

Same = tuple[tuple[int, int], ...]
"""Pairs of contenders that gave the same text."""

Where = tuple[str, str]
"""A surface and a language; empty for all languages together."""

Key = tuple[str | None, Same]
"""What a run tells, None for nothing, and its equal texts."""


class Known(Struct, frozen=True):
    """What is known of a key."""

    since: int
    """When the first run of this key began, of those that were read."""
    trials: tuple[tuple[Trials, int], ...] = ()
    """Where such a run is a trial, each with the number of its outcome there."""


class Outcomes:
    """What was read so far, and what it came to on each surface."""

    def __init__(
        self, cells: Cells, counted: Container[int], *, by_language: bool = False
    ) -> None:
        """Only lists count all of whose items are of cells that are `counted`."""
        self.known: dict[Key, Known] = {}
        self.choices: dict[Where, Choices] = {}
        self._cells = cells
        self._counted = counted
        self._by_language = by_language

    def learn(self, key: Key, began: int) -> Known:
        """Read what was not seen before, or in no run that began so early."""
        known = self.known[key] = self._read(*key, began)
        return known

    def _read(self, text: str | None, same: Same, began: int) -> Known:
        if text is None:
            return Known(began)
        told = read_told(text)
        if any(item.cell not in self._counted for item in told.items):
            return Known(began)
        found = []
        for where in self._places(self._cells.all[told.items[0].cell]):
            choices = self.choices.setdefault(where, Choices(self._cells))
            found += choices.learn(told, same, began)
        return Known(began, tuple(found))

    def _places(self, cell: Cell) -> set[Where]:
        language = cell.language if self._by_language else ""
        return {(cell.surface, ""), (cell.surface, language)}


class Choices:
    """What was chosen on one surface, and among whom."""

    def __init__(self, cells: Cells) -> None:
        self.trials = Trials()
        self.same = Trials()
        """Those among several entries that are one and the same here."""
        self.subjects: dict[Model, Subject] = {}
        self.contenders: dict[Model, set[Subject]] = {}
        """The entries as configured that each stands for."""
        self.of_benches = 0
        """Votes on answers of benches, of all."""
        self.returned: dict[tuple[Model, int], int] = {}
        """When each model was first called by each name, in milliseconds."""
        self._cells = cells

    def learn(self, told: Told, same: Same, began: int) -> list[tuple[Trials, int]]:
        """Meet who gave the items; gives its trials and its number there, if any."""
        for item in told.items:
            self._meet(item, began)
        items = [*_join_same(told.items, same).values()]
        pattern = Pattern(
            kind=told.kind,
            items=tuple(
                tuple(sorted({self._identity(x.cell) for x in each})) for each in items
            ),
            drawn=told.drawn,
            joined=told.joined,
        )
        taken = [i for i, each in enumerate(items) if any(map(_is_taken, each))]
        decided = _INSTEAD.get(told.choice, taken[0] if taken else None)
        if decided is None or len(told.items) < 2:
            return []
        if len(taken) > 1:
            pattern = replace(pattern, together=tuple(taken))
        trials = self.trials if len(pattern.models) > 1 else self.same
        return [(trials, trials.number(pattern, decided))]

    def _identity(self, cell: int) -> Model:
        return identity(self._cells.subjects[cell], self._cells.by)

    def _meet(self, item: PackedItem, at: int) -> None:
        model = self._identity(item.cell)
        self.subjects.setdefault(model, self._cells.subjects[item.cell])
        entries = self.contenders.setdefault(model, set())
        entries.add(self._cells.contenders[item.cell])
        if item.returned:
            first = self.returned.setdefault((model, item.returned), at)
            self.returned[model, item.returned] = min(first, at)


_is_taken = attrgetter("is_taken")


def identity(subject: Subject, by: By = "entry") -> Model:
    """Write in one word whom figures are of.

    A model is the same at the same upstream, whatever its provider is called.
    """
    whom = subject.upstream, subject.model
    if by == "model":
        return "\n".join(whom)
    return "\n".join((*whom, subject.provider, subject.fingerprint, subject.apart))


def _join_same(items: Iterable[PackedItem], same: Same) -> dict[int, list[PackedItem]]:
    """Group what is one item, from first to last: one place, or one text."""
    first = {other: one for one, other in reversed(same)}
    places: dict[int, int] = {}
    found: dict[int, list[PackedItem]] = {}
    for item in items:
        twins = {item.index, first.get(item.index, item.index)}
        twins |= {other for other, one in first.items() if one in twins}
        place = min((places[i] for i in twins if i in places), default=item.position)
        places[item.index] = place
        found.setdefault(place, []).append(item)
    return found


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
    AND (:blind IS NULL OR {IS_BLIND_CHOICE} = :blind) AND :surface IN ('', surface)
    AND (narrowed = 0 OR method = 'vote') AND {IS_FIRST_VOTE}
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

# Two answers in a drawn order, and a question for their file; see `lists.PACKED`.
_OF_NO_RUN = -1
_OF_BENCHES = f"""
SELECT {_OF_NO_RUN}, question, at, at, sitting,
    ((ifnull(winner = first, 0) << 21 | first_cell) << 24) || ','
    || ((((1 << 9 | 1) << 1 | ifnull(winner = second, 0)) << 21 | second_cell) << 24)
    || ' vote drawn ' || choice
FROM bench_vote
WHERE at >= :since AND at <= :now AND ifnull(:blind, 1) AND :surface IN ('', 'cli')
    AND :method IN ('', 'bench')
ORDER BY id
"""  # noqa: S608

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
    connection: sqlite3.Connection,
    chosen: Filter,
    counted: Counted,
    cells: Cells,
    *,
    by_language: bool = False,
) -> dict[Where, Choices]:
    """Give what was chosen on each surface; `chosen.model` is not looked at.

    That is for all languages together, and if told so for each as well.
    """
    values = {
        "since": milliseconds(chosen.since),
        "now": milliseconds(counted.now),
        "method": counted.method or "",
        "blind": counted.blind,
        "surface": chosen.surface,
    }
    same = _same_texts(connection)
    sittings = _Sittings(connection)
    meant = cells.matching(replace(chosen, model=""))
    outcomes = Outcomes(cells, meant, by_language=by_language)
    of_benches = 0
    for number, file, began, at, sitting, told in _rows(connection, values):
        key = told, same.get(number, ())
        known = outcomes.known.get(key)
        if known is None or began < known.since:
            known = outcomes.learn(key, began)
        if known.trials:
            of_benches += number == _OF_NO_RUN
            seat = sittings.name(sitting, at)
            for trials, outcome in known.trials:
                trials.add(outcome, file, seat, at / 1000)
    for (surface, _language), choices in outcomes.choices.items():
        choices.of_benches = of_benches if surface == Surface.CLI else 0
        choices.trials.put_in_order()
    return outcomes.choices


_Row = tuple[Any, ...]
"""A run's number, file, beginning, time of decision, sitting, and what it tells."""


def _rows(
    connection: sqlite3.Connection, values: Mapping[str, object]
) -> Iterator[_Row]:
    """Give votes of benches, the runs by their numbers, then those that are joined."""
    yield from connection.execute(_OF_BENCHES, values)
    places = [place for (place,) in connection.execute(_SHARED_PLACES)]
    values = {**values, "shared": json_list(places)}
    yield from connection.execute(_ALONE, values)
    apart = connection.execute(_APART, values) if places else ()
    methods = {values["method"]} if values["method"] else {*map(str, Method)}
    for each in join(listed for row in apart if (listed := DecidedList(*row)).word):
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


def _same_texts(connection: sqlite3.Connection) -> dict[int, Same]:
    found: dict[int, Same] = {}
    for number, one, other in connection.execute(_SAME_TEXTS):
        found[number] = (*found.get(number, ()), (one, other))
    return found
