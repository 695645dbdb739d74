"""Asks the questions of a file as the command line asks, and checks what is said."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from msgspec.structs import replace

from hexai.bench.asker import Asker, Begins, nobody_asks
from hexai.bench.budget import Tab
from hexai.bench.fill import Filler
from hexai.bench.questions.checks import Runs, passed
from hexai.bench.questions.question import PosedQuestion
from hexai.bench.replies import (
    Answer,
    Reply,
    Watch,
    answer_of,
    finished,
    later_of,
    unanswered,
)
from hexai.domain.bench import Cell, State
from hexai.domain.entry import Surface
from hexai.domain.outcome import Outcome
from hexai.domain.request import Request
from hexai.service.ask import Run
from hexai.service.bench_texts import Text
from hexai.service.guard.guard import GuardedText
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
        self,
        task: PosedQuestion,
        index: int,
        *,
        cold: bool = False,
        begins: Begins = nobody_asks,
    ) -> Reply:
        """Ask once; `cold`: nobody who may keep its prompt was asked it before."""
        entry, watch = self._entries[index], Watch()

        async def follow(run: Run) -> Outcome:
            async for event in run:
                watch.note(event)
            return run.outcomes[0]

        request = self.request(task)
        question = Question(
            request=request, entries=(entry,), documents=_documents(task)
        )
        with Tab(self._purse, self.most_usd(task, index)) as tab:
            put = await self.put(question, index, tab, follow, begins)
        if later := later_of(put.outcome, tab):
            return later
        answer = answer_of(
            (put,),
            unanswered(put.outcome) or (finished(put.outcome), ""),
            limit=request.call(entry.spec).max_tokens,
            text=put.outcome.text,
        )
        answer = replace(answer, spent=tab.spent)
        times = watch.times(put.outcome, overlapped=put.overlapped)
        return replace(answer, cold=times) if cold else replace(answer, warm=times)


def _documents(task: PosedQuestion) -> tuple[GuardedText, ...]:
    if not task.attachments:
        return ()
    from hexai.service.attachments.asked import guarded

    return guarded(task.attachments)


class QuestionFiller(Filler[PosedQuestion]):
    """Fills cells by asking questions."""

    def __init__(
        self,
        asker: Asker[PosedQuestion],
        tasks: Sequence[PosedQuestion],
        keep: Callable[[Text], None],
        runs: Runs | None = None,
    ) -> None:
        """`keep` takes the texts, those of a question before the answers to it."""
        super().__init__(asker, tasks, keep, runs=runs is not None)
        self._runs = runs

    async def scored(self, task: PosedQuestion, answer: Answer, cell: Cell) -> Cell:
        """Check an answer, where it is the model's doing."""
        if not answer.state.counts:
            return cell
        said = None if answer.state in _WITHOUT_TEXT else answer.text
        checks = await passed(task.question.checks, said, self._run)
        return replace(cell, checks=checks)

    async def _run(self, command: str, answer: str) -> bool:
        """Run a command on an answer while nobody else asks here."""
        assert self._runs is not None
        async with self.machine():
            return await self._runs(command, answer)

    def text_of(self, task: PosedQuestion) -> Text:
        """Give what is asked, and what is checked."""
        asked = task.question
        return Text(
            task=task.id,
            before=asked.system or "",
            text=asked.text,
            checks=tuple(check.words for check in asked.checks),
        )

    def said(self, task: PosedQuestion, index: int, answer: Answer) -> Text:
        """Give what was answered."""
        return Text(task=task.id, contender=index, text=answer.text)
