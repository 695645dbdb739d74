"""`hexai bench run`: which of your models is better for your code."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from msgspec import convert

from hexai.bench.asker import Asker
from hexai.bench.fill_holes import HoleFiller
from hexai.bench.hole_asker import CompletionAsker
from hexai.bench.mining.mine import Mined
from hexai.bench.mining.repository import place_in
from hexai.bench.outlook import Outlook
from hexai.bench.prepare import Asked, find_tasks, plan_of, tasks_of
from hexai.domain.bench import BenchContender, BenchRecord, Kind, Plan, Task
from hexai.domain.entry import Surface
from hexai.errors import HexaiError, UsageError
from hexai.service.bench_records import BenchRecords, open_benches
from hexai.service.bench_texts import Text
from hexai.service.services import Services
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.arguments import read_moment
from hexai.surfaces.cli.bench import TASKS
from hexai.surfaces.cli.bench_command import BenchCommand
from hexai.surfaces.cli.bench_options import BenchOptions, check_resumed
from hexai.surfaces.cli.bench_outlook import mined_words, outlook_words
from hexai.surfaces.cli.bench_tests import CodeTests
from hexai.surfaces.cli.command_line import Invocation
from hexai.surfaces.cli.output import complain
from hexai.surfaces.cli.process import absolute, folders_of


class Options(BenchOptions, frozen=True, kw_only=True):
    """What the command line says."""

    path: str = ""
    tasks: int | None = None
    since: str | None = None
    language: tuple[str, ...] = ()
    kind: tuple[Kind, ...] = ()
    test: str | None = None
    surface: Surface = Surface.COMPLETION


def run_bench(invocation: Invocation, **options: Any) -> int:
    """Ask the models about holes in code that was written lately, and compare them."""
    check_resumed(options)
    wanted = convert({k: v for k, v in options.items() if v is not None}, Options)
    if wanted.surface is not Surface.COMPLETION:
        raise UsageError(
            f"holes in code are asked of models.completion, not of {wanted.surface}; "
            "hexai bench ask puts questions of your own to models.cli"
        )
    with open_benches(folders_of(invocation.process)) as records:
        before = None if wanted.resume is None else records.find(wanted.resume)
        if before is not None and before.plan.surface is not Surface.COMPLETION:
            raise UsageError(
                f"bench {before.number} asks questions of your own; "
                f"hexai bench ask --resume {before.number} goes on with it"
            )
        if before is not None and before.is_over:
            raise UsageError(f"bench {before.number} is done; see hexai bench show")
        return _CodeBench(invocation, wanted, records, before).run()


class _CodeBench(BenchCommand[Task]):
    """One call of the command."""

    surface = Surface.COMPLETION
    _mined: Mined
    _tests: CodeTests | None = None

    def __init__(
        self,
        invocation: Invocation,
        wanted: Options,
        records: BenchRecords,
        before: BenchRecord | None,
    ) -> None:
        if before is not None and not wanted.path:
            folder = before.plan.project
        else:
            folder = os.path.normpath(absolute(invocation.process, wanted.path))
        super().__init__(invocation, wanted, records, before, folder=folder)
        self._wanted, self._folder = wanted, folder
        self._asked = self._what_is_asked()

    def _what_is_asked(self) -> Asked:
        """Give what is wanted; what is resumed wants what it wanted then."""
        wanted, now = self._wanted, wall_clock()
        if self._before is not None:
            plan = self._before.plan
            return Asked(
                tasks=plan.wanted,
                most=plan.most,
                seed=plan.seed,
                until=plan.until,
                since=plan.since,
                languages=plan.languages,
                below=plan.below,
                kinds=tuple(map(Kind, plan.kinds)),
                margin=plan.margin,
                test=plan.test if wanted.test is None else wanted.test,
            )
        since = None if wanted.since is None else int(read_moment(wanted.since, now))
        return Asked(
            tasks=wanted.tasks or TASKS,
            seed=wanted.seed or os.urandom(4).hex(),
            until=int(now),
            since=since,
            languages=wanted.language,
            below=place_in(Path(self._folder)) if wanted.path else "",
            kinds=wanted.kind,
            margin=wanted.margin / 100,
            test=wanted.test or "",
        )

    def _find(self) -> tuple[Task, ...]:
        session = self._session
        if self._process.stderr_is_terminal:
            complain(self._process, "looking for tasks in the history …")
        self._mined = find_tasks(
            Path(session.process.folder),
            self._asked,
            folders=session.folders,
            environ=self._process.environ,
            settings=session.snapshot.settings,
        )
        tasks = tasks_of(self._mined, self._asked)
        if not tasks:
            raise HexaiError(
                f"no task was found in {self._mined.folder}: "
                + "; ".join(
                    [
                        _left_out(self._mined) or "it has no commits that count",
                        *_narrowed(self._asked),
                        *self._mined.notes,
                    ]
                )
            )
        if self._mined.held_back and self._before is None:
            complain(self._process, self._mined.held_back)
        return tasks

    def _asker(self, services: Services) -> CompletionAsker:
        snapshot = self._session.snapshot
        return CompletionAsker(
            services,
            self._entries,
            settings=snapshot.settings,
            restrictions=snapshot.restrictions,
            root=Path(self._mined.folder),
            purse=self._purse,
        )

    def _plan(self, contenders: tuple[BenchContender, ...]) -> Plan:
        settings = self._session.snapshot.settings
        return plan_of(self._mined, self._asked, contenders, settings)

    def _beforehand(self, plan: Plan, view: Outlook) -> str:
        columns = self._process.columns
        drawn = not self._wanted.seed and self._before is None
        mined = mined_words(self._mined, plan, columns=columns, drawn=drawn)
        return mined + outlook_words(plan, view, self._purse.limit, columns=columns)

    def _commands(self, plan: Plan) -> CodeTests | None:
        if plan.test:
            folder = self._mined.folder or self._session.process.folder
            self._tests = CodeTests(self._session, plan, folder)
        return self._tests

    def _doing(self) -> str:
        return "" if self._tests is None else self._tests.doing

    def _filler(
        self, tasks: tuple[Task, ...], asker: Asker[Task], keep: Callable[[Text], None]
    ) -> HoleFiller:
        tests = None if self._tests is None else self._tests.passing
        return HoleFiller(asker, tasks, keep, tests)


def _narrowed(asked: Asked) -> Iterator[str]:
    """Say what of a repository was looked at, if that is not all of it."""
    if asked.below:
        yield f"only {asked.below} was looked at"
    if asked.languages:
        yield f"only files of {', '.join(asked.languages)} were looked at"
    if asked.kinds:
        yield f"only holes of the kind {', '.join(asked.kinds)} count"


def _left_out(mined: Mined) -> str:
    told = [f"{reason} ({count:,})" for reason, count in mined.left_out.items()]
    return f"left out: {', '.join(told[:5])}" if told else ""
