"""The work of an action: who is asked what, and what comes of it.

Loaded while the user reads the menu.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from hexai.domain.entry import Entry, Surface
from hexai.domain.record import RunRecord
from hexai.domain.request import Request
from hexai.service.actions.fitting import Unfit
from hexai.service.ask import Question
from hexai.service.guard.guard import Source
from hexai.service.log import open_log
from hexai.service.recorder import LedgerRecorder
from hexai.service.services import Services
from hexai.surfaces.tmux.ending import TAKEN, Ending
from hexai.surfaces.tmux.link import Link
from hexai.surfaces.tmux.menu import Choice
from hexai.surfaces.tmux.opening import Opening
from hexai.surfaces.tmux.plan import Plan, make_plan, make_subject
from hexai.surfaces.tmux.talk import Asking, Talk
from hexai.surfaces.tmux.wire import Picked

if TYPE_CHECKING:
    from hexai.service.tmux.status import CommandStatus


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

    async def alone(self, choice: Choice) -> Ending:
        """Ask the first entry, and take what it says."""
        if choice.kind == "skip":
            return Ending.skipped("skipped")
        plan = self._plan(choice, self._start.wanted.prompt)
        if isinstance(plan, Unfit):
            return Ending.failed(plan.reason)
        async with self._services() as services:
            asked = self._asking(services).round(plan, compare=False, fresh=False)
            await asked.put(services, lambda _: None)
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
        return ending

    def _plan_or_ask(self, choice: Choice, prompt: str) -> Plan | Unfit | None:
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

    def _plan(self, choice: Choice, prompt: str) -> Plan | Unfit:
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
        if self._status is not None or not self._start.environ.get("TMUX"):
            return
        from hexai.service.tmux.status import CommandStatus, find_status

        status = find_status(
            self._start.folders,
            self._start.environ,
            lambda: self._settings,
            now=self._start.now,
            log=self._log,
        )
        if status is None or not self._settings.tmux.status:
            return
        self._status = CommandStatus(status)
        names = [f"{each.spec.provider}:{each.spec.model}" for each in entries]
        self._status.begin([f"{len(names)} blind"] if blind else names)

    def _end_status(self, *records: RunRecord) -> None:
        if self._status is not None:
            self._status.end(*records)
