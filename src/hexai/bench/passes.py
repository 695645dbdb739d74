"""Whether the user's tests pass with an answer in place of a function's body.

What was really written is tried first, and nothing in its place: only where a command
passes with the one and fails with the other, it says something of an answer. Each try
has a copy of its own, of the files as of the commit; one that has been tried is not
tried again.
"""

import asyncio
import os
import shlex
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from msgspec import Struct

from hexai.bench.confined.archive import TooLarge, pack
from hexai.bench.confined.command import run_confined
from hexai.bench.confined.job import Ended, Job
from hexai.bench.confined.surroundings import INSTALLED, environ_of, hidden, tools
from hexai.bench.mining.repository import Repository
from hexai.bench.mining.trees import BLOB, COMMIT, Absent, Trees, parse_commit
from hexai.config.folders import Folders, absolute_entries, find_program
from hexai.domain.bench import Kind, State, Task
from hexai.errors import SetupError, UsageError
from hexai.prompts.code.languages import language_of
from hexai.text.lines import with_newlines
from hexai.text.repetition import covered

LONGEST = 300.0
"""Seconds that a command may take with what was really written."""
_AT_LEAST, _TIMES = 20.0, 3.0
"""An answer gets so many seconds, or so many times what was written took."""
_BYTES = min(4 << 30, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2)
"""Of memory, of which a smaller machine gives half."""
_PROCESSES = 512
_KEPT = 4
"""Commits whose files are kept packed: lanes are not at the same task."""
_SAID = 6
"""Lines of what a command printed that are told."""
_BARE = "/tmp/repository"  # noqa: S108 - in a room where nobody else is
_MARK = "\ufeff"


class Surroundings(Struct, frozen=True, kw_only=True):
    """What a command is run in, but for the repository."""

    environ: Mapping[str, str]
    home: str
    folders: Folders


def split(command: str) -> tuple[str, ...]:
    """Split a command as a shell does, without one; raises `UsageError`."""
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"--test {command!r} cannot be split: {error}") from None
    if not words:
        raise UsageError("--test needs a command, such as --test 'pytest -q'")
    return words


class Passing:
    """Runs a command on answers, one at a time. To be closed."""

    def __init__(
        self, command: str, repository: Repository, around: Surroundings
    ) -> None:
        """Run nothing yet. Raises `UsageError` if there is no such program."""
        self._repository = repository
        self._trees = Trees(repository)
        self._folder = repository.folder or _BARE
        self._around = around
        self._command = self._found(split(command))
        self._archives: dict[str, IO[bytes]] = {}
        self._tried: dict[str, _Tried] = {}
        self.since: float | None = None
        """When the command that runs began, by the loop's clock; None: none does."""
        self.unfit = Counter[str]()
        """Why tasks say nothing, and how many."""
        self.failed: tuple[str, ...] = ()
        """How it ended where what was really written first failed, in lines."""

    def _found(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Name the program by its path; one with a `/` is one of the copy."""
        name, *rest = words
        if "/" in name:
            return (str(Path(self._folder, name)), *rest)
        path = absolute_entries(self._around.environ.get("PATH", ""))
        program = find_program(name, path)
        if program is None:
            raise UsageError(f"--test: no program {name} in the absolute part of PATH")
        return (program, *rest)

    async def check(self) -> None:
        """Make sure that a command can be confined here; raises `SetupError`."""
        with pack(self._repository, self._trees, "") as nothing:
            ended = await run_confined(self._job({}, seconds=10, tries=False), nothing)
        if ended.code != 0:
            raise SetupError(
                f"--test is not run: this machine gives a command {ended.refused}, and "
                "without one it could reach the network and your files; it takes "
                "Linux 5.12 with user namespaces, which a container or the "
                "distribution may have switched off"
            )

    async def passes(self, task: Task, state: State, answer: str) -> bool | None:
        """Tell whether tests pass with an answer; None where that says nothing."""
        if task.kind is not Kind.BODY or not state.counts:
            return None
        tried = await self._of(task)
        if tried.unfit:
            return None
        if state not in (State.ANSWERED, State.CUT_OFF) or not answer.strip():
            return False
        text = filled(task, answer)
        if text not in tried.passes:
            try:
                ended = await self._try(task, tried.mark + text, tried.seconds)
            except _NotTried:
                return None
            tried.passes[text] = ended.passes
        return tried.passes[text]

    @property
    def counts(self) -> int:
        """The tasks that say something."""
        return sum(not tried.unfit for tried in self._tried.values())

    def close(self) -> None:
        """Let go of all copies."""
        while self._archives:
            self._archives.popitem()[1].close()

    async def _of(self, task: Task) -> "_Tried":
        """Try what was really written, and nothing, once for a task."""
        if task.id not in self._tried:
            tried = await self._first_tried(task)
            self._tried[task.id] = tried
            if tried.unfit:
                self.unfit[tried.unfit] += 1
        return self._tried[task.id]

    async def _first_tried(self, task: Task) -> "_Tried":
        try:
            mark = self._mark_of(task)
            written = task.before + task.truth + task.after
            with_truth = await self._try(task, mark + written, LONGEST)
            if not with_truth.passes:
                self.failed = self.failed or told(with_truth)
                return _Tried(unfit="fail with what was really written")
            seconds = max(_AT_LEAST, _TIMES * with_truth.seconds)
            nothing = filled(task, "")
            with_nothing = await self._try(task, mark + nothing, seconds)
        except (TooLarge, Absent, _NotTried) as error:
            return _Tried(unfit=str(error) or "are of a commit that is not all here")
        if with_nothing.passes:
            return _Tried(unfit="pass with nothing there")
        return _Tried(
            mark=mark, seconds=seconds, passes={written: True, nothing: False}
        )

    def _mark_of(self, task: Task) -> str:
        """Give the mark that a file begins with, mostly none.

        Raises `_NotTried` if a task's document is not all of its file.
        """
        id_ = self._trees.find(self._tree_of(task), task.path.encode())
        with suppress(UnicodeDecodeError):
            text = (self._repository.read(id_, BLOB) or b"").decode()
            mark = _MARK if text.startswith(_MARK) else ""
            if text == mark + task.before + task.truth + task.after:
                return mark
        raise _NotTried("are in notebooks")

    def _tree_of(self, task: Task) -> str:
        commit = parse_commit(self._repository.read(task.commit, COMMIT) or b"")
        if commit is None:
            raise Absent
        return commit.tree

    async def _try(self, task: Task, text: str, seconds: float) -> Ended:
        archive = await self._packed(task)
        self.since = asyncio.get_running_loop().time()
        try:
            ended = await run_confined(
                self._job({task.path: text}, seconds=seconds), archive
            )
        finally:
            self.since = None
        if ended.refused:
            raise _NotTried(f"could not be tried: {ended.refused}")
        return ended

    async def _packed(self, task: Task) -> IO[bytes]:
        """Give the files of a task's commit; those of the last commits are kept.

        It takes seconds where there are thousands, in which others are asked.
        """
        kept = self._archives
        if task.commit not in kept:
            if len(kept) == _KEPT:
                kept.pop(next(iter(kept))).close()
            tree = self._tree_of(task)
            kept[task.commit] = await asyncio.to_thread(
                pack, self._repository, self._trees, tree
            )
        return kept[task.commit]

    def _job(self, texts: dict[str, str], *, seconds: float, tries: bool = True) -> Job:
        around, real = self._around, self._repository.folder
        away = hidden(around.folders, around.home)
        return Job(
            folder=self._folder,
            texts=texts,
            shown=tuple(str(Path(real, name)) for name in INSTALLED if real),
            hidden=away,
            tools=tools(self._command, around.environ, away),
            command=self._command if tries else (),
            environ=environ_of(around.environ, around.home),
            seconds=seconds,
            bytes=_BYTES,
            processes=_PROCESSES,
        )


class _NotTried(Exception):
    """Nothing could be run; the text says what is so of the tasks."""


class _Tried(Struct, kw_only=True):
    """What is known of a task's tests."""

    unfit: str = ""
    """Why they say nothing of an answer; empty if they do."""
    mark: str = ""
    seconds: float = 0.0
    """How long an answer may take."""
    passes: dict[str, bool] = {}
    """What came of each text of the file."""


def filled(task: Task, answer: str) -> str:
    """Give the text of a file with an answer in place, as an editor would have it."""
    end = task.truth[len(task.truth.rstrip()) :]
    text = with_newlines(answer).rstrip()
    language = language_of(task.language, task.path)
    taken = covered(text, task.before, task.after, language.id)
    return task.before + text + end + task.after[taken:]


def told(ended: Ended) -> tuple[str, ...]:
    """Say how a command ended, and what it printed last."""
    how = f"took too much {ended.stop}" if ended.stop else f"ended with {ended.code}"
    said = [line.rstrip() for line in ended.said.splitlines() if line.strip()]
    return (how, *said[-_SAID:])
