"""One action with its view, or without: who is asked what, and what comes of it.

The view only says what its user wants. Whether there is such an answer, what it is,
and what happens when nobody is there any more is settled here. Loaded while the user
reads the menu.
"""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from hexai.domain.entry import Entry, Surface
from hexai.domain.record import Chosen, RunRecord
from hexai.domain.request import Request
from hexai.service.actions.fitting import Unfit
from hexai.service.guard.guard import Source
from hexai.service.log import open_log
from hexai.service.question import Question
from hexai.service.recorder import LedgerRecorder
from hexai.service.services import Services
from hexai.surfaces.tmux.action_plan import Plan, make_plan, make_subject
from hexai.surfaces.tmux.ending import TAKEN, Ending
from hexai.surfaces.tmux.link import Link
from hexai.surfaces.tmux.menu import MenuAction
from hexai.surfaces.tmux.opening import Opening
from hexai.surfaces.tmux.rounds import Round
from hexai.surfaces.tmux.view_messages import (
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

if TYPE_CHECKING:
    from hexai.service.tmux_status import CommandStatus


_GONE = "the menu went away before anything was taken"
_NOTHING = "nothing was taken"


class Asking:
    """Makes the rounds of an action."""

    def __init__(
        self,
        services: Services,
        base: Question,
        entries: tuple[Entry, ...],
        plan: Callable[[MenuAction, str], Plan | Unfit | None],
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

    def record_choice(self, asked: Round, place: int | None) -> Chosen | None:
        """Record what was taken of a round; None: nothing of what was seen."""
        facts = asked.choice(place, at=self.services.now())
        for fact in facts:
            self.services.record(fact)
        return next((each for each in facts if isinstance(each, Chosen)), None)


class Talk:
    """One talk, to its end."""

    def __init__(
        self,
        link: Link,
        asking: Asking,
        choices: tuple[MenuAction, ...],
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
        self.chosen: Chosen | None = None
        """What was taken, once it is over; None if nothing was."""
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
            chosen = self._asking.record_choice(self._round, self._taken)
            self.chosen = chosen if self._taken is not None else None
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
            self._round.note_view(message.places)
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
            self._round.run(self._asking.services, self._link.send)
        )

    async def _stop(self) -> None:
        """End what is being asked, and wait until its streams are closed."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])


class Work:
    """One action, from what is known at its beginning."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._start = start = opening.start
        self._settings = opening.settings
        path = None if start.wanted.log is None else Path(start.wanted.log)
        self._log = open_log(path, texts=start.wanted.log_texts, now=start.now)
        self._recorder = LedgerRecorder(
            start.folders.state,
            now=start.now,
            retention_days=self._settings.ledger.retention_days,
        )
        self._status: CommandStatus | None = None
        self.chosen: Chosen | None = None
        """What was taken of several answers, and recorded."""
        self._subject = make_subject(
            opening.selection,
            folder=start.folder,
            file=start.wanted.file,
            language=start.wanted.language,
        )

    def close(self) -> None:
        """Write what is recorded; to be called when everything has gone out."""
        self._recorder.flush()
        if self._status is not None:
            self._status.leave()

    async def alone(self, choice: MenuAction) -> Ending:
        """Ask the first entry, and take what it says."""
        if choice.kind == "skip":
            return Ending.skipped("skipped")
        plan = self._plan(choice, self._start.wanted.prompt)
        if isinstance(plan, Unfit):
            return Ending.failed(plan.reason)
        async with self._services() as services:
            asked = self._asking(services).round(plan, compare=False, fresh=False)
            await asked.run(services, lambda _: None)
        self._end_status(*([asked.record] if asked.record else []))
        text = asked.text_at(0)
        if isinstance(text, Unfit):
            return Ending.failed(text.reason)
        output = self._opening.selection.output(text)
        return Ending(code=TAKEN, output=output, lines=asked.closing_lines(0))

    async def together(self, link: Link) -> Ending:
        """Let the user choose in the view."""
        wanted, opening = self._start.wanted, self._opening
        first = None
        if opening.named is not None:
            first = Picked(item=0, prompt=wanted.prompt, compare=wanted.compare)
        async with self._services() as services:
            output = opening.selection.output
            talk = Talk(link, self._asking(services), opening.choices, output)
            ending = await talk.hold(first)
        self._end_status(*talk.records)
        self.chosen = talk.chosen
        return ending

    def _plan_or_ask(self, choice: MenuAction, prompt: str) -> Plan | Unfit | None:
        """Make an action ready; None: somebody has to say what to do, in the menu."""
        if self._opening.named is not None:  # there is no menu
            return self._plan(choice, prompt)
        takes_words = choice.kind in ("rewrite", "custom_prompt") and not prompt
        if takes_words and not self._opening.problem:
            is_said = choice.kind == "rewrite" and self._subject.instruction(
                self._settings
            )
            if not is_said:
                return None
        return self._plan(choice, prompt)

    def _plan(self, choice: MenuAction, prompt: str) -> Plan | Unfit:
        if self._opening.problem:
            return Unfit(self._opening.problem)
        return make_plan(choice, prompt, self._subject, self._settings)

    def _asking(self, services: Services) -> Asking:
        restrictions = self._opening.snapshot.restrictions
        base = Question(
            request=Request(surface=Surface.CODE_ACTION, messages=()),
            entries=(),
            max_concurrency=restrictions.at_once(self._settings.fanout.max_concurrency),
            send_anyway=self._start.wanted.send_anyway,
            local_only=restrictions.local_only,
            settings=self._settings,
            documents=self._subject.documents,
            background=self._subject.background,
            sources=(Source(name="the selection", text=self._opening.selection.text),),
        )
        return Asking(
            services,
            base,
            self._opening.entries,
            self._plan_or_ask,
            blind=self._start.wanted.blind,
            on_begin=self._begin_status,
        )

    def _services(self) -> Services:
        start = self._start
        return Services(
            self._settings,
            folders=start.folders,
            environ=start.environ,
            now=start.now,
            random=start.random,
            recorder=self._recorder,
            log=self._log,
        )

    def _begin_status(self, entries: tuple[Entry, ...], blind: bool) -> None:  # noqa: FBT001 - a callback
        start = self._start
        if self._status is not None or not start.environ.get("TMUX"):
            return
        from hexai.service.tmux_status import command_status

        self._status = command_status(
            start.folders, start.environ, self._settings, now=start.now, log=self._log
        )
        if self._status is not None:
            names = [f"{each.spec.provider}:{each.spec.model}" for each in entries]
            self._status.begin([f"{len(names)} blind"] if blind else names)

    def _end_status(self, *records: RunRecord) -> None:
        if self._status is not None:
            self._status.end(*records)
