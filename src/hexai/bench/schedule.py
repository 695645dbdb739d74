"""In which order cells are asked, and which of them beside which; pure.

A *lane* is what can only be asked one after the other to be measured right: all models
that share this machine's processor, or one upstream elsewhere. Lanes go on beside each
other. Within a lane all contenders get a task before the next one, but where a server
holds one model at a time: there a round of tasks is asked of one model, then of the
next, since each change of models would take longer than an answer.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from math import inf

from msgspec import Struct

from hexai.domain.bench import Item

APART = 4
"""Tasks that lie between two of one file, as long as there are others."""
ROUND = 20
"""Tasks that one model is asked before the next one is loaded."""
AT_ONCE = 4
"""Requests at once at one place, at most; fewer where an upstream's limit is lower."""


class Seat(Struct, frozen=True, kw_only=True):
    """Where a contender is asked."""

    place: str
    """What it shares with others: this machine, or an upstream elsewhere."""
    model: str
    """What has to be loaded to ask it; empty where nothing ever has to be."""
    keeps: str = ""
    """What may keep a prompt: contenders of one model at one upstream share it."""
    at_once: int | None = None
    """Requests that its upstream takes at once; None: it sets no limit."""
    alone: bool = False
    """Requests beside each other would slow each other down."""


class Lane(Struct, frozen=True, kw_only=True):
    """What is asked one after the other, or a few at once."""

    place: str
    contenders: tuple[int, ...]
    at_once: int
    rounds: tuple[tuple[int, ...], ...] = ()
    """Contenders of one model each, where models push each other out; else empty."""

    def cells(self, tasks: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Give its cells in the order in which they are asked: (task, contender).

        Task by task, all contenders of each; with `rounds`, some tasks of one model
        before the same of the next. Who is first changes with each task: the first may
        find a cold cache.
        """
        if not self.rounds:
            yield from _in_turns(tasks, self.contenders)
            return
        for start in range(0, len(tasks), ROUND):
            for group in self.rounds:
                yield from _in_turns(tasks[start : start + ROUND], group)


def _in_turns(
    tasks: Iterable[int], contenders: tuple[int, ...]
) -> Iterator[tuple[int, int]]:
    for number, task in enumerate(tasks):
        first = number % len(contenders)
        for contender in (*contenders[first:], *contenders[:first]):
            yield task, contender


def lanes_of(seats: Sequence[Seat]) -> tuple[Lane, ...]:
    """Sort contenders into lanes, in the order of their first ones."""
    places = list(dict.fromkeys(seat.place for seat in seats))
    return tuple(
        _lane(place, {i: s for i, s in enumerate(seats) if s.place == place})
        for place in places
    )


def _lane(place: str, seats: dict[int, Seat]) -> Lane:
    alone = any(seat.alone for seat in seats.values())
    limits = [seat.at_once for seat in seats.values() if seat.at_once is not None]
    loaded = {seat.model for seat in seats.values() if seat.model}
    rounds: tuple[tuple[int, ...], ...] = ()
    if len(loaded) > 1:
        by_model = sorted(seats, key=lambda index: (seats[index].model, index))
        rounds = tuple(
            tuple(group)
            for _, group in groupby(by_model, key=lambda index: seats[index].model)
        )
    return Lane(
        place=place,
        contenders=tuple(seats),
        at_once=1 if alone else max(1, min([AT_ONCE, *limits])),
        rounds=rounds,
    )


def cold_cells(
    lane: Lane, order: Sequence[int], tasks: Sequence[Item], seats: Sequence[Seat]
) -> frozenset[tuple[int, int]]:
    """Give the first cell of each file, for each of those who may keep prompts.

    It follows from the order alone, so that a bench which is resumed has the same.
    """
    seen: set[tuple[str, str]] = set()
    cold = []
    for task, contender in lane.cells(order):
        read = seats[contender].keeps or str(contender), tasks[task].path
        if read not in seen:
            seen.add(read)
            cold.append((task, contender))
    return frozenset(cold)


def spread(tasks: Sequence[Item]) -> tuple[int, ...]:
    """Order tasks so that those of one file are not asked in a row.

    What an upstream keeps of one prompt would else make the next one quicker and
    cheaper than an editor would ever see it. They come late rather than early, so that
    the blocks stay nearly in the order in which they were drawn.
    """
    order: list[int] = []
    last_asked: dict[str, int] = {}
    waiting: dict[str, deque[int]] = {}
    """By file; of one that was not asked lately nothing waits, so there are few."""

    def take(path: str) -> None:
        last_asked[path] = len(order)
        order.append(waiting[path].popleft())
        if not waiting[path]:
            del waiting[path]

    def ago(path: str) -> float:
        return len(order) - last_asked[path] if path in last_asked else inf

    def first_free() -> str | None:
        free = (path for path in waiting if ago(path) > APART)
        return min(free, key=lambda path: waiting[path][0], default=None)

    for index, task in enumerate(tasks):
        waiting.setdefault(task.path, deque()).append(index)
        while (free := first_free()) is not None:
            take(free)
    while waiting:
        free = first_free()
        take(max(waiting, key=ago) if free is None else free)
    return tuple(order)
