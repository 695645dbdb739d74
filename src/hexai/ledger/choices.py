"""Reads what was chosen among what, as trials for the ratings.

A row for each run comes from SQL with its items packed into one word, and there are
few different words: so a run costs a look-up, and a million answers a second or two.

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
from collections.abc import Iterable, Mapping
from itertools import pairwise
from operator import attrgetter, itemgetter
from typing import Any, Literal

from msgspec.structs import astuple, replace

from hexai.domain.choice import Choice, Method
from hexai.domain.figures import Cell, Filter
from hexai.domain.ranking import Counted, Model, Rated, Returned
from hexai.ledger.figures import read_cells
from hexai.ledger.joined import Listed, join
from hexai.ledger.packed import PACKED, Item, unpack
from hexai.ledger.ratings.trials import Instead, Pattern, Trials
from hexai.ledger.sittings import PAUSE
from hexai.ledger.units import milliseconds, seconds

# Of one server a place has one run, so these are lists of several.
_SHARED_PLACES = """
SELECT place FROM run WHERE place != '' AND shown_at IS NOT NULL
GROUP BY place HAVING count(*) > 1
"""

# A list of several servers is settled once all of them are.
_OPEN_PLACES = "SELECT place FROM run WHERE settles_at > :now AND place != ''"

# What is put in is our own, and fixed. How a list of several servers was decided is
# known only when they are joined. A plus keeps SQLite from looking for each run in the
# index of statistics, which is read from end to end for that.
_RUNS = f"""
SELECT run.number, surface, choice, method, document, run.started_at,
    ifnull(settles_at, chosen_at),
    seed IS NOT NULL, ifnull(chosen_sitting, run.sitting), group_concat({PACKED}),
    place, ifnull(shown_at, 0)
FROM run CROSS JOIN contender ON contender.run = run.number
WHERE choice IS NOT NULL AND run.started_at >= :since
    AND (settles_at IS NULL OR settles_at <= :now) AND place NOT IN ({_OPEN_PLACES})
    AND (:method IN ('', method) OR place IN ({_SHARED_PLACES}))
    AND (:blind IS NULL OR blind = :blind)
    AND (narrowed = 0 OR method = 'vote')
    AND +cached = 0 AND +cut = 0
    AND CASE WHEN method = 'vote' THEN status = 'answered' AND late = 0
        ELSE position IS NOT NULL END
GROUP BY run.number
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

_INSTEAD: Mapping[str, Instead] = {
    Choice.NONE: Instead.NONE,
    Choice.BAD: Instead.NONE,
    Choice.TIE: Instead.TIE,
}

_Same = tuple[tuple[int, int], ...]
"""Pairs of contenders that gave the same text."""


def read_choices(
    connection: sqlite3.Connection, chosen: Filter, counted: Counted
) -> dict[str, "Choices"]:
    """Give what was chosen on each surface; `chosen.model` is not looked at.

    In the order in which the ledger took the runs in: that of time, but for imports.
    """
    cells = {n: c for n, c in read_cells(connection) if _matches(chosen, c)}
    values = {
        "since": milliseconds(chosen.since),
        "now": milliseconds(counted.now),
        "method": counted.method or "",
        "blind": counted.blind,
    }
    same = _same_texts(connection)
    sittings = _Sittings(connection)
    found: dict[str, Choices] = {}
    for row in sorted(_rows(connection, values), key=itemgetter(_AT)):
        number, surface, choice, method, file, began, at, *rest = row
        drawn, sitting, word, _place, _shown_at = rest
        choices = found.get(surface)
        if choices is None:
            choices = found[surface] = Choices(cells)
        is_vote = method == _VOTE
        key = word, choice, is_vote, drawn, same.get(number, ())
        outcome = choices.known.get(key)
        if outcome is None:
            outcome = choices.learn(key, began)
        if outcome >= 0:
            seat = sittings.name(sitting, at)
            choices.trials.add(outcome, "" if is_vote else file, seat, at / 1000)
    _name_returned(connection, found.values())
    return found


def read_narrowed(connection: sqlite3.Connection, since: float) -> dict[str, int]:
    """Count on each surface the lists that an older version recorded in part."""
    return dict(connection.execute(_NARROWED, (milliseconds(since),)).fetchall())


_Row = tuple[Any, ...]
"""The run's number, then the fields of `Listed`."""
_METHOD, _AT, _PLACE = 3, 6, 10
_VOTE = Method.VOTE.value
"""A plain text: to compare with a member takes three times as long."""


def _rows(connection: sqlite3.Connection, values: Mapping[str, object]) -> list[_Row]:
    """Give the runs in order of their numbers, then those joined by their place."""
    rows = connection.execute(_RUNS, values).fetchall()
    if shared := _shared(rows):
        apart = (Listed(*row[1:]) for row in rows if _is_of(shared, row))
        joined = [(0, *astuple(each)) for each in join(apart)]
        rows = [row for row in rows if not _is_of(shared, row)] + joined
    methods = {values["method"]} if values["method"] else {*map(str, Method)}
    return [row for row in rows if row[_METHOD] in methods]


def _is_of(shared: set[str], row: _Row) -> bool:
    return row[_PLACE] in shared and row[_METHOD] != _VOTE


def _shared(rows: Iterable[_Row]) -> set[str]:
    """Give the places of several runs that were shown."""
    once, again = set[str](), set[str]()
    for row in rows:
        if row[-1] and (place := row[_PLACE]):
            (again if place in once else once).add(place)
    return again


class _Sittings:
    """Names the sittings of choices, recorded or not."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._beginnings: list[int] | None = None
        self._recorded: dict[int, str] = {}

    def name(self, recorded: int | None, at: int) -> str:
        """Give the name of the sitting in which something was chosen."""
        if recorded is not None:
            return self._recorded.setdefault(recorded, str(recorded))
        if self._beginnings is None:
            moments = [at for (at,) in self._connection.execute(_MOMENTS)]
            pause = milliseconds(PAUSE)
            self._beginnings = [b for a, b in pairwise(moments) if b - a > pause]
        return f"by time {bisect(self._beginnings, at)}"


def _matches(chosen: Filter, cell: Cell) -> bool:
    return Filter(
        surface=chosen.surface, language=chosen.language, project=chosen.project
    ).matches(cell)


def _same_texts(connection: sqlite3.Connection) -> dict[int, _Same]:
    found: dict[int, _Same] = {}
    for number, one, other in connection.execute(_SAME_TEXTS):
        found[number] = (*found.get(number, ()), (one, other))
    return found


class Choices:
    """What was chosen on one surface, and the models that it was chosen among."""

    def __init__(self, cells: Mapping[int, Cell]) -> None:
        self.trials = Trials()
        self.models: dict[Model, Rated] = {}
        self.known: dict[_Key, int] = {}
        """The number of the outcome that each key is; -1 for no trial."""
        self.returned: dict[tuple[Model, int], int] = {}
        """When each model was first called by each name, in milliseconds."""
        self._cells = cells

    def learn(self, key: "_Key", began: int) -> int:
        """Read what was not seen before; gives the number of its outcome."""
        word, choice, is_vote, drawn, same = key
        items = sorted(unpack(word))
        self.known[key] = -1
        if all(item.cell in self._cells for item in items):
            for item in items:
                self._meet(item, began)
            joined = [*_join_same(items, same).values()]
            kind: Literal["vote", "list"] = "vote" if is_vote else "list"
            pattern = self._pattern(joined, kind, drawn=bool(drawn))
            self.known[key] = self._number(pattern, joined, choice)
        return self.known[key]

    def _meet(self, item: Item, at: int) -> None:
        cell = self._cells[item.cell]
        model = _identity(cell)
        self.models.setdefault(
            model,
            Rated(provider=cell.provider, model=cell.model, upstream=cell.upstream),
        )
        if item.returned:
            first = self.returned.setdefault((model, item.returned), at)
            self.returned[model, item.returned] = min(first, at)

    def _pattern(
        self, items: list[list[Item]], kind: Literal["vote", "list"], *, drawn: bool
    ) -> Pattern:
        return Pattern(
            kind=kind,
            items=tuple(
                tuple(sorted({_identity(self._cells[x.cell]) for x in each}))
                for each in items
            ),
            drawn=drawn,
        )

    def _number(self, pattern: Pattern, items: list[list[Item]], choice: str) -> int:
        taken = [i for i, each in enumerate(items) if any(map(_is_taken, each))]
        decided = _INSTEAD.get(choice, taken[0] if taken else None)
        if decided is None or len(pattern.models) < 2:
            return -1
        if len(taken) > 1:
            pattern = replace(pattern, together=tuple(taken))
        return self.trials.number(pattern, decided)


_Key = tuple[str, str, bool, int, _Same]
"""The word, what was chosen, whether by a vote, whether drawn, and equal texts."""
_is_taken = attrgetter("is_taken")


def _identity(cell: Cell) -> Model:
    """Name a model: the same one at the same upstream is one, whoever configured it."""
    return f"{cell.upstream} {cell.model}"


def _join_same(items: Iterable[Item], same: _Same) -> dict[int, list[Item]]:
    """Group what is one item, from first to last: one place, or one text."""
    first = {other: one for one, other in reversed(same)}
    places: dict[int, int] = {}
    found: dict[int, list[Item]] = {}
    for item in items:
        twins = {item.index, first.get(item.index, item.index)}
        twins |= {other for other, one in first.items() if one in twins}
        place = min((places[i] for i in twins if i in places), default=item.position)
        places[item.index] = place
        found.setdefault(place, []).append(item)
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
            choices.models[model] = Rated(
                provider=rated.provider,
                model=rated.model,
                upstream=rated.upstream,
                returned=(*rated.returned, Returned(model=name, since=seconds(at))),
            )
