"""Asks the questions of a file as the command line asks, and checks what is said."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from decimal import Decimal

from msgspec.structs import replace

from hexai.bench.asker import Asker
from hexai.bench.budget import Tab
from hexai.bench.questions.checks import Runs, passed
from hexai.bench.questions.question import PosedQuestion
from hexai.bench.replies import (
    Answer,
    Later,
    Reply,
    Unpaid,
    Watch,
    answer_of,
    finished,
    later_of,
    unanswered,
)
from hexai.bench.run import Filled, Result
from hexai.bench.spending import Forecast
from hexai.domain.bench import Cell, State
from hexai.domain.entry import Surface
from hexai.domain.outcome import Outcome
from hexai.domain.request import Request
from hexai.service.ask import Run
from hexai.service.attachments.asked import guarded
from hexai.service.bench_texts import Text
from hexai.service.beside import MACHINE
from hexai.service.question import Question

_WITHOUT_TEXT = frozenset(
    {State.EMPTY, State.TIMED_OUT, State.REFUSED, State.FAILED, State.GUARDED}
)


class QuestionAsker(Asker[PosedQuestion]):
    """Asks entries questions of the user's own. Use it as a context."""

    requests = 1

    def request(self, task: PosedQuestion) -> Request:
        """Compose what is asked."""
        return Request(surface=Surface.CLI, messages=task.messages)

    def most_usd(self, task: PosedQuestion, index: int) -> Decimal | None:
        """Give the most that it may cost; what pictures do nobody knows beforehand."""
        most = super().most_usd(task, index)
        return None if most and any(m.images for m in task.messages) else most

    async def ask(
        self, task: PosedQuestion, index: int, *, cold: bool = False
    ) -> Reply:
        """Ask once; `cold`: nobody who may keep its prompt was asked it before."""
        tab = Tab(self._purse, self.most_usd(task, index))
        entry, watch = self._entries[index], Watch()

        async def follow(run: Run) -> Outcome:
            async for event in run:
                watch.note(event)
            return run.outcomes[0]

        request = self.request(task)
        question = Question(
            request=request, entries=(entry,), documents=guarded(task.attachments)
        )
        put = await self.put(question, index, tab, follow)
        if later := later_of(put.outcome, tab):
            return later
        answer = answer_of(
            (put,),
            unanswered(put.outcome) or (finished(put.outcome), ""),
            limit=request.call(entry.spec).max_tokens,
            text=put.outcome.text,
        )
        times = watch.times(put.outcome, overlapped=put.overlapped)
        return replace(answer, cold=times) if cold else replace(answer, warm=times)


class QuestionFiller:
    """Fills cells by asking questions."""

    requests = QuestionAsker.requests

    def __init__(
        self,
        asker: Asker[PosedQuestion],
        tasks: Sequence[PosedQuestion],
        keep: Callable[[Text], None],
        runs: Runs | None = None,
    ) -> None:
        """`keep` takes the texts, those of a question before the answers to it.

        What `runs` takes this machine's processor, so nothing does while a model here
        is asked.
        """
        self._asker, self._keep, self._runs = asker, keep, runs
        self._places = {task.id: place for place, task in enumerate(tasks)}
        sizes = [asker.sizes(task) for task in tasks]
        self.forecasts = [Forecast(sizes) for _ in asker.targets]
        self.seats, self.most_usd = asker.seats, asker.most_usd
        self._told: set[str] = set()
        self._machine = asyncio.Lock()
        self._here = {i for i, seat in enumerate(asker.seats()) if runs and seat.alone}

    async def fill(self, task: PosedQuestion, index: int, *, cold: bool) -> Result:
        """Ask one cell, check what came, and keep what was said."""
        async with self._machine if index in self._here else nullcontext():
            reply = await self._asker.ask(task, index, cold=cold)
        if isinstance(reply, Later | Unpaid):
            return reply
        self.forecasts[index].add(self._places[task.id], reply)
        self._keep_texts(task, index, reply)
        cause = "" if reply.state.counts else reply.cause
        return Filled(cell=await self._cell(task, index, reply), cause=cause)

    async def _run(self, command: str, answer: str) -> bool:
        """Run a command on an answer while nobody else asks here."""
        assert self._runs is not None
        async with self._machine, self._asker.undisturbed(MACHINE):
            return await self._runs(command, answer)

    def _keep_texts(self, task: PosedQuestion, index: int, answer: Answer) -> None:
        """Keep what a person will want to read; what the guard objects to nowhere."""
        if answer.is_private:
            return
        if task.id not in self._told:
            self._told.add(task.id)
            self._keep(_text_of(task, self._asker.masked))
        said = self._asker.masked(answer.text)
        self._keep(Text(task=task.id, contender=index, text=said))

    async def _cell(self, task: PosedQuestion, index: int, answer: Answer) -> Cell:
        checks = None
        if answer.state.counts:
            said = None if answer.state in _WITHOUT_TEXT else answer.text
            checks = await passed(task.question.checks, said, self._run)
        return Cell(
            task=task.id,
            contender=index,
            state=answer.state,
            checks=checks,
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


def _text_of(task: PosedQuestion, masked: Callable[[str], str]) -> Text:
    asked = task.question
    return Text(
        task=task.id,
        before=masked(asked.system or ""),
        text=masked(asked.text),
        checks=tuple(check.words for check in asked.checks),
    )
