"""Lists of suggestions as SQL packs them, joined where one was seen, and compared.

An item is one number, a list one word, so that a million of them are read in seconds.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, groupby
from typing import Literal, cast

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.figures import Both, By, Filter, Subject, Together
from hexai.domain.record import Choice
from hexai.ledger.cells import Cells
from hexai.ledger.database import json_list, milliseconds
from hexai.ledger.threads import IS_FIRST_VOTE

PACKED = """
    (((idx << 9 | coalesce(position, ordinal)) << 1 | (taken IS NOT NULL)) << 21
    | cell) << 24 | ifnull(returned_model, 0)
"""
"""What packs a row of `contender`: 8 bits of index, 9 of place, 1 of whether it was
taken, 21 of cell, and 24 of what the upstream called the model."""
ORDER = "CASE WHEN seed IS NULL THEN 'fixed' ELSE 'drawn' END"
"""What tells of a row of `run` how its items were ordered."""
_PLACE = 46


class PackedItem(Struct, frozen=True, order=True):
    """One contender's part in a list; sorted from first to last."""

    position: int
    index: int
    cell: int
    is_taken: bool
    returned: int


class Told(Struct, frozen=True, kw_only=True):
    """What a list or vote tells."""

    items: tuple[PackedItem, ...]
    """From first to last."""
    kind: Literal["list", "vote"]
    drawn: bool
    """Whether the order of the items was drawn."""
    joined: bool
    """Whether it is of several servers, so that nobody can draw its order."""
    choice: str


Order = Literal["drawn", "fixed", "joined"]


def tell(word: str, *, order: Order, choice: str) -> str:
    """Write what a list tells."""
    return f"{word} list {order} {choice}"


def read_told(text: str) -> Told:
    """Read what a list or vote tells."""
    word, kind, order, choice = text.split(" ")
    return Told(
        items=tuple(sorted(unpack(word))),
        kind=cast("Literal['list', 'vote']", kind),
        drawn=order == "drawn",
        joined=order == "joined",
        choice=choice,
    )


def unpack(word: str) -> Iterator[PackedItem]:
    """Read a word."""
    for part in word.split(","):
        packed = int(part)
        yield PackedItem(
            position=packed >> _PLACE & 0x1FF,
            index=packed >> 55,
            cell=packed >> 24 & 0x1FFFFF,
            is_taken=bool(packed >> 45 & 1),
            returned=packed & 0xFFFFFF,
        )


def stack(words: Iterable[str]) -> str:
    """Make one list of several, one below the other."""
    stacked: list[str] = []
    place = 0
    for word in words:
        above = -1
        for item in sorted(unpack(word)):
            place += above not in (-1, item.position)
            above = item.position
            stacked.append(_pack(item, position=place, index=len(stacked)))
        place += 1
    return ",".join(stacked)


def _pack(item: PackedItem, *, position: int, index: int) -> str:
    low = item.is_taken << 45 | item.cell << 24 | item.returned
    return str(index << 55 | position << _PLACE | low)


_TOGETHER_MS = 5000
"""Within which runs of one place are one list, of an editor with several servers."""


class DecidedList(Struct, frozen=True):
    """A list or vote that was decided."""

    surface: str
    choice: str
    method: str
    file: str
    began: int
    """When its run began, in milliseconds."""
    at: int
    """When it was decided, in milliseconds."""
    order: Order
    sitting: int | None
    """The number of the sitting in which it was decided; None where not recorded."""
    word: str
    """The packed items."""
    place: str
    shown_at: int
    """When an editor's list was shown, in milliseconds; 0 for none."""


def join(lists: Iterable[DecidedList]) -> Iterator[DecidedList]:
    """Join those that were shown together at one place.

    What was shown first is taken to stand higher, so their order is not drawn.
    """
    ordered = sorted(lists, key=lambda each: (*_place(each), each.shown_at))
    for _, at_place in groupby(ordered, _place):
        together: list[DecidedList] = []
        for each in at_place:
            if together and each.shown_at - together[0].shown_at > _TOGETHER_MS:
                yield _one(together)
                together = []
            together.append(each)
        yield _one(together)


def _place(listed: DecidedList) -> tuple[str, str]:
    return listed.surface, listed.place


def _one(together: list[DecidedList]) -> DecidedList:
    taken = (each for each in together if each.choice != Choice.NONE)
    decided = next(taken, together[0])
    if len(together) == 1:
        return decided
    return replace(decided, order="joined", word=stack(each.word for each in together))


MOST = 10_000
"""Lists that are read, the newest: so many pin a share down to one percent."""

_NEWEST = f"""
WITH newest AS (
    SELECT number, surface, place, shown_at, choice, method, sitting,
        {ORDER} AS ordered FROM run
    WHERE started_at >= :since AND choice IS NOT NULL AND {IS_FIRST_VOTE}
        AND (:all OR EXISTS (
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
    connection: sqlite3.Connection,
    chosen: Filter,
    by: By = "entry",
    *,
    most: int = MOST,
) -> tuple[Together, ...]:
    """Count the newest lists for every pair of subjects that stood in some together.

    Of each pair one at least matches `chosen.model`.
    """
    around = Filter(
        surface=chosen.surface, language=chosen.language, project=chosen.project
    )
    cells = Cells(connection, by)
    there = {number: cells.subjects[number] for number in cells.matching(around)}
    meant = [*cells.matching(chosen)]
    values = {
        "since": milliseconds(chosen.since),
        "cells": json_list(meant),
        "all": len(meant) == len(cells.all),
        "most": most,
    }
    pairs = _Pairs(there, {there[number] for number in meant})
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
    apart: list[DecidedList] = []
    for surface, place, shown_at, choice, method, sitting, order, word in rows:
        if shown_at and places[place] > 1:
            apart.append(
                DecidedList(
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
    """Pairs of subjects, and what came of the lists in which both stood."""

    def __init__(
        self, subjects: Mapping[int, Subject], wanted: Iterable[Subject]
    ) -> None:
        self._subjects = subjects
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

    def _stood(self, word: str) -> dict[Subject, PackedItem]:
        """Give who stood in a list; of several of one subject the taken one."""
        stood: dict[Subject, PackedItem] = {}
        for item in _best_first(unpack(word)):
            subject = self._subjects.get(item.cell)
            if subject is not None:
                stood.setdefault(subject, item)
        return stood


def _best_first(items: Iterator[PackedItem]) -> list[PackedItem]:
    return sorted(items, key=lambda item: (not item.is_taken, item.position))


def _by_names(pair: tuple[tuple[Subject, Subject], object]) -> tuple[Subject, Subject]:
    return pair[0]
