"""The talk with the view: from the menu to what becomes of the selection.

The view only says what its user wants. Whether there is such an answer, what it is,
and what happens when nobody is there any more is settled here.
"""

import asyncio
import signal
from collections.abc import Callable

from msgspec.structs import replace

from hexai.domain.entry import Entry
from hexai.domain.record import RunRecord
from hexai.service.actions.fitting import Unfit
from hexai.service.ask import Question
from hexai.service.services import Services
from hexai.surfaces.tmux.ending import TAKEN, Ending
from hexai.surfaces.tmux.link import Link
from hexai.surfaces.tmux.menu import Choice
from hexai.surfaces.tmux.plan import Plan
from hexai.surfaces.tmux.rounds import Round
from hexai.surfaces.tmux.wire import (
    Again,
    Asked,
    Edited,
    Failed,
    FromView,
    Hello,
    Left,
    Picked,
    Shows,
    Took,
)

_GONE = "the menu went away before anything was taken"
_NOTHING = "nothing was taken"


class Asking:
    """Makes the rounds of an action."""

    def __init__(
        self,
        services: Services,
        base: Question,
        entries: tuple[Entry, ...],
        plan: Callable[[Choice, str], Plan | Unfit | None],
        *,
        blind: bool,
        on_begin: Callable[[tuple[Entry, ...], bool], None] = lambda *_: None,
    ) -> None:
        """`plan` makes an action ready; None: it takes words of the user's.

        `base` is what all questions have alike.

        `on_begin` hears who is asked, and whether that is to be known.
        """
        self.services = services
        self.plan = plan
        self._base = base
        self._entries = entries
        self._blind = blind
        self._on_begin = on_begin

    def round(self, plan: Plan, *, compare: bool, fresh: bool) -> Round:
        """Make a round; only a comparison asks more than the first entry."""
        entries = self._entries if compare else self._entries[:1]
        blind = compare and self._blind
        question = replace(
            self._base,
            request=plan.request,
            entries=entries,
            max_concurrency=self._base.max_concurrency or len(entries),
            blind=blind,
            fresh=fresh or compare,
        )
        self._on_begin(entries, blind)
        return Round(plan, question, clock=asyncio.get_running_loop().time)

    def record_choice(self, asked: Round, place: int | None) -> None:
        """Record what was taken of a round; None: nothing of what was seen."""
        for fact in asked.choice(place, at=self.services.now()):
            self.services.record(fact)


class Talk:
    """One talk, to its end."""

    def __init__(
        self,
        link: Link,
        asking: Asking,
        choices: tuple[Choice, ...],
        output: Callable[[str], bytes],
    ) -> None:
        """`output` gives what goes out for a text that is taken."""
        self._link = link
        self._asking = asking
        self._choices = choices
        self._output = output
        self._plan: Plan | None = None
        self._compare = False
        self._round: Round | None = None
        self._earlier: list[Round] = []
        self._task: asyncio.Task[None] | None = None
        self._taken: int | None = None
        self._is_decided = False
        """The user took something or left; a view that died decides nothing."""

    @property
    def records(self) -> tuple[RunRecord, ...]:
        """What is recorded of all rounds that are over."""
        rounds = (*self._earlier, self._round)
        records = (each.record for each in rounds if each is not None)
        return tuple(record for record in records if record is not None)

    async def hold(self, first: Picked | None = None) -> Ending:
        """Let the user choose; `first` is what was chosen before it began."""
        async with asyncio.TaskGroup() as group:
            try:
                ending = self._picked(first, group) if first is not None else None
                if ending is None:
                    ending = await self._listen(group)
            finally:
                await self._stop()
        if self._round is not None and self._is_decided:
            self._asking.record_choice(self._round, self._taken)
        return ending

    async def _listen(self, group: asyncio.TaskGroup) -> Ending:
        async for message in self._link:
            ending = await self._take(message, group)
            if ending is not None:
                return ending
        return Ending.failed(self._link.failure or _GONE)

    async def _take(self, message: FromView, group: asyncio.TaskGroup) -> Ending | None:
        match message:
            case Picked():
                return self._picked(message, group)
            case Took(place=place):
                return self._took(place)
            case Again():
                await self._again(group)
            case Edited() | Shows():
                self._note(message)
            case Left(interrupted=interrupted):
                return self._left(interrupted=interrupted)
            case Failed(reason=reason):
                return Ending.failed(f"the menu failed: {reason}")
            case Hello():
                pass  # it has shown its key
        return None

    def _note(self, message: Edited | Shows) -> None:
        """Note what becomes of the candidates in the view."""
        if self._round is None:
            return
        if isinstance(message, Shows):
            self._round.shows(message.places)
            return
        done = self._round.edit(message.place, message.text)
        if done is not None:
            self._link.send(done)

    def _picked(self, picked: Picked, group: asyncio.TaskGroup) -> Ending | None:
        if self._round is not None or not 0 <= picked.item < len(self._choices):
            return None
        choice = self._choices[picked.item]
        if choice.kind == "skip":
            return Ending.skipped("skipped")
        plan = self._asking.plan(choice, picked.prompt)
        if plan is None:
            self._link.send(Asked(item=picked.item))
            return None
        if isinstance(plan, Unfit):
            return Ending.failed(plan.reason)
        self._plan, self._compare = plan, picked.compare
        self._start(group, fresh=False)
        return None

    def _took(self, place: int) -> Ending | None:
        if self._round is None:
            return None
        text = self._round.text_at(place)
        if isinstance(text, Unfit):
            return None
        self._taken, self._is_decided = place, True
        lines = self._round.closing_lines(place)
        return Ending(code=TAKEN, output=self._output(text), lines=lines)

    async def _again(self, group: asyncio.TaskGroup) -> None:
        if self._round is None:
            return
        await self._stop()
        self._asking.record_choice(self._round, None)
        self._earlier.append(self._round)
        self._start(group, fresh=True)

    def _left(self, *, interrupted: bool) -> Ending:
        self._is_decided = True
        if interrupted:
            return Ending.stopped(signal.SIGINT)
        asked = self._round
        if asked is not None and asked.is_over and not asked.has_text:
            return Ending.failed(asked.failure())
        return Ending.skipped(_NOTHING)

    def _start(self, group: asyncio.TaskGroup, *, fresh: bool) -> None:
        assert self._plan is not None
        self._round = self._asking.round(self._plan, compare=self._compare, fresh=fresh)
        self._task = group.create_task(
            self._round.put(self._asking.services, self._link.send)
        )

    async def _stop(self) -> None:
        """End what is being asked, and wait until its streams are closed."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
