"""`hexai bench run`: which of your models is better for your code."""

import asyncio
import gc
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from msgspec import Struct, convert
from msgspec.structs import replace

from hexai.bench.asking import CompletionAsker
from hexai.bench.budget import Purse
from hexai.bench.fill import Filler
from hexai.bench.known import Known
from hexai.bench.measure import measure
from hexai.bench.mining.mine import Mined
from hexai.bench.plan import differences, whole_commits
from hexai.bench.prepare import (
    Asked,
    Outlook,
    contenders_of,
    find_tasks,
    outlook,
    plan_of,
    tasks_of,
)
from hexai.bench.run import Bench
from hexai.domain.bench import BenchRecord, Cell, Ending, Kind, Plan, Task
from hexai.domain.entry import Entry, Surface
from hexai.errors import HexaiError, SetupError, UsageError
from hexai.service.bench_records import BenchRecords, open_benches
from hexai.service.bench_texts import Text
from hexai.service.runtime import Loop
from hexai.surfaces.cli.arguments import read_moment
from hexai.surfaces.cli.bench_outlook import mined_words, outlook_words
from hexai.surfaces.cli.bench_view import BenchView, shown
from hexai.surfaces.cli.bench_words import ending_words, report, seconds
from hexai.surfaces.cli.command_line import Invocation
from hexai.surfaces.cli.loaded_config import Session, open_session
from hexai.surfaces.cli.output import can_confirm, complain, confirm, say
from hexai.surfaces.cli.process import Interrupts, folders_of
from hexai.surfaces.cli.terminal import Screen

_TASKS = 200
"""Tasks where nobody says how many."""
_HOUR = 3600.0
_EARLIER = 20
"""Benches by which it is told how long a cell takes."""


class Options(Struct, frozen=True, kw_only=True):
    """What the command line says."""

    path: str = ""
    tasks: int | None = None
    since: str | None = None
    only: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    kind: tuple[Kind, ...] = ()
    budget: Decimal | None = None
    hours: float | None = None
    margin: float = 5.0
    """In points."""
    seed: str | None = None
    dry_run: bool = False
    measure: bool = False
    yes: bool = False
    resume: str | None = None
    name: str = ""


def run_bench(invocation: Invocation, **options: Any) -> int:
    """Ask the models about holes in code that was written lately, and compare them."""
    wanted = convert({k: v for k, v in options.items() if v is not None}, Options)
    with open_benches(folders_of(invocation.process)) as records:
        before = None if wanted.resume is None else records.find(wanted.resume)
        if before is not None and before.ending is Ending.DONE:
            raise UsageError(f"bench {before.number} is done; see hexai bench show")
        return _Command(invocation, wanted, records, before).run()


class _Command:
    """One call of the command."""

    def __init__(
        self,
        invocation: Invocation,
        wanted: Options,
        records: BenchRecords,
        before: BenchRecord | None,
    ) -> None:
        self._process = invocation.process
        self._wanted = wanted
        self._records = records
        self._before = before
        root = self._root()
        chosen = replace(
            invocation.options, models=wanted.models, only=wanted.only, indices=()
        )
        self._session = open_session(replace(self._process, folder=root), chosen)
        self._entries = _entries(self._session)
        self._asked = self._what_is_asked()
        self._purse = Purse(wanted.budget, _spent(before))

    def _root(self) -> str:
        named = self._wanted.path
        if self._before is not None and not named:
            return self._before.plan.project
        return os.path.normpath(Path(self._process.folder or "/") / named)

    def _what_is_asked(self) -> Asked:
        """Give what is wanted; what is resumed wants what it wanted then."""
        wanted, now = self._wanted, time.time()  # noqa: TID251 - the edge
        if self._before is not None:
            plan = self._before.plan
            return Asked(
                tasks=plan.wanted,
                most=plan.most,
                seed=plan.seed,
                until=plan.until,
                since=plan.since,
                languages=plan.languages,
                kinds=tuple(map(Kind, plan.kinds)),
                margin=plan.margin,
                test=plan.test,
            )
        since = None if wanted.since is None else int(read_moment(wanted.since, now))
        return Asked(
            tasks=wanted.tasks or _TASKS,
            seed=wanted.seed or secrets.token_hex(4),
            until=int(now),
            since=since,
            languages=wanted.language,
            kinds=wanted.kind,
            margin=wanted.margin / 100,
        )

    def run(self) -> int:
        """Find the tasks, say what it takes, ask, and say what came of it."""
        session = self._session
        if self._process.stderr_is_terminal:
            complain(self._process, "looking for tasks in the history …")
        mined = find_tasks(
            Path(session.process.folder),
            self._asked,
            folders=session.folders,
            environ=self._process.environ,
            settings=session.snapshot.settings,
        )
        tasks = tasks_of(mined, self._asked)
        if not tasks:
            raise HexaiError(
                f"no task was found in {mined.folder}: "
                + (_left_out(mined) or "it has no commits that count")
            )
        with asyncio.Runner(loop_factory=Loop) as runner:
            return runner.run(self._with_asker(mined, tasks))

    async def _with_asker(self, mined: Mined, tasks: tuple[Task, ...]) -> int:
        snapshot = self._session.snapshot
        notes: list[str] = []
        problem: HexaiError | None = None
        code = 1
        async with (
            self._session.services(on_note=notes.append) as services,
            CompletionAsker(
                services,
                self._entries,
                settings=snapshot.settings,
                restrictions=snapshot.restrictions,
                root=Path(mined.folder),
                purse=self._purse,
            ) as asker,
        ):
            try:
                code = await self._decide(mined, tasks, asker)
            except HexaiError as error:
                problem = error  # as it is, and in no group of errors
            finally:
                services.beside.close()
        self._session.note(notes)
        if problem is not None:
            raise problem
        return code

    async def _decide(
        self, mined: Mined, tasks: tuple[Task, ...], asker: CompletionAsker
    ) -> int:
        """Say what it will take, and go on if that is wanted."""
        settings = self._session.snapshot.settings
        contenders = contenders_of(self._entries, asker, settings)
        plan = plan_of(mined, self._asked, contenders, settings)
        self._check_same(plan)
        earlier = [*islice(self._records.listed(), _EARLIER)]
        measured = await measure(tasks, asker) if self._wanted.measure else None
        view = outlook(tasks, asker, contenders, earlier, measured)
        tasks, plan = self._within_hours(tasks, plan, view)
        is_paid = bool(asker.clouds)
        if self._wanted.dry_run or is_paid or self._wanted.hours:
            words = mined_words(mined, plan) + outlook_words(
                plan, view, self._purse.limit, columns=self._process.columns
            )
            say(self._process, words)
        if self._wanted.dry_run:
            return 0
        if not self._may_go_on(is_paid=is_paid):
            return 1
        return await self._ask(tasks, plan, asker)

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
        self, tasks: tuple[Task, ...], plan: Plan, view: Outlook
    ) -> tuple[tuple[Task, ...], Plan]:
        """Take as many tasks as fit into the hours that were given."""
        hours = self._wanted.hours
        if hours is None or self._before is not None:
            return tasks, plan
        if view.a_task is None:
            raise UsageError(
                "how long a task takes is not known yet for every entry that runs "
                "here; hexai bench run --dry-run --measure asks three of each"
            )
        fit = int(hours * _HOUR / max(view.a_task, 0.001))
        some = whole_commits(tasks, max(1, min(fit, len(tasks))))
        complain(
            self._process,
            f"{fit} tasks fit into {seconds(hours * _HOUR)}, at "
            f"{seconds(view.a_task)} a task; {len(some)} are asked",
        )
        records = plan.tasks[: len(some)]
        return some, replace(plan, tasks=records, most=len(some))

    def _may_go_on(self, *, is_paid: bool) -> bool:
        """Ask once before anything leaves this machine; a script says --yes."""
        if not is_paid or self._wanted.yes:
            return True
        if not can_confirm(self._process):
            raise UsageError(
                "this asks models that are not on this machine: nothing was sent; "
                "say --yes to do so without being asked"
            )
        return confirm(self._process, "Ask them?")

    async def _ask(
        self, tasks: tuple[Task, ...], plan: Plan, asker: CompletionAsker
    ) -> int:
        gc.enable()  # it rests in commands, which are over soon; this one is not
        record = self._begin(plan)
        known = Known.of(record)
        keeper = _Keeper(self._records, record)
        sizes = [asker.sizes(task) for task in tasks]
        filler = Filler(asker, tasks, sizes, self._keep(record))
        bench = Bench(tasks, known, filler, keeper, self._purse)
        asker.open()
        ending, code = await self._watch(
            bench, BenchView(record, bench, filler.forecasts)
        )
        self._records.end(record.number, ending, known.aside)
        ended = self._records.find(str(record.number))
        say(self._process, report(ended, Known.of(ended), self._process.columns))
        say(self._process, f"bench {ended.number}: {ending_words(ended)}\n")
        return code

    def _begin(self, plan: Plan) -> BenchRecord:
        if self._before is not None:
            return self._before
        key = secrets.token_hex(16)
        now = time.time()  # noqa: TID251 - the edge
        return self._records.begin(plan, key=key, name=self._wanted.name, now=now)

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

    async def _watch(self, bench: Bench, view: BenchView) -> tuple[Ending, int]:
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


class _Keeper:
    """Writes what is known into the ledger."""

    def __init__(self, records: BenchRecords, record: BenchRecord) -> None:
        self._records = records
        self._number = record.number

    def reserve(self, task: str, contender: int, most: Decimal) -> None:
        """Write what a cell that begins may cost at most."""
        self._records.reserve(self._number, task, contender, most)

    def put(self, cell: Cell) -> None:
        """Write a cell."""
        self._records.put(self._number, cell)


def _entries(session: Session) -> tuple[Entry, ...]:
    entries = session.entries(Surface.COMPLETION)
    if not entries:
        raise SetupError(
            "no entry is configured for completion; add [[models.completion]] tables, "
            "or name models with -m PROVIDER:MODEL"
        )
    return entries


def _spent(before: BenchRecord | None) -> Decimal:
    """Give what a bench has cost so far, and what a killed run may have."""
    return Decimal(0) if before is None else before.cost_usd + before.lost_usd


def _left_out(mined: Mined) -> str:
    told = [f"{count} {reason}" for reason, count in mined.left_out.items()]
    return ", ".join(told[:5])
