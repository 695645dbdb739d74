"""What `hexai bench run` and `hexai bench ask` share: from tasks to a report.

What is asked, and how an answer is scored, is the business of those that derive from
`BenchCommand`. Here is what each says beforehand, what it may do without being asked,
and how it goes on with what was begun.
"""

import asyncio
import gc
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from itertools import islice
from typing import Generic, Protocol, TypeVar

from msgspec.structs import replace

from hexai.bench.asker import Asker
from hexai.bench.budget import Purse
from hexai.bench.known import Known
from hexai.bench.lacks import Lacks, find_lacks
from hexai.bench.outlook import (
    Outlook,
    as_begun,
    contenders_of,
    measure,
    outlook,
    rest_of,
)
from hexai.bench.plan import differences, whole_commits
from hexai.bench.run import Asks, Bench, T_contra
from hexai.bench.spending import Forecast
from hexai.domain.bench import BenchContender, BenchRecord, Ending, Item, Plan
from hexai.domain.entry import Entry, Surface
from hexai.errors import HexaiError, SetupError, UsageError
from hexai.service.bench_records import BenchRecords
from hexai.service.bench_texts import Text
from hexai.service.runtime import Loop
from hexai.service.services import Services
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.bench_ends import ending_words
from hexai.surfaces.cli.bench_keeper import Keeper
from hexai.surfaces.cli.bench_options import BenchOptions, budget_of, check_name
from hexai.surfaces.cli.bench_outlook import fitted, lacks_words
from hexai.surfaces.cli.bench_units import duration
from hexai.surfaces.cli.bench_view import BenchView, shown
from hexai.surfaces.cli.bench_words import report
from hexai.surfaces.cli.command_line import Invocation
from hexai.surfaces.cli.loaded_config import open_session
from hexai.surfaces.cli.output import can_confirm, complain, confirm, say
from hexai.surfaces.cli.process import (
    ALL_ANSWERED,
    NONE_ANSWERED,
    SOME_ANSWERED,
    Interrupts,
)
from hexai.surfaces.cli.terminal import Screen
from hexai.surfaces.words import counted

_HOUR = 3600.0
_EARLIER = 20
"""Benches by which it is told how long a cell takes."""

T = TypeVar("T", bound=Item)


class Fills(Asks[T_contra], Protocol[T_contra]):
    """Who fills the cells of a bench, and forecasts what they take."""

    @property
    def forecasts(self) -> Sequence[Forecast]:
        """Those of tokens, by contender."""


class Commands(Protocol):
    """Who runs the user's commands on answers, where they are allowed to."""

    @property
    def beforehand(self) -> str:
        """What will be run, in plain words, lines of them."""

    async def check(self) -> None:
        """Make sure that it can be run safely here; raises `SetupError`."""

    def afterwards(self) -> Iterable[str]:
        """Say what else is to be known of what was run, a line each."""

    def close(self) -> None:
        """Let go of all that it holds."""


class BenchCommand(Generic[T]):
    """One call of a command that asks the models."""

    surface: Surface

    def __init__(
        self,
        invocation: Invocation,
        wanted: BenchOptions,
        records: BenchRecords,
        before: BenchRecord | None,
        *,
        folder: str,
    ) -> None:
        """`folder` is where it is asked; `before` is what is to be gone on with."""
        self._process = invocation.process
        self._options = wanted
        self._records = records
        self._before = before
        self.number: int | None = None
        """What the bench is called by, once it has begun."""
        check_name(wanted.name, records)
        self._is_named = bool(wanted.models or wanted.only)
        """Somebody said now who is asked; else a bench that goes on says so."""
        self._models = wanted.models
        if before is not None and not self._is_named:
            self._models = before.plan.models
        chosen = replace(
            invocation.options, models=self._models, only=wanted.only, indices=()
        )
        self._session = open_session(replace(self._process, folder=folder), chosen)
        self._entries = self._find_entries()
        self._purse = Purse(budget_of(wanted, before))
        if before is not None:
            self._count_spent(before)

    def _find_entries(self) -> tuple[Entry, ...]:
        """Find who is asked; of a bench that goes on, those that it was begun with."""
        entries = self._session.entries(self.surface)
        if not entries:
            raise SetupError(
                f"no entry is configured for {self.surface}; add "
                f"[[models.{self.surface}]] tables, or name models with "
                "-m PROVIDER:MODEL"
            )
        begun = () if self._before is None else self._before.plan.contenders
        if not begun or (self._is_named and len(entries) != len(begun)):
            return entries
        return as_begun(begun, entries, self._session.snapshot.settings)

    def _find(self) -> tuple[T, ...]:
        """Find what is asked; raises `HexaiError` if there is nothing."""
        raise NotImplementedError

    def _asker(self, services: Services) -> Asker[T]:
        """Make who asks it."""
        raise NotImplementedError

    def _plan(self, contenders: tuple[BenchContender, ...]) -> Plan:
        """Write down what makes the same bench again."""
        raise NotImplementedError

    def _beforehand(self, plan: Plan, view: Outlook) -> str:
        """Say what is asked and what it takes, before anything is sent."""
        raise NotImplementedError

    def _commands(self, plan: Plan) -> Commands | None:  # noqa: ARG002 - most run nothing
        """Make who runs the user's commands; None if nothing is run.

        Raises `UsageError` where that is not allowed.
        """
        return None

    def _doing(self) -> str:
        """Say what is done beside asking, while it is; empty for nothing."""
        return ""

    def _filler(
        self, tasks: tuple[T, ...], asker: Asker[T], keep: Callable[[Text], None]
    ) -> Fills[T]:
        """Make who fills the cells."""
        raise NotImplementedError

    def run(self) -> int:
        """Find the tasks, say what it takes, ask, and say what came of it."""
        tasks = self._find()
        with asyncio.Runner(loop_factory=Loop) as runner:
            return runner.run(self._with_asker(tasks))

    async def _with_asker(self, tasks: tuple[T, ...]) -> int:
        notes: list[str] = []
        problem: Exception | None = None
        code = 1
        async with (
            self._session.services(on_note=notes.append) as services,
            self._asker(services) as asker,
        ):
            try:
                code = await self._decide(tasks, asker)
            except (HexaiError, BrokenPipeError) as error:
                problem = error  # as it is, and in no group of errors
            except ExceptionGroup as errors:
                problem = _one_of(errors)
            finally:
                services.beside.close()
        self._session.note(notes)
        if problem is not None:
            raise problem
        return code

    async def _decide(self, tasks: tuple[T, ...], asker: Asker[T]) -> int:
        """Say what it will take, and go on if that is wanted."""
        settings = self._session.snapshot.settings
        contenders = contenders_of(self._entries, asker, settings)
        plan = replace(
            self._plan(contenders), models=self._models, budget=self._purse.limit
        )
        self._check_same(plan)
        listed = self._records.listed()
        earlier = (each for each in listed if each.plan.surface is self.surface)
        lacks = await self._find_lacks(asker)
        without = {**lacks.aside, **lacks.silent}
        measures = self._options.measure
        measured = await measure(tasks, asker, without) if measures else None
        known = [*islice(earlier, _EARLIER)]
        view = outlook(tasks, asker, contenders, known, measured, lacks)
        if self._before is not None:
            view = rest_of(view, tasks, asker, self._before)
        tasks, plan = self._within_hours(tasks, plan, view)
        is_paid = not lacks.aside.keys() >= {*asker.clouds}
        with ExitStack() as stack:
            commands = self._commands(plan)
            if self._options.dry_run or is_paid or self._options.hours:
                say(self._process, self._beforehand(plan, view))
            else:
                complain(self._process, *lacks_words(plan, lacks))
            if commands is not None:
                stack.callback(commands.close)
                told = commands.beforehand.splitlines()
                say(self._process, fitted(told, self._process.columns))
            if self._options.dry_run:
                return 0
            if len(lacks.aside) == len(contenders):
                raise SetupError("nobody can be asked, so no bench was begun")
            if not self._may_go_on(is_paid=is_paid, runs=commands is not None):
                return 1
            if commands is not None:
                await commands.check()
            code = await self._ask(tasks, plan, asker, lacks)
            if commands is not None:
                complain(self._process, *commands.afterwards())
            return code

    def _check_same(self, plan: Plan) -> None:
        """Refuse to resume what would not be the same bench any more."""
        before = self._before
        if before is None:
            return
        told = differences(before.plan, plan)
        if told:
            raise UsageError(
                f"bench {before.number} cannot be resumed: {'; '.join(told)}; "
                "begin a new one, or change that back"
            )

    def _within_hours(
        self, tasks: tuple[T, ...], plan: Plan, view: Outlook
    ) -> tuple[tuple[T, ...], Plan]:
        """Take as many tasks as fit into the hours that were given."""
        hours = self._options.hours
        if hours is None or self._before is not None:
            return tasks, plan
        if view.a_task is None:
            raise UsageError(
                "how long a task takes is not known yet for every entry that runs "
                "here; --dry-run --measure asks three of each"
            )
        fit = int(hours * _HOUR / max(view.a_task, 0.001))
        some = whole_commits(tasks, max(1, min(fit, len(tasks))))
        complain(
            self._process,
            f"as many fit into {duration(hours * _HOUR)}, at {duration(view.a_task)} "
            f"each: {counted(fit, 'task')}; asked: {len(some)}",
        )
        records = plan.tasks[: len(some)]
        return some, replace(plan, tasks=records, most=len(some))

    def _may_go_on(self, *, is_paid: bool, runs: bool) -> bool:
        """Ask once before anything leaves this machine, or is run on it.

        A script says --yes.
        """
        if not (is_paid or runs) or self._options.yes:
            return True
        if not can_confirm(self._process):
            clouds = "asks models that are not on this machine"
            code = "runs code that models write on this machine"
            what = [*([clouds] if is_paid else []), *([code] if runs else [])]
            done = "sent or run" if runs else "sent"
            raise UsageError(
                f"this {' and '.join(what)}: nothing was {done}; "
                "say --yes to do so without being asked"
            )
        asked = "Ask them, and run that?" if is_paid else "Run that?"
        return confirm(self._process, asked if runs else "Ask them?")

    async def _find_lacks(self, asker: Asker[T]) -> Lacks:
        """Say who cannot be asked; a dry run looks at no server but to measure."""
        looks = self._options.measure or not self._options.dry_run
        home = str(self._session.folders.home)
        return await find_lacks(asker, self._process.environ, home, looks=looks)

    async def _ask(
        self, tasks: tuple[T, ...], plan: Plan, asker: Asker[T], lacks: Lacks
    ) -> int:
        gc.freeze()  # what is loaded stays, and need not be looked at
        gc.enable()  # it rests in commands, which are over soon; this one is not
        record = self._begin(plan)
        asker.open(record)
        if self._before is not None:  # it may have gone on until just now
            self._records.take_over(record.number)
            record = self._records.find(str(record.number))
            self._count_spent(record)
        self.number = record.number
        known = Known.of(replace(record, aside=lacks.aside))  # others may be mended
        keeper = Keeper(self._records, record)
        filler = self._filler(tasks, asker, self._keep(record))
        bench = Bench(tasks, known, filler, keeper, self._purse)
        ending, code = await self._watch(
            bench, BenchView(record, bench, filler.forecasts, self._doing)
        )
        self._records.end(record.number, ending, known.aside)
        ended = self._records.find(str(record.number))
        say(self._process, report(ended, Known.of(ended), self._process.columns))
        has_texts = any(True for _ in self._records.texts(ended).read())
        told = ending_words(ended, has_texts=has_texts)
        say(self._process, f"bench {ended.number}: {told}\n")
        return code or _judged(ended)

    def _count_spent(self, record: BenchRecord) -> None:
        """Take what a bench has cost so far, and what a killed run may have."""
        self._purse.spent = record.cost_usd + record.lost_usd
        self._purse.is_known = record.is_cost_known

    def _begin(self, plan: Plan) -> BenchRecord:
        if self._before is not None:
            return self._before
        key = os.urandom(16).hex()
        now = wall_clock()
        return self._records.begin(plan, key=key, name=self._options.name, now=now)

    def _keep(self, record: BenchRecord) -> Callable[[Text], None]:
        """Keep texts in the file of the bench, where texts are kept at all."""
        if self._session.snapshot.settings.ledger.store_text == "none":
            return lambda _text: None
        file, told = self._records.texts(record), list[OSError]()

        def keep(text: Text) -> None:
            try:
                file.add(text)
            except OSError as error:
                if not told:
                    told.append(error)
                    complain(self._process, f"texts are not kept: {error.strerror}")

        return keep

    async def _watch(self, bench: Bench[T], view: BenchView) -> tuple[Ending, int]:
        """Run it, and show it meanwhile; Ctrl-C ends it with what is known."""
        screen = Screen(self._process)
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()

        def stop() -> bool:
            loop.call_soon_threadsafe(task.cancel)
            return True

        tell = partial(complain, self._process)
        with Interrupts(stop, screen.abandon) as interrupts:
            try:
                with suppress(asyncio.CancelledError):
                    async with shown(screen, view, tell):
                        return await bench.run(), 0
            finally:
                screen.close()
        task.uncancel()
        return Ending.UNFINISHED, interrupts.code or 1


def _judged(ended: BenchRecord) -> int:
    """Judge a bench as a question is: by who answered anything."""
    if not ended.answered:
        return NONE_ANSWERED
    is_whole = len(ended.answered) == len(ended.plan.contenders)
    return ALL_ANSWERED if is_whole else SOME_ANSWERED


def _one_of(errors: ExceptionGroup[Exception]) -> HexaiError:
    """Give the first of what people are told; raises the group if it is a bug."""
    told, rest = errors.split(HexaiError)
    if told is None or rest is not None:
        raise errors
    found: BaseException = told
    while isinstance(found, ExceptionGroup):
        found = found.exceptions[0]
    assert isinstance(found, HexaiError)
    return found
