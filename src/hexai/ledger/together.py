"""Lists in which two models both stood, counted for each pair.

What a model was taken of lists is also what those lists were: a model that is asked in
harder places looks worse. Only where both stood, both had the same place to fill. The
newest lists are enough, and soon read, however large the ledger: so many pin a share
down to one percent.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from hexai.domain.figures import Both, Cell, Filter, Subject, Together
from hexai.ledger.figures import read_cells
from hexai.ledger.joined import Listed, join
from hexai.ledger.packed import ORDER, PACKED, Item, Order, unpack
from hexai.ledger.units import json_list, milliseconds

MOST = 10_000
"""Lists that are read."""

_NEWEST = f"""
WITH newest AS (
    SELECT number, surface, place, shown_at, choice, method, sitting,
        {ORDER} AS ordered FROM run
    WHERE started_at >= :since AND choice IS NOT NULL AND (:all OR EXISTS (
        SELECT 1 FROM contender WHERE run = run.number AND position IS NOT NULL
            AND cell IN (SELECT value FROM json_each(:cells))))
    ORDER BY started_at DESC LIMIT :most
)
SELECT surface, place, shown_at, choice, method, ifnull(newest.sitting, 0), ordered,
    group_concat({PACKED})
FROM newest CROSS JOIN contender ON contender.run = newest.number
WHERE position IS NOT NULL AND cut = 0
GROUP BY newest.number
"""  # noqa: S608


def read_together(
    connection: sqlite3.Connection, chosen: Filter, *, most: int = MOST
) -> tuple[Together, ...]:
    """Count the newest lists for every pair of models that stood in some together.

    Of each pair one model at least matches `chosen.model`.
    """
    around = Filter(
        surface=chosen.surface, language=chosen.language, project=chosen.project
    )
    all_cells = dict(read_cells(connection))
    cells = {n: cell for n, cell in all_cells.items() if around.matches(cell)}
    meant = [number for number, cell in cells.items() if chosen.matches(cell)]
    values = {
        "since": milliseconds(chosen.since),
        "cells": json_list(meant),
        "all": len(meant) == len(all_cells),
        "most": most,
    }
    wanted = {cells[number].subject for number in meant}
    pairs = _Pairs(cells, wanted)
    for (word, sitting, order), count in _lists(connection, values).items():
        pairs.count(word, sitting, count, drawn=order == "drawn")
    return pairs.together()


def _lists(
    connection: sqlite3.Connection, values: Mapping[str, object]
) -> Counter[tuple[str, int, Order]]:
    """Count equal lists of one sitting; those of several servers are one."""
    rows = connection.execute(_NEWEST, values).fetchall()
    places = Counter(place for _, place, shown_at, *_ in rows if shown_at and place)
    found: Counter[tuple[str, int, Order]] = Counter()
    apart: list[Listed] = []
    for surface, place, shown_at, choice, method, sitting, order, word in rows:
        if shown_at and places[place] > 1:
            apart.append(
                Listed(
                    surface=surface,
                    place=place,
                    shown_at=shown_at,
                    choice=choice,
                    method=method,
                    file="",
                    began=shown_at,
                    at=shown_at,
                    order=order,
                    sitting=sitting,
                    word=word,
                )
            )
        else:
            found[word, sitting, order] += 1
    for listed in join(apart):
        assert listed.sitting is not None
        found[listed.word, listed.sitting, listed.order] += 1
    return found


_Counts = dict[tuple[int, int, bool], Both]


class _Pairs:
    """Pairs of models, and what came of the lists in which both stood."""

    def __init__(self, cells: Mapping[int, Cell], wanted: Iterable[Subject]) -> None:
        self._cells = cells
        self._wanted = {*wanted}
        self._counts: dict[tuple[Subject, Subject], _Counts] = {}

    def count(self, word: str, sitting: int, count: int, *, drawn: bool) -> None:
        """Take a list that was seen so often in a sitting."""
        stood = self._stood(word)
        sharing = sum(item.is_taken for item in stood.values())
        for one, other in combinations(sorted(stood), 2):
            if one in self._wanted or other in self._wanted:
                above = stood[one].position - stood[other].position
                order = (above > 0) - (above < 0)
                counts = self._counts.setdefault((one, other), {})
                both = counts.setdefault((sitting, order, drawn), Both())
                both.lists += count
                both.one += count * stood[one].is_taken / max(sharing, 1)
                both.other += count * stood[other].is_taken / max(sharing, 1)

    def together(self) -> tuple[Together, ...]:
        """Give the pairs."""
        return tuple(
            Together(one=one, other=other, counts=counts)
            for (one, other), counts in sorted(self._counts.items(), key=_by_names)
        )

    def _stood(self, word: str) -> dict[Subject, Item]:
        """Give who stood in a list; of several entries of one model the taken one."""
        stood: dict[Subject, Item] = {}
        for item in _best_first(unpack(word)):
            cell = self._cells.get(item.cell)
            if cell is not None:
                stood.setdefault(cell.subject, item)
        return stood


def _best_first(items: Iterator[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (not item.is_taken, item.position))


def _by_names(pair: tuple[tuple[Subject, Subject], object]) -> tuple[Subject, Subject]:
    return pair[0]
