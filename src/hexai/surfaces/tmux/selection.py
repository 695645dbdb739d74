"""The selection: what came in, and what goes out in its place when an action ends.

Whatever happens, the bytes that came in go out again unless the user takes an answer,
so they are kept as they are. What cannot be given to a model whole, because it is no
text, would come back damaged; so it is given to none.
"""

import errno
import os
import re
import select
import stat
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from hexai.errors import UsageError
from hexai.service.files import write_private
from hexai.surfaces.tmux.view_messages import LIMIT, PIECE

_HEADER = re.compile(r"\s*diagnostics:[ \t]*\r?\n", re.IGNORECASE)
_BLANK_LINE = re.compile(r"^[ \t]*\r?\n", re.MULTILINE)
_MARK = "\ufeff"


class Selection(Struct, frozen=True, kw_only=True):
    """What an editor piped in."""

    raw: bytes
    text: str = ""
    """What may be changed."""
    mark: str = ""
    """A byte order mark, which no model is shown."""
    diagnostics: tuple[str, ...] = ()
    """What a compiler says of it, one a line."""
    problem: str = ""
    """Why no model can be asked about it; empty if one can."""

    def output(self, text: str) -> bytes:
        """Give the bytes that go out if a text is taken."""
        return (self.mark + text).encode("utf-8", "replace")


def read_selection(raw: bytes) -> Selection:
    """Find the text in what was piped in."""
    if len(raw) > LIMIT:
        return Selection(raw=raw, problem="it is larger than 8 MiB; select less")
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Selection(raw=raw, problem=f"line {line} of it is not UTF-8 text")
    if "\0" in whole:
        line = whole.count("\n", 0, whole.index("\0")) + 1
        return Selection(raw=raw, problem=f"line {line} of it holds a NUL byte")
    mark = _MARK if whole.startswith(_MARK) else ""
    diagnostics, text = _split(whole.removeprefix(_MARK))
    problem = "" if text.strip() else "it is blank"
    return Selection(
        raw=raw, text=text, mark=mark, diagnostics=diagnostics, problem=problem
    )


def _split(whole: str) -> tuple[tuple[str, ...], str]:
    """Split off what a compiler says, if the text begins with that.

    As in the Go tool: a line `diagnostics:`, messages, a blank line. There it may stand
    anywhere, and what is above it is lost; here a key of a YAML file is none.
    """
    header = _HEADER.match(whole)
    if header is None:
        return (), whole
    end = _BLANK_LINE.search(whole, header.end())
    if end is None or not whole[end.end() :].strip():
        return (), whole
    lines = whole[header.end() : end.start()].splitlines()
    if not lines or any(re.match(r"\s|- |[\w.-]+:\s*$", line) for line in lines):
        return (), whole
    return tuple(line.strip() for line in lines), whole[end.end() :]


def read_all(descriptor: int) -> Iterator[bytes]:
    """Give pieces of a stream to its end; raises `UsageError` if it breaks."""
    while True:
        try:
            piece = os.read(descriptor, PIECE)
        except BlockingIOError:
            select.select([descriptor], [], [])
            continue
        except OSError as error:
            raise UsageError(
                f"the selection cannot be read: {error.strerror}"
            ) from None
        if not piece:
            return
        yield piece


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of it, however slowly it is read; raises `OSError`."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest[:PIECE]) :]
        except BlockingIOError:
            select.select([], [descriptor], [])


TAKEN = 0
FAILED = 1
USAGE = 2
NOTHING_TAKEN = 3
A_BUG = 70
INTERRUPTED = 130


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
