"""Reads what was chosen among what, as trials for the ratings.

A row for each run comes from SQL with its items packed into one word, and there are
few different words: so a run costs a look-up, and a million answers a second or two.

An editor's list is a trial once something was chosen among what it showed, or nothing
was. A vote is one among the answers that were not late and not from the cache. A trial
needs two models; of one alone nobody can tell whether it or the place was wrong.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from hexai.domain.choice import Choice, Method
from hexai.domain.figures import Cell, Filter
from hexai.domain.ranking import Counted, Model, Rated, Returned
from hexai.ledger.figures import read_cells
from hexai.ledger.joined import Listed, join
from hexai.ledger.packed import PACKED, Item, unpack
from hexai.ledger.ratings.trials import Instead, Pattern, Trials
from hexai.ledger.units import milliseconds, seconds

# Of one server a place has one run, so these are lists of several.
_SHARED_PLACES = """
SELECT place FROM run WHERE place != '' AND shown_at IS NOT NULL
GROUP BY place HAVING count(*) > 1
"""

# What is put in is our own, and fixed. How a list of several servers was decided is
# known only when they are joined.
_RUNS = f"""
SELECT run.number, surface, choice, method = 'vote', document, run.started_at,
    group_concat({PACKED}), place, shown_at, method
FROM run CROSS JOIN contender ON contender.run = run.number
WHERE choice IS NOT NULL AND run.started_at >= :since
    AND (:method IN ('', method) OR place IN ({_SHARED_PLACES}))
    AND (:blind IS NULL OR blind = :blind)
    AND cached = 0
    AND CASE WHEN method = 'vote' THEN status = 'answered' AND late = 0
        ELSE position IS NOT NULL END
GROUP BY run.number
"""  # noqa: S608

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
        "method": counted.method or "",
        "blind": counted.blind,
    }
    same = _same_texts(connection)
    found: dict[str, Choices] = {}
    for number, surface, choice, is_vote, file, at, word in _rows(connection, values):
        choices = found.get(surface)
        if choices is None:
            choices = found[surface] = Choices(cells)
        key = word, choice, is_vote, same.get(number, ())
        outcome = choices.known.get(key)
        if outcome is None:
            outcome = choices.learn(key, at)
        if outcome >= 0:
            choices.trials.numbers.append(outcome)
            choices.trials.clusters.append("" if is_vote else file)
    _name_returned(connection, found.values())
    return found


def _rows(
    connection: sqlite3.Connection, values: Mapping[str, object]
) -> Iterator[tuple[int, str, str, int, str, int, str]]:
    """Give the runs in order of their numbers, then those joined by their place."""
    shared = {place for (place,) in connection.execute(_SHARED_PLACES)}
    methods = {values["method"]} if values["method"] else {*Method}
    apart: list[Listed] = []
    for *row, place, shown_at, method in connection.execute(_RUNS, values):
        _number, surface, choice, is_vote, file, _at, word = row
        if place in shared and not is_vote:
            apart.append(
                Listed(
                    surface=surface,
                    place=place,
                    shown_at=shown_at,
                    choice=choice,
                    method=method,
                    file=file,
                    word=word,
                )
            )
        elif method in methods:
            yield tuple(row)
    for each in join(apart):
        if each.method in methods:
            yield 0, each.surface, each.choice, 0, each.file, each.shown_at, each.word


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
        self.known: dict[tuple[str, str, int, _Same], int] = {}
        """The number of the outcome that each word and choice is; -1 for no trial."""
        self.returned: dict[tuple[Model, int], int] = {}
        """When each model was first called by each name, in milliseconds."""
        self._cells = cells

    def learn(self, key: tuple[str, str, int, _Same], at: int) -> int:
        """Read a word that was not seen before; gives the number of its outcome."""
        word, choice, is_vote, same = key
        items = sorted(unpack(word))
        self.known[key] = -1
        if all(item.cell in self._cells for item in items):
            for item in items:
                self._meet(item, at)
            kind: Literal["vote", "list"] = "vote" if is_vote else "list"
            self.known[key] = self._number(_join_same(items, same), choice, kind)
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

    def _number(
        self,
        items: Mapping[int, list[Item]],
        choice: str,
        kind: Literal["list", "vote"],
    ) -> int:
        taken = next(
            (
                i
                for i, each in enumerate(items.values())
                if any(x.is_taken for x in each)
            ),
            None,
        )
        decided = _INSTEAD.get(choice, taken)
        pattern = Pattern(
            kind,
            tuple(
                tuple(sorted({_identity(self._cells[x.cell]) for x in each}))
                for each in items.values()
            ),
        )
        if decided is None or len(pattern.models) < 2:
            return -1
        return self.trials.number(pattern, decided)


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
