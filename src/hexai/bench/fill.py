"""Fills the cells of a bench: asks, says what came of it, and keeps the texts.

What an answer is worth is the business of those that derive from `Filler`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from typing import Generic

from msgspec.structs import replace

from hexai.bench.asker import Asker, Begins, T, nobody_asks
from hexai.bench.replies import Answer, Later, Unpaid
from hexai.bench.run import Filled, Result
from hexai.bench.spending import Forecast
from hexai.domain.bench import SILENT, Cell
from hexai.service.bench_texts import Text
from hexai.service.beside import MACHINE


class Filler(Generic[T]):
    """Fills cells by asking."""

    def __init__(
        self,
        asker: Asker[T],
        tasks: Sequence[T],
        keep: Callable[[Text], None],
        *,
        runs: bool = False,
    ) -> None:
        """`keep` takes the texts, those of a task before the answers to it.

        What `runs` on answers takes this machine's processor, so nothing does while a
        model here is asked.
        """
        self.asker = asker
        self._keep = keep
        self._places = {task.id: place for place, task in enumerate(tasks)}
        sizes = [asker.sizes(task) for task in tasks]
        self.forecasts = [Forecast(sizes) for _ in asker.targets]
        self.seats, self.most_usd = asker.seats, asker.most_usd
        self.requests = asker.requests
        self._told: set[str] = set()
        self._machine = asyncio.Lock()
        self._here = {i for i, seat in enumerate(asker.seats()) if runs and seat.alone}

    def text_of(self, task: T) -> Text:
        """Give the text of a task, for who looks at it later."""
        raise NotImplementedError

    def said(self, task: T, index: int, answer: Answer) -> Text:
        """Give the text of an answer."""
        raise NotImplementedError

    async def scored(self, task: T, answer: Answer, cell: Cell) -> Cell:
        """Say what an answer is worth."""
        raise NotImplementedError

    async def fill(
        self, task: T, index: int, *, cold: bool, begins: Begins = nobody_asks
    ) -> Result:
        """Ask one cell, score what came, and keep what was said."""
        async with self._machine if index in self._here else nullcontext():
            reply = await self.asker.ask(task, index, cold=cold, begins=begins)
        if isinstance(reply, Later | Unpaid):
            return reply
        self.forecasts[index].add(self._places[task.id], reply)
        self._keep_texts(task, index, reply)
        cell = await self.scored(task, reply, _cell(task.id, index, reply))
        cause = reply.cause if reply.state in SILENT else ""
        return Filled(cell=cell, cause=cause, spent=reply.spent, refusal=reply.refusal)

    @asynccontextmanager
    async def machine(self) -> AsyncIterator[None]:
        """Have this machine's processor: nobody here is asked meanwhile."""
        async with self._machine, self.asker.undisturbed(MACHINE):
            yield

    def _keep_texts(self, task: T, index: int, answer: Answer) -> None:
        """Keep what a person will want to read; what the guard objects to nowhere."""
        if answer.is_private:
            return
        if task.id not in self._told:
            self._told.add(task.id)
            self._keep(self._masked(self.text_of(task)))
        self._keep(self._masked(self.said(task, index, answer)))

    def _masked(self, text: Text) -> Text:
        masked = self.asker.masked
        return replace(
            text,
            before=masked(text.before),
            after=masked(text.after),
            text=masked(text.text),
            said=masked(text.said),
        )


def _cell(task: str, index: int, answer: Answer) -> Cell:
    return Cell(
        task=task,
        contender=index,
        state=answer.state,
        cold=answer.cold,
        warm=answer.warm,
        tokens_in=answer.tokens_in,
        tokens_cached=answer.tokens_cached,
        tokens_out=answer.tokens_out,
        cost_usd=answer.cost_usd,
        uncached_usd=answer.uncached_usd,
        estimated=answer.estimated,
        unbelieved=answer.unbelieved,
        error=answer.error,
    )
