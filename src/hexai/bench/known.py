"""What is known of a bench by its cells: who is ahead, and at what price; pure.

Blocks are compared in the order in which they were drawn, each once all who are still
asked have answered it: else the answers that come late are the bad ones.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby

from hexai.bench.compare import Comparison
from hexai.bench.duel import WIDEST
from hexai.bench.figures import Block, Figures, Row, figures_of
from hexai.domain.bench import BenchRecord, Cell, Task, TaskRecord

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
        self.blocks: list[Block] = []
        """Those that were compared, in their order."""
        self._deadline, self._margin = deadline, margin
        self.whole = False
        """It is never settled by what is known: all answers are wanted."""
        self._places = {task.id: place for place, task in enumerate(tasks)}
        self._waiting = deque(_blocks(tasks))

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
        self._compare()

    def set_aside(self, index: int, reason: str) -> None:
        """Wait for a contender no more."""
        self.aside[index] = reason
        self._compare()

    def lacks(self, place: int, index: int) -> bool:
        """Tell whether a cell is still to be asked."""
        return index not in self.aside and (place, index) not in self.cells

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

    def passing(self) -> Comparison:
        """Compare by the tests alone, where they say something of all contenders."""
        comparison = Comparison(self.contenders, margin=self._margin)
        for block in self.blocks:
            rows = tuple(filter(None, map(_by_tests, block.rows)))
            if rows:
                comparison.add(Block(commit=block.commit, rows=rows))
        return comparison

    def _compare(self) -> None:
        while self._waiting and self._is_complete(self._waiting[0]):
            block = self._block(self._waiting.popleft())
            self.blocks.append(block)
            self.comparison.add(block)

    def _is_complete(self, places: Sequence[int]) -> bool:
        waited = [i for i in range(self.contenders) if i not in self.aside]
        return bool(waited) and all(
            (place, index) in self.cells for place in places for index in waited
        )

    def _block(self, places: Sequence[int]) -> Block:
        rows = tuple(self._row(place) for place in places)
        return Block(commit=self.tasks[places[0]].commit, rows=rows)

    def _row(self, place: int) -> Row:
        task = self.tasks[place]
        cells = (self.cells.get((place, i)) for i in range(self.contenders))
        return Row(
            figures=tuple(counted(cell, self._deadline) for cell in cells),
            language=task.language,
            kind=task.kind,
        )


def counted(cell: Cell | None, deadline: float) -> Figures | None:
    """Give what a cell counts for; None where it leaves the comparison."""
    if cell is None or not cell.state.counts:
        return None
    if cell.checks:
        return Figures(saved=sum(cell.checks) / len(cell.checks))
    if cell.score is None:
        return None
    return figures_of(cell.score, cell.warm, deadline, passes=cell.passes)


def _by_tests(row: Row) -> Row | None:
    """Give what tests say of a task, as what is compared; None if that is nothing."""
    figures = tuple(
        None if each is None or each.passes is None else Figures(saved=each.passes)
        for each in row.figures
    )
    if all(each is None for each in figures):
        return None
    return Row(figures=figures, language=row.language, kind=row.kind)


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
