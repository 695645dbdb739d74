"""Asks the cells of a bench as the editor asks: the same prompt, cleaning and gates.

Nobody types, so nothing is waited for, and nothing comes from a cache of ours. Before
what counts, the same place is asked six characters earlier, as somebody has it who
types on: what the upstream keeps of that prompt makes the answer that counts *warm*.
The earlier request is a whole one where nothing of its file was asked yet; its times
are *cold*. Else it gets no more tokens than it takes to have the prompt read.
"""

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from hexai.bench.asker import Asker, Begins, nobody_asks
from hexai.bench.budget import Purse, Tab
from hexai.bench.replies import (
    Put,
    Refusal,
    Reply,
    Watch,
    answer_of,
    finished,
    later_of,
    refusal_of,
    unanswered,
)
from hexai.config.narrowing.restrictions import Restrictions
from hexai.config.schema import Settings
from hexai.domain.bench import State, Task, Times
from hexai.domain.entry import Entry, RequestSpec
from hexai.domain.outcome import Delta, Ended, Outcome, TakenBackEvent
from hexai.domain.request import Request
from hexai.prompts.code.cursor import Cursor
from hexai.service.ask import Run
from hexai.service.completion import Completion, Draft
from hexai.service.guard.guard import GuardedText
from hexai.service.question import Question
from hexai.service.services import Services
from hexai.text.lines import Lines, Span

EARLIER = 6
"""Characters that are typed between the request beforehand and the one that counts."""
_READS = 16
"""Tokens that an answer may have which nobody wants; fewer are refused by some."""
_KEPT = 8


class CompletionAsker(Asker[Task]):
    """Asks entries for what belongs into holes. Use it as a context."""

    requests = 2

    def __init__(
        self,
        services: Services,
        entries: Sequence[Entry],
        *,
        settings: Settings,
        restrictions: Restrictions,
        root: Path,
        purse: Purse,
    ) -> None:
        """Ask nobody yet; `root` is the repository's folder."""
        super().__init__(
            services,
            entries,
            settings=settings,
            restrictions=restrictions,
            purse=purse,
        )
        self._root = root
        self._composed: dict[tuple[str, int], Completion] = {}

    def compose(self, task: Task, earlier: int = 0) -> Completion:
        """Compose what a task asks, some characters before its hole."""
        key = task.id, earlier
        if key not in self._composed:
            while len(self._composed) >= _KEPT:
                del self._composed[next(iter(self._composed))]
            self._composed[key] = Completion(_cursor(task, earlier), self._settings)
        return self._composed[key]

    def request(self, task: Task) -> Request:
        """Compose what a task asks at its hole."""
        return self.compose(task).request

    async def ask(
        self,
        task: Task,
        index: int,
        *,
        cold: bool = False,
        begins: Begins = nobody_asks,
    ) -> Reply:
        """Ask for one cell: beforehand, then for what counts.

        `cold`: nothing of its file was asked yet, so the first request counts too.
        """
        most = self.most_usd(task, index)
        with Tab(self._purse, most, requests=self.requests) as tab:
            return await self._ask(task, index, tab, cold=cold, begins=begins)

    async def _ask(
        self, task: Task, index: int, tab: Tab, *, cold: bool, begins: Begins
    ) -> Reply:
        entry = self._entries[index]
        earlier = entry
        if not cold:
            earlier = replace(entry, spec=_brief(entry.spec), fallback=None)
        before = _Followed(self.compose(task, EARLIER), counts=False)
        await self._follow(before, task, earlier, index, tab, begins)
        if later := later_of(before.outcome, tab):
            return later
        puts, counts = [before.put], before
        if refusal_of(before.outcome) is Refusal.NONE:
            counts = _Followed(self.compose(task), counts=True)
            await self._follow(counts, task, entry, index, tab, begins)
            puts.append(counts.put)
        if later := later_of(counts.outcome, tab):
            return later
        answer = answer_of(
            puts,
            counts.state(),
            limit=counts.composed.request.call(entry.spec).max_tokens,
            text=counts.draft.text,
        )
        first = before.times() if cold else Times()
        return replace(answer, cold=first, warm=counts.times(), spent=tab.spent)

    async def _follow(
        self,
        followed: "_Followed",
        task: Task,
        entry: Entry,
        index: int,
        tab: Tab,
        begins: Begins,
    ) -> None:
        """Put one request and follow it to its end."""
        question = self._question(task, followed.composed, entry)
        followed.put = await self.put(question, index, tab, followed.follow, begins)

    def _question(self, task: Task, composed: Completion, entry: Entry) -> Question:
        """Put a question together as the editor does, for one entry."""
        window = composed.window
        document = GuardedText(
            uri=str(self._root / task.path),
            lines=_cursor(task, 0).document,
            first=window.start,
            last=window.stop,
        )
        n_batch = entry.spec.options.n_batch
        return Question(
            request=composed.request,
            entries=(entry,),
            documents=(document,),
            recompose=lambda _index, room: composed.within(room, n_batch),
        )


class _Followed:
    """One request of a cell, followed as a place in the editor follows it.

    Those that do not stop by themselves are ended where an editor ends them.
    """

    put: Put
    """What came of it, once it has."""

    def __init__(self, composed: Completion, *, counts: bool) -> None:
        """Read the answer at the end only if it `counts`."""
        self.composed = composed
        self.draft = Draft(composed.clean, composed.judge)
        self._counts = counts
        self._watch = Watch()

    async def follow(self, run: Run) -> Outcome:
        """Follow a race of one contender to its end; gives the outcome."""
        async for event in run:
            self._watch.note(event)
            match event:
                case Delta(text=text):
                    self.draft.add(text)
                    if self.draft.has_enough:
                        run.finish(0)
                case TakenBackEvent():
                    self.draft.take_back()
                case Ended(outcome=outcome) if self._counts:
                    self.draft.end(outcome, event.at)
                case _:
                    pass
        return run.outcomes[0]

    @property
    def outcome(self) -> Outcome:
        """Give how it ended."""
        return self.put.outcome

    def times(self) -> Times:
        """Give the model's times."""
        return self._watch.times(self.outcome, overlapped=self.put.overlapped)

    def state(self) -> tuple[State, str]:
        """Say how the cell ended, and why if it is no answer."""
        if (nothing := unanswered(self.outcome)) is not None:
            return nothing
        misfit = self.draft.misfit
        if misfit is not None:
            return State.EMPTY if misfit == "empty" else State.UNFIT, misfit
        return finished(self.outcome), ""


def _brief(spec: RequestSpec) -> RequestSpec:
    """Ask for next to nothing: the prompt is read, and that is all."""
    return replace(spec, max_tokens=_READS, limit_stands=True)


def _cursor(task: Task, earlier: int) -> Cursor:
    before = task.before[: len(task.before) - earlier] if earlier else task.before
    at = Lines.of(before).end
    return Cursor(
        document=Lines.of(before + task.after),
        span=Span(at, at),
        path=task.path,
        identifier=task.language,
    )
