"""Runs the commands of checks on answers, each in a room of its own.

A command gets an answer on standard input, and its exit code says whether that is
right. It sees a copy of the folder that the questions are in, in which it may write.
"""

import os
import shlex
import tarfile
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

from hexai.bench.confined.archive import TooLarge
from hexai.bench.confined.command import run_confined
from hexai.bench.confined.job import Ended, Job
from hexai.bench.confined.surroundings import INSTALLED, environ_of, hidden, tools
from hexai.bench.passes import Surroundings
from hexai.config.folders import absolute_entries, find_program
from hexai.errors import SetupError, UsageError

SECONDS = 10.0
"""That a command may take for an answer."""
MOST_FILES, MOST_BYTES = 2_000, 64 << 20
"""Of the folder that is copied."""
_BYTES = 2 << 30
_PROCESSES = 128


class Running:
    """Runs commands in copies of a folder. To be closed."""

    def __init__(
        self, commands: Collection[str], folder: str, around: Surroundings
    ) -> None:
        """Run nothing yet. Raises `UsageError` for what cannot be run."""
        self._folder, self._around = folder, around
        self._hidden = hidden(around.folders, around.home)
        self._words = {command: self._found(command) for command in commands}
        try:
            self._archive = pack_folder(folder, self._hidden)
        except TooLarge as error:
            raise UsageError(
                f"{folder} holds {error}, and checks run in a copy of it; move the "
                "questions into a folder of their own"
            ) from None
        except OSError as error:
            place, why = error.filename or folder, error.strerror or error
            raise UsageError(
                f"{place} cannot be read ({why}), "
                "and checks run in a copy of its folder; make it readable, or move the "
                "questions into a folder of their own"
            ) from None

    def _found(self, command: str) -> tuple[str, ...]:
        """Split a command, and name the program by its path."""
        try:
            name, *rest = shlex.split(command)
        except ValueError as error:
            reason = "is empty" if not command.strip() else f"cannot be split: {error}"
            raise UsageError(f"runs {command!r} {reason}") from None
        if "/" in name:
            return (str(Path(self._folder, name)), *rest)
        path = absolute_entries(self._around.environ.get("PATH", ""))
        program = find_program(name, path)
        if program is None:
            raise UsageError(
                f"runs {command!r}: there is no program {name} in the absolute part "
                "of PATH"
            )
        return (program, *rest)

    async def check(self) -> None:
        """Make sure that a command can be confined here; raises `SetupError`."""
        ended = await run_confined(self._job((), ""), self._archive)
        if ended.code != 0:
            raise SetupError(
                f"--test is not run: this machine gives a command {ended.refused}, and "
                "without one it could reach the network and your files; it takes "
                "Linux 5.12 with user namespaces"
            )

    async def run(self, command: str, answer: str) -> bool:
        """Tell whether a command takes an answer for right.

        What takes too long or too much does not. Raises `SetupError` if it cannot be
        run at all.
        """
        ended: Ended = await run_confined(
            self._job(self._words[command], answer), self._archive
        )
        if ended.refused or not ended.is_started:
            why = ended.refused or ended.said.strip()
            raise SetupError(f"runs {command!r} cannot be run: {why}")
        return ended.passes

    def close(self) -> None:
        """Let go of the copy."""
        self._archive.close()

    def _job(self, command: tuple[str, ...], answer: str) -> Job:
        around = self._around
        return Job(
            folder=self._folder,
            texts={},
            shown=tuple(str(Path(self._folder, name)) for name in INSTALLED),
            hidden=self._hidden,
            tools=tools(command, around.environ, self._hidden),
            command=command,
            environ=environ_of(around.environ, around.home),
            given=answer,
            seconds=SECONDS,
            bytes=_BYTES,
            processes=_PROCESSES,
        )


def pack_folder(folder: str, without: Collection[str]) -> IO[bytes]:
    """Pack the files below a folder; gives an open file without a name.

    Left out are links, what begins with a dot, what is installed there, and what a
    confined command must not see. Raises `TooLarge`, and `OSError` where one cannot be
    read.
    """
    packed = tempfile.TemporaryFile()  # noqa: SIM115 - the caller's
    try:
        _pack(packed, folder, without)
    except BaseException:
        packed.close()
        raise
    return packed


def _pack(packed: IO[bytes], folder: str, without: Collection[str]) -> None:
    files = size = 0
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path in _files(folder, {*without}):
            files, size = files + 1, size + path.lstat().st_size
            if files > MOST_FILES or size > MOST_BYTES:
                raise TooLarge(f"over {MOST_FILES} files or {MOST_BYTES >> 20} MB")
            entry = archive.gettarinfo(path, str(path.relative_to(folder)))
            entry.mode = 0o755 if entry.mode & 0o100 else 0o644
            with path.open("rb") as file:
                archive.addfile(entry, file)


def _files(folder: str, without: set[str]) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        here = Path(place)
        folders[:] = [
            name
            for name in sorted(folders)
            if _is_wanted(here / name, without) and name not in INSTALLED
        ]
        for name in sorted(names):
            path = here / name
            if _is_wanted(path, without) and os.path.isfile(path):
                yield path


def _is_wanted(path: Path, without: set[str]) -> bool:
    is_plain = not path.name.startswith(".") and not os.path.islink(path)
    return is_plain and str(path) not in without
