"""How an action ends: what goes out in the selection's place, and where to.

Whatever happens, the bytes that came in go out again unless the user takes an answer.
"""

import errno
import os
import select
import stat
from pathlib import Path

from msgspec import Struct

from hexai.service.private_files import write_private

_PIECE = 1 << 18
"""Bytes that are written at a time."""


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of it, however slowly it is read; raises `OSError`."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest[:_PIECE]) :]
        except BlockingIOError:
            select.select([], [descriptor], [])


TAKEN = 0
FAILED = 1
USAGE = 2
NOTHING_TAKEN = 3
A_BUG = 70


class Ending(Struct, frozen=True, kw_only=True):
    """What becomes of a selection."""

    code: int
    output: bytes | None = None
    """What takes its place; None: it goes out as it came."""
    reason: str = ""
    """Why nothing takes its place, for people."""
    lines: tuple[str, ...] = ()
    """What can be said of answers that were taken: closing lines."""

    @classmethod
    def skipped(cls, reason: str) -> "Ending":
        """Give it where the user wants nothing."""
        return cls(code=NOTHING_TAKEN, reason=reason)

    @classmethod
    def failed(cls, reason: str) -> "Ending":
        """Give it where nothing could be had."""
        return cls(code=FAILED, reason=reason)

    @classmethod
    def stopped(cls, signal: int) -> "Ending":
        """Give it for a signal, or for the key that stands for one."""
        return cls(code=128 + signal, reason="interrupted")


_INTO = os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK


def write_outfile(path: Path, data: bytes, *, stdout: int) -> None:
    """Write all of it; raises `OSError`.

    It may be the user's source file, so it keeps its mode and its links, and a kill in
    the middle leaves the old one whole. A pipe or a device is never replaced, and
    `/dev/stdout` may be a file that others append to: it is `stdout` itself.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        write_private(Path(os.path.realpath(path)), data)
        return
    if os.path.samestat(found, os.fstat(stdout)):
        write_all(stdout, data)
    elif stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
        _replace(Path(os.path.realpath(path)), data, found)
    else:
        _write_into(path, data)


def _replace(path: Path, data: bytes, found: os.stat_result) -> None:
    if found.st_uid != os.geteuid() or not os.access(path.parent, os.W_OK):
        _write_into(path, data)  # a new file would have another owner
        return
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    write_private(path, data, mode=stat.S_IMODE(found.st_mode))


def _write_into(path: Path, data: bytes) -> None:
    """Write into what is there, as a shell's `>` does; a pipe has to have a reader."""
    descriptor = os.open(path, _INTO)
    try:
        write_all(descriptor, data)
    finally:
        os.close(descriptor)


_GENERATIONS = 4
"""Between us and the editor are a shell, and wrappers of the user's."""


class Editor(Struct, frozen=True, kw_only=True):
    """An editor that puts a filter's standard error in the selection's place.

    A reason there would eat the selection that it is about. If there is nothing, and
    the exit code is not 0, the editor keeps the selection and says so.
    """

    programs: frozenset[str]
    seen: str
    """What, version, date, source."""


EDITORS = (
    Editor(
        programs=frozenset({"hx", "helix", ".hx-wrapped"}),
        seen="`:pipe` run in Helix master of 2026-07-23 on 2026-11-28; "
        "shell_impl_async in helix-term/src/commands.rs, "
        "github.com/helix-editor/helix",
    ),
)


def reads_standard_error(parent: int, processes: Path = Path("/proc")) -> bool:
    """Tell whether such an editor has started us; False where that cannot be seen."""
    for _ in range(_GENERATIONS):
        try:
            told = (processes / str(parent) / "stat").read_text("utf-8", "replace")
        except OSError:
            return False
        name, _, rest = told.partition("(")[2].rpartition(")")
        if any(name in editor.programs for editor in EDITORS):
            return True
        parent = int(rest.split()[1])
        if parent <= 1:
            return False
    return False
