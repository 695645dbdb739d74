"""Fills the cells of a bench on code: scores what is said, and runs tests on it."""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec.structs import replace

from hexai.bench.asker import Asker
from hexai.bench.fill import Filler
from hexai.bench.replies import Answer
from hexai.bench.score import score_cell
from hexai.domain.bench import Cell, Kind, State, Task
from hexai.service.bench_texts import Text

_LINES_BEFORE, _LINES_AFTER = 12, 6


class TriesTests(Protocol):
    """Who runs the user's tests."""

    async def passes(self, task: Task, state: State, answer: str) -> bool | None:
        """Tell whether they pass with an answer; None: that says nothing."""


class HoleFiller(Filler[Task]):
    """Fills cells by asking completions."""

    def __init__(
        self,
        asker: Asker[Task],
        tasks: Sequence[Task],
        keep: Callable[[Text], None],
        tests: TriesTests | None = None,
    ) -> None:
        """`keep` takes the texts, those of a task before the answers to it."""
        super().__init__(asker, tasks, keep, runs=tests is not None)
        self._tests = tests

    async def scored(self, task: Task, answer: Answer, cell: Cell) -> Cell:
        """Hold an answer against what was written, and try the user's tests."""
        score = score_cell(task, answer.state, answer.text)
        if self._tests is None or task.kind is not Kind.BODY:
            return replace(cell, score=score)
        async with self.machine():
            passes = await self._tests.passes(task, answer.state, answer.text)
        return replace(cell, score=score, passes=passes)

    def text_of(self, task: Task) -> Text:
        """Give what was written, with some of what stands around it."""
        before = task.before.splitlines(keepends=True)[-_LINES_BEFORE:]
        after = task.after.splitlines(keepends=True)[:_LINES_AFTER]
        return Text(
            task=task.id,
            path=task.path,
            before="".join(before),
            after="".join(after),
            text=task.truth,
        )

    def said(self, task: Task, index: int, answer: Answer) -> Text:
        """Give what goes into the hole, and the answer as it came."""
        said = "" if answer.said == answer.text else answer.said
        return Text(task=task.id, contender=index, text=answer.text, said=said)
