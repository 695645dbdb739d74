"""What the lists and votes of a ledger come to, as outcomes for the ratings; pure.

There are many runs and few different things that they tell, so each is read once.
"""

from collections.abc import Iterable, Mapping
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.choice import Choice
from hexai.domain.figures import Cell
from hexai.domain.ranking import Model, Rated
from hexai.ledger.packed import Item, Told, read_told
from hexai.ledger.ratings.trials import Instead, Pattern, Trials

_INSTEAD: Mapping[str, Instead] = {
    Choice.NONE: Instead.NONE,
    Choice.BAD: Instead.NONE,
    Choice.TIE: Instead.TIE,
}

Same = tuple[tuple[int, int], ...]
"""Pairs of contenders that gave the same text."""

Key = tuple[str | None, Same]
"""What a run tells, None for nothing, and its equal texts."""


class Known(Struct, frozen=True):
    """What is known of a key."""

    since: int
    """When the first run of this key began, of those that were read."""
    trials: Trials | None = None
    """Where such a run is a trial; None where it is none."""
    number: int = -1
    """That of its outcome there."""


class Outcomes:
    """What was read so far, and what it came to on each surface."""

    def __init__(self, cells: Mapping[int, Cell]) -> None:
        """Only lists count all of whose items are of these `cells`."""
        self.known: dict[Key, Known] = {}
        self.choices: dict[str, Choices] = {}
        self._cells = cells

    def learn(self, key: Key, began: int) -> Known:
        """Read what was not seen before, or in no run that began so early."""
        known = self.known[key] = self._read(*key, began)
        return known

    def _read(self, text: str | None, same: Same, began: int) -> Known:
        if text is None:
            return Known(began)
        told = read_told(text)
        if any(item.cell not in self._cells for item in told.items):
            return Known(began)
        surface = self._cells[told.items[0].cell].surface
        if surface not in self.choices:
            self.choices[surface] = Choices(self._cells)
        choices = self.choices[surface]
        number = choices.learn(told, same, began)
        return Known(began) if number is None else Known(began, choices.trials, number)


class Choices:
    """What was chosen on one surface, and the models that it was chosen among."""

    def __init__(self, cells: Mapping[int, Cell]) -> None:
        self.trials = Trials()
        self.models: dict[Model, Rated] = {}
        self.returned: dict[tuple[Model, int], int] = {}
        """When each model was first called by each name, in milliseconds."""
        self._cells = cells

    def learn(self, told: Told, same: Same, began: int) -> int | None:
        """Meet who gave the items; gives the outcome's number, if it is a trial."""
        for item in told.items:
            self._meet(item, began)
        items = [*_join_same(told.items, same).values()]
        pattern = Pattern(
            kind=told.kind,
            items=tuple(
                tuple(sorted({_identity(self._cells[x.cell]) for x in each}))
                for each in items
            ),
            drawn=told.drawn,
            joined=told.joined,
        )
        taken = [i for i, each in enumerate(items) if any(map(_is_taken, each))]
        decided = _INSTEAD.get(told.choice, taken[0] if taken else None)
        if decided is None or len(pattern.models) < 2:
            return None
        if len(taken) > 1:
            pattern = replace(pattern, together=tuple(taken))
        return self.trials.number(pattern, decided)

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


_is_taken = attrgetter("is_taken")


def _identity(cell: Cell) -> Model:
    """Name a model: the same one at the same upstream is one, whoever configured it."""
    return f"{cell.upstream} {cell.model}"


def _join_same(items: Iterable[Item], same: Same) -> dict[int, list[Item]]:
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
