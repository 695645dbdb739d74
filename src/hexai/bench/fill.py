"""Fills the cells of a bench: asks, scores, and keeps the texts."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Protocol

from msgspec.structs import replace

from hexai.bench.asker import Asker
from hexai.bench.replies import Answer, Later, Unpaid
from hexai.bench.run import Filled, Result
from hexai.bench.score import score_cell
from hexai.bench.sizes import Sizes
from hexai.bench.spending import Forecast
from hexai.domain.bench import Cell, Kind, State, Task
from hexai.service.bench_texts import Text
from hexai.service.beside import MACHINE


class TriesTests(Protocol):
    """Who runs the user's tests."""

    async def passes(self, task: Task, state: State, answer: str) -> bool | None:
        """Tell whether they pass with an answer; None: that says nothing."""


_SAYS_NOTHING = frozenset({State.FAILED, State.GUARDED})
_LINES_BEFORE, _LINES_AFTER = 12, 6


class Filler:
    """Fills cells by asking completions."""

    def __init__(
        self,
        asker: Asker[Task],
        tasks: Sequence[Task],
        sizes: Sequence[Sizes],
        keep: Callable[[Text], None],
        tests: TriesTests | None = None,
    ) -> None:
        """`keep` takes the texts, those of a task before the answers to it.

        Tests take this machine's processor, so none runs while a model here is asked.
        """
        self._asker = asker
        self._keep = keep
        self._places = {task.id: place for place, task in enumerate(tasks)}
        self.forecasts = [Forecast(sizes) for _ in asker.targets]
        self.seats, self.most_usd = asker.seats, asker.most_usd
        self.requests = asker.requests
        self._told: set[str] = set()
        self._tests = tests
        self._machine = asyncio.Lock()
        self._here = {i for i, seat in enumerate(asker.seats()) if tests and seat.alone}

    async def fill(self, task: Task, index: int, *, cold: bool) -> Result:
        """Ask one cell, score what came, and keep what was said."""
        async with self._machine if index in self._here else nullcontext():
            reply = await self._asker.ask(task, index, cold=cold)
        if isinstance(reply, Later | Unpaid):
            return reply
        self.forecasts[index].add(self._places[task.id], reply)
        self._keep_texts(task, index, reply)
        cause = reply.cause if reply.state in _SAYS_NOTHING else ""
        cell = replace(
            _cell(task, index, reply), passes=await self._passes(task, reply)
        )
        return Filled(cell=cell, cause=cause)

    async def _passes(self, task: Task, answer: Answer) -> bool | None:
        if self._tests is None or task.kind is not Kind.BODY:
            return None
        async with self._machine, self._asker.undisturbed(MACHINE):
            return await self._tests.passes(task, answer.state, answer.text)

    def _keep_texts(self, task: Task, index: int, answer: Answer) -> None:
        """Keep what a person will want to read; what the guard objects to nowhere."""
        if answer.is_private:
            return
        if task.id not in self._told:
            self._told.add(task.id)
            self._keep(_text_of(task))
        said = "" if answer.said == answer.text else answer.said
        text = Text(task=task.id, contender=index, text=answer.text, said=said)
        self._keep(text)


def _cell(task: Task, index: int, answer: Answer) -> Cell:
    return Cell(
        task=task.id,
        contender=index,
        state=answer.state,
        score=score_cell(task, answer.state, answer.text),
        cold=answer.cold,
        warm=answer.warm,
        tokens_in=answer.tokens_in,
        tokens_cached=answer.tokens_cached,
        tokens_out=answer.tokens_out,
        cost_usd=answer.cost_usd,
        uncached_usd=answer.uncached_usd,
        estimated=answer.estimated,
        error=answer.error,
    )


def _text_of(task: Task) -> Text:
    before = task.before.splitlines(keepends=True)[-_LINES_BEFORE:]
    after = task.after.splitlines(keepends=True)[:_LINES_AFTER]
    return Text(
        task=task.id,
        path=task.path,
        before="".join(before),
        after="".join(after),
        text=task.truth,
    )
