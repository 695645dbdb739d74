"""What a bench will take: tokens, money and time, as bounds and then as a forecast.

Before anything is asked, only bounds can be told: how many tokens a text is, each
tokenizer says otherwise, and how long an answer gets nobody knows. After a few cells
both are known well, since the tokens of one tokenizer are in proportion to our
estimate.
"""

from collections.abc import Container, Iterable, Sequence
from decimal import Decimal
from statistics import fmean

from msgspec import Struct

from hexai.bench.asker import Asker, T
from hexai.bench.replies import Answer
from hexai.bench.sizes import Sizes
from hexai.domain.provider import Held
from hexai.engine.decide import prompt_room

ENOUGH = 5
"""Cells after which a forecast is one."""
_FEWEST = 0.75
"""Tokens of a text that no tokenizer stays below, as a share of our estimate."""


class Estimate(Struct, frozen=True, kw_only=True):
    """What a contender would be sent and charged, at least and at most."""

    tokens_in: tuple[int, int]
    tokens_out: tuple[int, int | None]
    """None: its answers have no limit."""
    usd: tuple[Decimal, Decimal] | None
    """None: nobody knows what it costs, or at most."""


def estimate(
    tasks: Iterable[T],
    asker: Asker[T],
    done: Container[tuple[str, int]] = (),
) -> tuple[Estimate, ...]:
    """Compose every task, and say what each contender would take.

    `done` has the cells that are not asked again, by task and contender.
    """
    sums = [_Sum() for _ in asker.targets]
    for task in tasks:
        for index, each in enumerate(sums):
            if (task.id, index) not in done:
                each.add(asker, task, index)
    return tuple(each.estimate() for each in sums)


class _Sum:
    """The bounds of one contender, while they are added up."""

    def __init__(self) -> None:
        self._in = [0, 0]
        """Tokens at least and at most, as the next."""
        self._out = [0, 0]
        self._is_limited = True
        self._usd: list[Decimal] | None = [Decimal(0), Decimal(0)]

    def add(self, asker: Asker[T], task: T, index: int) -> None:
        """Add the requests of a task."""
        count = asker.requests  # of one task
        least, most, limit = asker.tokens(task, index)
        self._in[0] += count * int(least * _FEWEST)
        self._in[1] += count * most
        self._out[0] += count  # one token each
        self._is_limited = self._is_limited and limit is not None
        self._out[1] += count * (limit or 0)
        costs = asker.usd_between(task, index)
        if costs is None or self._usd is None:
            self._usd = None
        else:
            sums = zip(self._usd, costs, strict=True)
            self._usd = [so_far + count * cost for so_far, cost in sums]

    def estimate(self) -> Estimate:
        """Give the bounds of all tasks that were added."""
        usd = None if self._usd is None else (self._usd[0], self._usd[1])
        most = self._out[1] if self._is_limited else None
        return Estimate(
            tokens_in=(self._in[0], self._in[1]),
            tokens_out=(self._out[0], most),
            usd=usd,
        )


class Forecast:
    """What one contender's tokens come to, by those of the cells so far."""

    def __init__(self, prompts: Sequence[Sizes]) -> None:
        """`prompts` has the sizes of each task's prompt."""
        self._prompts = prompts
        self._estimated = self._reported = 0
        self._out: list[int] = []
        self._is_infilled = self._is_apart = False
        """How the last prompt was sent; those to come are taken to be sent so too."""
        self._room: int | None = None

    def add(self, place: int, answer: Answer) -> None:
        """Learn from the answer to a task whose upstream told its tokens."""
        if answer.estimated or answer.tokens_in is None:
            return
        self._is_infilled, self._is_apart = answer.form
        if answer.held is not None:
            self._room = prompt_room(Held(tokens=answer.held), answer.limit)
        self._estimated += self._size(self._prompts[place])
        self._reported += answer.tokens_in
        self._out.append(answer.tokens_out or 0)

    def tokens(self, places: Sequence[int]) -> tuple[int, int] | None:
        """Forecast the tokens of prompts and answers; None while that is a guess."""
        if len(self._out) < ENOUGH or not self._estimated:
            return None
        factor = self._reported / self._estimated
        sizes = sum(self._size(self._prompts[place]) for place in places)
        return round(sizes * factor), round(fmean(self._out) * len(places))

    def _size(self, sizes: Sizes) -> int:
        size = sizes.chat
        if self._is_infilled:
            size = sizes.apart if self._is_apart else sizes.gap
        return size if self._room is None else min(size, self._room)
