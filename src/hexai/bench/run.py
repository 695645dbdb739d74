"""Runs a bench: every lane beside the others, every cell kept before the next begins.

What is asked, and how an answer is scored, is the asker's; here is who is next, who is
set aside, what is known by now, and when to stop. A cell counts for a verdict only with
its block, and blocks in the order in which they were drawn.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import partial
from math import inf
from statistics import median
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from hexai.bench.budget import Purse
from hexai.bench.known import Known
from hexai.bench.patience import Patience
from hexai.bench.replies import Later, Refusal, Unpaid
from hexai.bench.schedule import Lane, Seat, cold_cells, lanes_of, spread
from hexai.domain.bench import Cell, Ending, Item

LEAD = 40
"""Tasks that a lane may be ahead of the slowest: what nobody else has answered yet may
never count, and somebody is paid for it."""
_UNPAID = 3
"""Times that a cell may find the purse too light for its retries."""
_QUIET = 10.0
"""Seconds from which on it is told that an answer is waited for."""
_STUCK = 120.0
"""Seconds from which on nobody waits for whom no answer comes from."""
_LATELY = 20
"""Cells by whose time it is told how long the rest takes."""


class Filled(Struct, frozen=True, kw_only=True):
    """A cell, and what else is to be known of how it came."""

    cell: Cell
    cause: str = ""
    """The kind of a failure; empty for none."""
    spent: Decimal = Decimal(0)
    """What the purse was charged for it, in USD: where its price is not known for sure,
    more than the cell says."""
    refusal: Refusal = Refusal.NONE


Result = Filled | Later | Unpaid


T = TypeVar("T", bound=Item)
T_contra = TypeVar("T_contra", bound=Item, contravariant=True)


class Asks(Protocol[T_contra]):
    """Who asks the cells of a bench."""

    @property
    def requests(self) -> int:
        """Those of a cell."""

    def seats(self) -> tuple[Seat, ...]:
        """Say where each contender is asked."""

    def most_usd(self, task: T_contra, index: int) -> Decimal | None:
        """Give the most that one attempt may cost; None: nobody knows."""

    async def fill(
        self, task: T_contra, index: int, *, cold: bool, begins: Callable[[], None]
    ) -> Result:
        """Ask and score one cell; `cold`: the first one of its file.

        `begins` is called when it is really asked, having waited for people.
        """


class Keeps(Protocol):
    """Who writes down what is known."""

    def reserve(self, task: str, contender: int, most: Decimal) -> None:
        """Write what a cell that begins may cost at most."""

    def put(self, cell: Cell, spent: Decimal) -> None:
        """Write a cell, and what it may have cost."""

    def drop(self, task: str, contender: int, spent: Decimal) -> None:
        """Write that a cell which began says nothing by now, and what it cost."""


class Wait(Struct, frozen=True, kw_only=True):
    """A contender that holds something up."""

    contender: int
    seconds: float | None = None
    """After which it is asked again, or, without a `reason`, since it was asked; None:
    nobody knows."""
    reason: str = ""
    """Why it is not asked now; empty: it was, and has not answered."""


class Progress(Struct, frozen=True, kw_only=True):
    """How far a bench has come."""

    cells: tuple[int, ...]
    """By contender."""
    tasks: int
    """Each contender's, in all."""
    spent: Decimal
    """As far as it is known."""
    is_spent_known: bool
    reserved: Decimal
    left: float | None
    """Seconds until all is asked, about; None while nobody knows."""
    aside: Mapping[int, str]
    waits: tuple[Wait, ...]


class Bench(Generic[T]):
    """One bench on its way."""

    def __init__(
        self,
        tasks: Sequence[T],
        known: Known,
        asks: Asks[T],
        keeps: Keeps,
        purse: Purse,
    ) -> None:
        """Ask nobody yet; what is `known` already is not asked again."""
        self.tasks = tasks
        self.known = known
        self.purse = purse
        self._asks = asks
        self._keeps = keeps
        self.on_change: Callable[[], None] = lambda: None
        """Is called when anything has changed, for who shows it."""
        order, seats = spread(tasks), asks.seats()
        lanes = lanes_of(seats)
        self._lanes = [_LaneState(lane, order) for lane in lanes]
        self._cold = frozenset[tuple[int, int]]().union(
            *(cold_cells(lane, order, tasks, seats) for lane in lanes)
        )
        self._patience = [
            Patience(has_answered=known.has_answered(index))
            for index in range(known.contenders)
        ]
        self._begun: dict[tuple[str, int], float] = {}
        self._unpaid: dict[int, None] = {}
        """Whose next cell waits for money."""
        self._changed = asyncio.Condition()
        self._ending = Ending.DECIDED if known.is_settled else None
        self._times = {i: deque[float](maxlen=_LATELY) for i in range(known.contenders)}

    async def run(self) -> Ending:
        """Ask what is missing; gives why nothing more is asked.

        What is under way when that is known ends as it would have.
        """
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes:
                for _ in range(lane.lane.at_once):
                    group.create_task(self._work(lane))
        return self._ending or Ending.DONE

    def progress(self) -> Progress:
        """Say how far it has come."""
        return Progress(
            cells=tuple(map(self.known.counts.__getitem__, self._times)),
            tasks=len(self.tasks),
            spent=self.purse.spent,
            is_spent_known=self.purse.is_known,
            reserved=self.purse.reserved,
            left=self._seconds_left(),
            aside=self.known.aside,
            waits=tuple(self._waits()),
        )

    def _waits(self) -> Iterator[Wait]:
        now = asyncio.get_running_loop().time()
        for index in self._unpaid:
            yield Wait(contender=index, reason="the rest of the budget is reserved")
        for index, patience in enumerate(self._patience):
            if index in self.known.aside:
                continue
            quiet = self._quiet(index, now)
            if left := patience.left(now):
                yield Wait(contender=index, seconds=left, reason=patience.reason)
            elif quiet > _QUIET:
                yield Wait(contender=index, seconds=quiet)

    async def _work(self, lane: "_LaneState") -> None:
        while not self._is_over():
            found = lane.next(self.known.lacks, self._seconds_to_wait)
            if found is None:
                break
            if isinstance(found, float):
                await self._wait_for(found)
                continue
            while not self._is_over() and not self._is_near(lane):
                await self._wait_for(_QUIET)
            if self._seconds_to_wait(found[1]):
                lane.put_off(found)
            elif self.known.lacks(*found) and not self._is_over():
                await self._fill(lane, *found)
            await self._tell()
        await self._tell()

    def _seconds_to_wait(self, index: int) -> float:
        """Give the seconds after which a contender may be asked again."""
        return self._patience[index].left(asyncio.get_running_loop().time())

    def _is_over(self) -> bool:
        return self._ending is not None

    def _is_near(self, lane: "_LaneState") -> bool:
        """Tell whether a lane may go on, with the slowest one so far behind."""
        others = (
            each.tasks
            for each in self._lanes
            if not each.is_over and not self._is_short(each.lane.contenders)
        )
        return lane.tasks - min(others, default=inf) <= LEAD

    def _is_short(self, contenders: Sequence[int]) -> bool:
        """Tell whether all of some fail now, or one is stuck: nobody waits for them."""
        now = asyncio.get_running_loop().time()
        fail = (
            i in self.known.aside or self._patience[i].is_short(now) for i in contenders
        )
        return all(fail) or any(self._quiet(i, now) > _STUCK for i in contenders)

    def _quiet(self, index: int, now: float) -> float:
        """Give the seconds since a contender was asked what it has not answered."""
        begun = (at for (_, whose), at in self._begun.items() if whose == index)
        return now - min(begun, default=now)

    async def _tell(self) -> None:
        """Let those look again who wait for something."""
        async with self._changed:
            self._changed.notify_all()

    async def _wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so, or the bench is over."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._is_over() or is_so())

    async def _wait_for(self, seconds: float) -> None:
        """Wait so long, or until anything has changed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait()

    async def _fill(self, lane: "_LaneState", place: int, index: int) -> None:
        """Ask one cell; one that says nothing yet is put off."""
        task, cold = self.tasks[place], (place, index) in self._cold
        now, unpaid = asyncio.get_running_loop().time, 0
        while await self._can_pay(place, index):
            cell = task.id, index
            begins = partial(self._begin, cell)
            try:
                result = await self._asks.fill(task, index, cold=cold, begins=begins)
            finally:
                began = self._begun.pop(cell, now())
            match result:
                case Filled() if self._patience[index].is_refused(result.refusal):
                    self._keeps.drop(*cell, result.spent)
                    self._set_aside(index, result.cell.error)
                    break
                case Filled():
                    self._note(index, result, now() - began)
                    break
                case Later():
                    self._keeps.drop(*cell, result.spent)
                    why = self._patience[index].put_off(result, now())
                    self._set_aside(index, why)
                    lane.put_off((place, index))
                    break
                case Unpaid():
                    self._keeps.drop(*cell, result.spent)
                    unpaid += 1
                    if unpaid == _UNPAID:
                        self._ending = self._ending or Ending.SPENT

    def _begin(self, cell: tuple[str, int]) -> None:
        """Note when a cell is asked, by the first of its requests."""
        self._begun.setdefault(cell, asyncio.get_running_loop().time())

    def _note(self, index: int, filled: Filled, seconds: float) -> None:
        """Keep a cell before anything else begins, and see what it changes."""
        self._keeps.put(filled.cell, filled.spent)
        self._times[index].append(seconds)
        self.known.take(filled.cell)
        if filled.cause:
            error = filled.cell.error
            self._set_aside(index, self._patience[index].failed(filled.cause, error))
        else:
            self._patience[index].answered()
        self._look()

    async def _can_pay(self, place: int, index: int) -> bool:
        """Wait until the purse holds what a cell may cost; False: it never will."""
        task = self.tasks[place]
        most = self._asks.most_usd(task, index)
        if most is None and self.purse.limit is not None:
            reason = "there is a budget, and what it costs at most is not known"
            self._set_aside(index, reason)
            return False
        in_all = self._asks.requests * (most or Decimal(0))
        if not self.purse.holds(in_all):
            self._unpaid[index] = None
            await self._wait_until(
                lambda: self.purse.holds(in_all) or not self.purse.reserved
            )
            self._unpaid.pop(index, None)
            if not self.purse.holds(in_all):
                self._ending = self._ending or Ending.SPENT
        if self._is_over():
            return False
        if in_all:
            self._keeps.reserve(task.id, index, in_all)
        return True

    def _set_aside(self, index: int, reason: str | None) -> None:
        """Ask a contender no more, if there is a reason."""
        if reason is not None:
            self.known.set_aside(index, reason)
        self._look()

    def _look(self) -> None:
        """See whether there is more to find out, and tell who shows it."""
        if self._ending is None and self.known.is_settled:
            self._ending = Ending.DECIDED
        self.on_change()

    def _seconds_left(self) -> float | None:
        lanes = []
        for lane in self._lanes:
            seconds = 0.0
            for index in lane.lane.contenders:
                missing = len(self.tasks) - self.known.counts[index]
                if index in self.known.aside or not missing:
                    continue
                if not self._times[index]:
                    return None
                seconds += missing * median(self._times[index])
            lanes.append(seconds / lane.lane.at_once)
        return max(lanes, default=0.0)


class _LaneState:
    """How far a lane has come."""

    def __init__(self, lane: Lane, order: Sequence[int]) -> None:
        self.lane = lane
        self._cells = lane.cells(order)
        self._begun = 0
        self._put_off: list[tuple[int, int]] = []
        self.is_over = False
        """Nothing is left of it to begin."""

    @property
    def tasks(self) -> float:
        """Tasks that it has begun."""
        return (self._begun - len(self._put_off)) / len(self.lane.contenders)

    def put_off(self, cell: tuple[int, int]) -> None:
        """Give a cell once more, before any that was not given yet."""
        self._put_off.append(cell)
        self.is_over = False

    def next(
        self,
        is_wanted: Callable[[int, int], bool],
        seconds: Callable[[int], float],
    ) -> tuple[int, int] | float | None:
        """Give the next cell that is still wanted; None if there is none.

        Those of contenders who are not to be asked for some `seconds` are put off;
        where nothing else is left, the least of these is given.
        """
        self._put_off = [cell for cell in self._put_off if is_wanted(*cell)]
        for cell in self._put_off:
            if not seconds(cell[1]):
                self._put_off.remove(cell)
                return cell
        for cell in self._cells:
            self._begun += 1
            if not is_wanted(*cell):
                continue
            if not seconds(cell[1]):
                return cell
            self._put_off.append(cell)
        self.is_over = not self._put_off
        return min((seconds(index) for _, index in self._put_off), default=None)
