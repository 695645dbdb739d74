"""`hexai bench ask`: questions of your own, to all of your models."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import convert
from msgspec.structs import replace

from hexai.bench.asker import Asker
from hexai.bench.outlook import Outlook
from hexai.bench.questions.prepare import AskedQuestions, composed, plan_of, pose
from hexai.bench.questions.question import CheckKind, OwnQuestion, PosedQuestion
from hexai.bench.questions.question_asker import QuestionAsker, QuestionFiller
from hexai.bench.questions.read import BadQuestions, read_questions
from hexai.config.files import Oversized, Unreadable, read_file
from hexai.domain.attachments import Attachment
from hexai.domain.bench import BenchContender, BenchRecord, Plan
from hexai.domain.entry import Surface
from hexai.errors import HexaiError, UsageError
from hexai.service.bench_records import BenchRecords, open_benches
from hexai.service.bench_texts import Text
from hexai.service.projects import as_recorded, project_of
from hexai.service.services import Services
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.bench_ask_words import questions_words
from hexai.surfaces.cli.bench_command import BenchCommand
from hexai.surfaces.cli.bench_options import BenchOptions, check_resumed
from hexai.surfaces.cli.bench_outlook import fitted, outlook_words
from hexai.surfaces.cli.command_line import Invocation
from hexai.surfaces.cli.output import complain
from hexai.surfaces.cli.process import (
    ALL_ANSWERED,
    SOME_ANSWERED,
    STANDARD,
    Process,
    absolute,
    folders_of,
)
from hexai.surfaces.cli.prompt_input import read_piped
from hexai.surfaces.words import counted
from hexai.text.sanitise import is_whole

if TYPE_CHECKING:
    from hexai.surfaces.cli.bench_ask_tests import QuestionTests

_LIMIT = 8 << 20
"""Bytes of a file of questions, as of standard input."""
_MOST = 10_000
"""Questions of a file, each time that they are asked counted."""


class Options(BenchOptions, frozen=True, kw_only=True):
    """What the command line says."""

    file: str = ""
    tasks: int | None = None
    repeat: int | None = None
    vote: bool = False
    test: bool = False
    history: int | None = None


def ask_bench(invocation: Invocation, **options: Any) -> int:
    """Ask the models questions of the user's own, and check what they say."""
    check_resumed(options)
    wanted = convert({k: v for k, v in options.items() if v is not None}, Options)
    if wanted.history is not None:
        from hexai.surfaces.cli.bench_history import write_questions

        return write_questions(invocation, wanted.file, wanted.history)
    process = invocation.process
    with open_benches(folders_of(process)) as records:
        before = None if wanted.resume is None else records.find(wanted.resume)
        if before is None and not wanted.file:
            raise UsageError(
                "name a file of questions: JSON Lines, YAML, TOML, or a paragraph "
                "each; --history 30 makes one of what you asked"
            )
        if before is not None:
            has_texts = any(True for _ in records.texts(before).read())
            _check_resumable(before, runs=wanted.test, has_texts=has_texts)
        bench = _QuestionBench(invocation, wanted, records, before)
        code = bench.run()
        if not wanted.vote or bench.number is None:
            return code
        ended = records.find(str(bench.number))
        if code not in (ALL_ANSWERED, SOME_ANSWERED) or len(ended.answered) < 2:
            return code
        from hexai.surfaces.cli.bench_vote import vote_on

        return vote_on(process, records, ended) or code


def _check_resumable(before: BenchRecord, *, runs: bool, has_texts: bool) -> None:
    number = before.number
    if runs and not before.plan.test:
        raise UsageError(f"bench {number} was begun without --test; leave it out")
    if not before.plan.asks_questions:
        raise UsageError(
            f"bench {number} is one on code; hexai bench run --resume {number} goes "
            "on with it"
        )
    if before.is_over:
        vote = f", and hexai bench vote {number} asks which answers are better"
        told = f"bench {number} is done; hexai bench show {number} prints it"
        raise UsageError(told + vote if has_texts else told)


class _QuestionBench(BenchCommand[PosedQuestion]):
    """One call of the command."""

    surface = Surface.CLI
    _checks: "QuestionTests | None" = None

    def __init__(
        self,
        invocation: Invocation,
        wanted: Options,
        records: BenchRecords,
        before: BenchRecord | None,
    ) -> None:
        folder = invocation.process.folder
        if before is not None:
            folder = before.plan.project or folder
        super().__init__(invocation, wanted, records, before, folder=folder)
        self._session.check_first_run(self._entries)
        stores = self._session.snapshot.settings.ledger.store_text != "none"
        if wanted.vote and not stores:
            raise UsageError(
                'answers are not kept with ledger.store_text = "none", so nobody can '
                "vote on them; leave --vote out, or set it to cli"
            )
        if wanted.vote and not wanted.dry_run:
            from hexai.surfaces.cli.bench_vote import check_can_vote

            check_can_vote(self._process, len(self._entries))
        self._wanted = wanted
        self._asked = self._what_is_asked()
        self._tasks: tuple[PosedQuestion, ...] = ()

    def _what_is_asked(self) -> AskedQuestions:
        """Give what is wanted; what is resumed wants what it wanted then."""
        wanted = self._wanted
        named = wanted.file
        if named and named != STANDARD:
            named = os.path.normpath(absolute(self._process, named))
        if not is_whole(named):
            raise UsageError(
                f"{named}: a bench knows it by its path, which is no UTF-8; rename it"
            )
        asked = AskedQuestions(
            file=named,
            project=as_recorded(project_of(self._session.process.folder)),
            seed=wanted.seed or os.urandom(4).hex(),
            until=int(wall_clock()),
            repeat=wanted.repeat or 1,
            most=wanted.tasks,
            margin=wanted.margin / 100,
            test=wanted.test,
            votes=wanted.vote,
        )
        if self._before is None:
            return asked
        plan = self._before.plan
        return replace(
            asked,
            file=named or plan.file,
            seed=plan.seed,
            until=plan.until,
            repeat=plan.repeat,
            most=plan.most,
            margin=plan.margin,
            test=bool(plan.test),
        )

    def _find(self) -> tuple[PosedQuestion, ...]:
        file = self._asked.file
        shown = os.path.relpath(file, self._process.folder or "/")
        name = "standard input" if file == STANDARD else min(file, shown, key=len)
        text = _piped(self._process) if file == STANDARD else _read(Path(file), name)
        found = read_questions(text, name)
        complain(self._process, *(f"note: {note}" for note in found.notes))
        count = len(found.questions) * self._asked.repeat
        if min(count, self._asked.most or count) > _MOST:
            raise UsageError(
                f"{name}: {count} questions are more than {_MOST}; ask some of them "
                "with --tasks, or less often"
            )
        questions = self._without_runs(found.questions)
        settings = self._session.snapshot.settings
        attached = self._attached(questions, name)
        posed = [
            (question, composed(question, settings, attached.get(question.files, ())))
            for question in questions
        ]
        self._tasks = pose(posed, self._asked)
        return self._tasks

    def _attached(
        self, questions: tuple[OwnQuestion, ...], name: str
    ) -> dict[tuple[str, ...], tuple[Attachment, ...]]:
        """Read what questions name; paths count from the file's own folder."""
        if not any(each.files for each in questions):
            return {}
        from hexai.service.attachments.fetch import is_address
        from hexai.surfaces.cli.attach import attacher

        folder = self._process.folder or "/"
        if self._asked.file != STANDARD:
            folder = str(Path(self._asked.file).parent)
        files = tuple(dict.fromkeys(f for each in questions for f in each.files))
        pages = {*filter(is_address, files)} if self._options.dry_run else {*()}
        if pages:
            told = counted(len(pages), "page")
            complain(
                self._process,
                f"note: a dry run fetches nothing, so it counts nothing of {told}",
            )
        attach = attacher(
            self._session, tuple(f for f in files if f not in pages), folder
        )
        found: dict[tuple[str, ...], tuple[Attachment, ...]] = {}
        problems = []
        for each in questions:
            try:
                if each.files not in found:
                    some = tuple(f for f in each.files if f not in pages)
                    found[each.files] = attach(some) if some else ()
            except UsageError as error:
                problems.append(f"{name}:{each.line}: {error}")
        if problems:
            raise BadQuestions("\n".join(problems))
        return found

    def _without_runs(
        self, questions: tuple[OwnQuestion, ...]
    ) -> tuple[OwnQuestion, ...]:
        """Leave out what would run a command, unless that was allowed."""
        if self._asked.test:
            return questions
        kept = [
            replace(
                each,
                checks=tuple(c for c in each.checks if c.kind is not CheckKind.RUNS),
            )
            for each in questions
        ]
        pairs = zip(questions, kept, strict=True)
        left_out = sum(len(old.checks) - len(new.checks) for old, new in pairs)
        if left_out:
            complain(
                self._process,
                f"note: left out: {counted(left_out, 'check')} that would run a "
                "command; --test runs it, on this machine",
            )
        return tuple(kept)

    def _asker(self, services: Services) -> QuestionAsker:
        snapshot = self._session.snapshot
        return QuestionAsker(
            services,
            self._entries,
            settings=snapshot.settings,
            restrictions=snapshot.restrictions,
            purse=self._purse,
        )

    def _plan(self, contenders: tuple[BenchContender, ...]) -> Plan:
        withheld = not self._session.snapshot.settings.team.enabled
        plan = plan_of(self._tasks, self._asked, contenders)
        plan = replace(plan, withheld=withheld)
        if self._before is not None and self._before.plan.whole:
            return replace(plan, whole=True)
        return plan

    def _beforehand(self, plan: Plan, view: Outlook) -> str:
        columns = self._process.columns
        asked = fitted(questions_words(plan).splitlines(), columns)
        return asked + outlook_words(plan, view, self._purse.limit, columns=columns)

    def _commands(self, plan: Plan) -> "QuestionTests | None":
        commands = {
            str(check.wanted): task.question.line
            for task in reversed(self._tasks)
            for check in task.question.checks
            if check.kind is CheckKind.RUNS
        }
        if plan.test and commands:
            from hexai.surfaces.cli.bench_ask_tests import QuestionTests

            folder = str(Path(plan.file).parent)
            if plan.file == STANDARD:
                folder = self._process.folder or "/"
            self._checks = QuestionTests(self._session, commands, folder)
        return self._checks

    def _filler(
        self,
        tasks: tuple[PosedQuestion, ...],
        asker: Asker[PosedQuestion],
        keep: Callable[[Text], None],
    ) -> QuestionFiller:
        runs = None if self._checks is None else self._checks.running.run
        return QuestionFiller(asker, tasks, keep, runs)


def _piped(process: Process) -> str:
    text = read_piped(process)
    if not text:
        raise HexaiError("no questions are piped in; name a file of them")
    return text


def _read(path: Path, name: str) -> str:
    try:
        file = read_file(path, limit=_LIMIT)
    except Oversized:
        raise HexaiError(f"{name} is over 8 MiB; make several files of it") from None
    except Unreadable as error:
        told = f"{name} {error}; name a file, or pipe it into -"
        raise HexaiError(told) from None
    if file is None:
        raise HexaiError(f"there is no file {name}; name one with questions")
    return file.text
