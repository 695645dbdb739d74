"""What is known of a bench by its cells: who is ahead, and at what price; pure.

Blocks count in the order in which they were drawn, for each two contenders once both
have answered them: else the answers that come late are the bad ones. So who is slow, or
fails, holds up what is known of itself, and of nobody else.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import combinations, groupby, takewhile

from hexai.bench.compare import Comparison
from hexai.bench.duel import WIDEST
from hexai.bench.figures import Block, Figures, Row, figures_of
from hexai.bench.standing import Cheapest
from hexai.domain.bench import SILENT, BenchRecord, Cell, Task, TaskRecord

SHARES = 1.0
"""How far two contenders may differ in shares of checks that are passed."""


class Known:
    """The cells of a bench, and what they say."""

    def __init__(
        self,
        tasks: Sequence[TaskRecord],
        contenders: int,
        *,
        margin: float,
        deadline: float,
        aside: Mapping[int, str] | None = None,
        span: float = WIDEST,
    ) -> None:
        """Know nothing yet, but who is not asked.

        Figures lie within `span`.
        """
        self.tasks = tasks
        self.contenders = contenders
        self.aside = dict(aside or {})
        """Why contenders are asked no more."""
        self.cells: dict[tuple[int, int], Cell] = {}
        """By the places of task and contender."""
        self.counts = Counter[int]()
        """Cells of each contender."""
        self.comparison = Comparison(contenders, margin=margin, span=span)
        self._deadline, self._margin = deadline, margin
        self.whole = False
        """It is never settled by what is known: all answers are wanted."""
        self._places = {task.id: place for place, task in enumerate(tasks)}
        self._blocks = _blocks(tasks)
        self._reader = _Reader(self._blocks, self.comparison, self.cells, self._counted)

    @classmethod
    def of(cls, bench: BenchRecord) -> "Known":
        """Give what is known of a bench that was recorded."""
        plan = bench.plan
        known = cls(
            plan.tasks,
            len(plan.contenders),
            margin=plan.margin,
            deadline=plan.deadline,
            aside=bench.aside,
            span=SHARES if plan.asks_questions else WIDEST,
        )
        known.whole = plan.whole
        known.take(*bench.cells)
        return known

    def take(self, *cells: Cell) -> None:
        """Take cells, each once; those of other tasks are left alone."""
        for cell in cells:
            place = self._places.get(cell.task)
            if place is not None and (place, cell.contender) not in self.cells:
                self.cells[place, cell.contender] = cell
                self.counts[cell.contender] += 1
        self._reader.read()

    def set_aside(self, index: int, reason: str) -> None:
        """Wait for a contender no more."""
        self.aside[index] = reason

    def lacks(self, place: int, index: int) -> bool:
        """Tell whether a cell is still to be asked."""
        return index not in self.aside and (place, index) not in self.cells

    def has_answered(self, index: int) -> bool:
        """Tell whether a contender ever said anything."""
        return any(cell.state not in SILENT for cell in self.cells_of(index))

    @property
    def is_settled(self) -> bool:
        """Whether all is known of those who are still asked."""
        compared = 0 if self.whole else self.contenders - len(self.aside)
        return compared > 1 and self.comparison.is_settled(self.aside)

    def cells_of(self, index: int) -> list[Cell]:
        """Give the cells of a contender."""
        return [cell for (_, whose), cell in self.cells.items() if whose == index]

    def passed(self, index: int) -> tuple[int, int]:
        """Count the answers of a contender that pass the tests, and those tried."""
        said = [c.passes for c in self.cells_of(index) if c.passes is not None]
        return sum(said), len(said)

    def prices(self) -> tuple[Decimal | None, ...]:
        """Give what a task cost on average, by contender; None: nobody knows."""
        return tuple(mean_cost(self.cells_of(i)) for i in range(self.contenders))

    def characters_saved(self, cells: Iterable[Cell]) -> float:
        """Count the characters that nobody would have had to type, for these cells."""
        written = {task.id: task.characters for task in self.tasks}
        return sum(c.score.saved * written[c.task] for c in cells if c.score)

    def cheapest(self) -> Cheapest:
        """Find the cheapest of those that are not worse."""
        prices = [None if price is None else float(price) for price in self.prices()]
        asked = [i for i in range(self.contenders) if i not in self.aside]
        lacking = {i for i in asked if self.counts[i] < len(self.tasks)}
        waited = [p for p in combinations(asked, 2) if not lacking.isdisjoint(p)]
        return self.comparison.cheapest(prices, waited)

    def passing(self) -> Comparison:
        """Compare by the tests alone, where they say something of all contenders."""
        comparison = Comparison(self.contenders, margin=self._margin)
        _Reader(self._blocks, comparison, self.cells, _by_tests).read()
        return comparison

    @property
    def blocks(self) -> list[Block]:
        """Those that all have answered who are still asked, in their order."""
        asked = [i for i in range(self.contenders) if i not in self.aside]
        whole = takewhile(lambda places: self._have(asked, places), self._blocks)
        return [self._block(places) for places in whole] if asked else []

    def _have(self, contenders: Iterable[int], places: Sequence[int]) -> bool:
        return all((place, i) in self.cells for place in places for i in contenders)

    def _counted(self, cell: Cell) -> Figures | None:
        return counted(cell, self._deadline)

    def _block(self, places: Sequence[int]) -> Block:
        rows = tuple(self._row(place) for place in places)
        return Block(commit=self.tasks[places[0]].commit, rows=rows)

    def _row(self, place: int) -> Row:
        task = self.tasks[place]
        cells = (self.cells.get((place, i)) for i in range(self.contenders))
        return Row(
            figures=tuple(None if c is None else self._counted(c) for c in cells),
            language=task.language,
            kind=task.kind,
        )


class _Reader:
    """Reads blocks to a comparison in their order, for each two as far as both are."""

    def __init__(
        self,
        blocks: Sequence[Sequence[int]],
        comparison: Comparison,
        cells: Mapping[tuple[int, int], Cell],
        counted: Callable[[Cell], Figures | None],
    ) -> None:
        """Read nothing yet; `counted` says what a cell counts for."""
        self._blocks, self._cells = blocks, cells
        self._comparison, self._counted = comparison, counted
        singles = range(comparison.contenders)
        self._read: dict[tuple[int, ...], int] = {(i,): 0 for i in singles}
        self._read |= dict.fromkeys(combinations(singles, 2), 0)

    def read(self) -> None:
        """Read what is whole by now."""
        for whose, read in self._read.items():
            number = read
            while number < len(self._blocks) and self._is_whole(number, whose):
                self._add(whose, number)
                number += 1
            self._read[whose] = number

    def _is_whole(self, number: int, whose: tuple[int, ...]) -> bool:
        places = self._blocks[number]
        return all((place, i) in self._cells for place in places for i in whose)

    def _add(self, whose: tuple[int, ...], number: int) -> None:
        rows = [
            [self._counted(self._cells[place, i]) for i in whose]
            for place in self._blocks[number]
        ]
        if len(whose) == 1:
            self._comparison.add_one(whose[0], [one for (one,) in rows])
        else:
            pairs = [(one, other) for one, other in rows]
            self._comparison.add_two((whose[0], whose[1]), pairs)


def counted(cell: Cell, deadline: float) -> Figures | None:
    """Give what a cell counts for; None where it leaves the comparison."""
    if not cell.state.counts:
        return None
    if cell.checks:
        return Figures(saved=sum(cell.checks) / len(cell.checks))
    if cell.score is None:
        return None
    return figures_of(cell.score, cell.warm, deadline, passes=cell.passes)


def _by_tests(cell: Cell) -> Figures | None:
    """Give what tests say of a cell, as what is compared; None if that is nothing."""
    if not cell.state.counts or cell.score is None or cell.passes is None:
        return None
    return Figures(saved=cell.passes)


def mean_cost(cells: Iterable[Cell]) -> Decimal | None:
    """Give what cells cost on average; None if that is not known of each."""
    costs = [cell.cost_usd for cell in cells if cell.state.counts]
    known = [cost for cost in costs if cost is not None]
    if not known or len(known) < len(costs):
        return None
    return sum(known, Decimal(0)) / len(known)


def _blocks(tasks: Sequence[Task | TaskRecord]) -> list[tuple[int, ...]]:
    """Put the places of tasks of one commit together."""
    by_commit = groupby(range(len(tasks)), key=lambda place: tasks[place].commit)
    return [tuple(places) for _, places in by_commit]
