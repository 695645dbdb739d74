"""What the command line gets from its surroundings, signals too, and its exit codes.

Nothing else asks for it.
"""

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Protocol, Self

from msgspec import Struct

from hexai.config.folders import Folders, find_folders
from hexai.domain.outcome import Outcome, Status
from hexai.errors import UsageError


class Serve(Protocol):
    """Runs the editor server; the command line knows no more of it."""

    def __call__(
        self,
        process: "Process",
        *,
        config: str | None,
        log: str | None,
        log_texts: bool,
        only: tuple[str, ...],
    ) -> int:
        """Serve one editor until it leaves; gives the exit code."""


class Look(Protocol):
    """Looks at what an editor would see; the command line knows no more of it."""

    def __call__(
        self,
        process: "Process",
        word: str,
        *,
        config: str | None,
        only: tuple[str, ...],
    ) -> tuple[int, str]:
        """Ask our own server once, at `FILE[:LINE[:COLUMN]]`; gives code and text."""


class Act(Protocol):
    """Runs the menu for a selection; the command line knows no more of it."""

    def __call__(
        self, process: "Process", options: Mapping[str, Any], *, wrong: str
    ) -> int:
        """Carry out one action; gives the exit code.

        `wrong` says what is wrong with the command line: even then the selection goes
        out as it came.
        """

    def forget(self) -> None:
        """Undo what was prepared: the command line turned out to be a question."""


class Hush:
    """Messages for standard error, held back until it is known that they are wanted."""

    def __init__(self) -> None:
        self._held: list[tuple[Callable[[], None], bool]] | None = []
        self._is_silent = False

    def do(self, say: Callable[[], None], *, always: bool = False) -> None:
        """Hold a message; after `release`, say it at once.

        `always`: say it even if an answer comes, as where the question was not what the
        user thinks that he has asked.
        """
        if self._held is None:
            say()
        elif not self._is_silent:
            self._held.append((say, always))

    def drop(self) -> None:
        """Forget what is held, but say the messages that are always said."""
        for say, always in self._taken():
            if always:
                say()

    def silence(self) -> None:
        """Forget all that is held, and whatever comes."""
        self._taken()
        self._is_silent = True

    def release(self) -> None:
        """Say what is held now, and later messages at once."""
        held, self._held = self._taken(), None
        for say, _ in held:
            say()

    def _taken(self) -> list[tuple[Callable[[], None], bool]]:
        held = self._held or []
        if self._held is not None:
            self._held = []
        return held


class Process(Struct, frozen=True, kw_only=True):
    """One start of the program: what it was given, and where it reads and writes."""

    arguments: tuple[str, ...]
    """The words after the program's name."""
    environ: Mapping[str, str]
    home: str
    """The user's home folder, absolute."""
    folder: str = ""
    """The working directory, absolute; empty if it is gone."""
    stdin: int = 0
    """A file descriptor, like the next two."""
    stdout: int = 1
    stderr: int = 2
    hush: Hush | None = None
    """What holds that which is said on standard error; None: nothing does."""
    serve: Serve | None = None
    """What `hexai lsp` runs."""
    look: Look | None = None
    """What `hexai lsp --check` runs."""
    act: Act | None = None
    """What `hexai action` runs."""
    usual: tuple[tuple[str, int], ...] | None = None
    """Where `config init` looks for servers, by name and port; None: as ever."""

    @property
    def stdout_is_terminal(self) -> bool:
        """Whether what is printed reaches a terminal."""
        return os.isatty(self.stdout)

    @property
    def terminal(self) -> str:
        """What tells the user's terminal from others while it is open; empty for none.

        The session in which it was started, and the device.
        """
        for descriptor in (self.stdin, self.stdout, self.stderr):
            if os.isatty(descriptor):
                return f"{os.getsid(0):x}-{os.fstat(descriptor).st_rdev:x}"
        return ""

    @property
    def columns(self) -> int:
        """How many cells a line has on the terminal; 0 where nothing limits it."""
        try:
            return os.get_terminal_size(self.stdout).columns
        except OSError:
            return 0

    @property
    def stderr_is_terminal(self) -> bool:
        """Whether what is said about the run reaches a terminal."""
        return os.isatty(self.stderr)

    @property
    def stdin_is_terminal(self) -> bool:
        """Whether nothing is piped in."""
        return os.isatty(self.stdin)


def folders_of(process: Process) -> Folders:
    """Find the user's folders."""
    return find_folders(process.environ, Path(process.home))


STANDARD = "-"
"""The file that is standard input or output, where a command reads or writes one."""


def absolute(process: Process, name: str) -> Path:
    """Give what a path means that somebody has typed; raises `UsageError`.

    Where the working directory is gone, a relative one means nothing.
    """
    if not process.folder and not Path(name).is_absolute():
        raise UsageError("the working directory is gone; name an absolute path")
    return Path(process.folder, name)


ALL_ANSWERED = 0
NONE_ANSWERED = 1
USAGE = 2
SOME_ANSWERED = 4
A_BUG = 70
HUNG_UP = 129
INTERRUPTED = 130
NOBODY_READS = 141
"""As a program gets it that dies of SIGPIPE: 128 and the signal's number."""


def exit_code(outcomes: Sequence[Outcome], *, first: bool) -> int:
    """Judge a run that was not interrupted; with `first`, one answer is enough."""
    answered = sum(outcome.status is Status.ANSWERED for outcome in outcomes)
    if not answered:
        return NONE_ANSWERED
    if first or answered == len(outcomes):
        return ALL_ANSWERED
    return SOME_ANSWERED


Handler = Callable[[int, FrameType | None], object] | int | None

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Turns signals into calls, while it is entered; for the main thread.

    `stop` is called at the first signal and says whether there was anything to stop,
    which then ends in its own way. Where there is not, and at any later signal, `leave`
    is called with the exit code: nothing may keep a user waiting who asks twice.
    A further hang-up asks nothing: a window that is closed sends several, and whoever
    closed it waits for nothing.
    """

    def __init__(
        self, stop: Callable[[], bool], leave: Callable[[int], None] = os._exit
    ) -> None:
        self._stop = stop
        self._leave = leave
        self._before: dict[int, Handler] = {}
        self._code: int | None = None

    @property
    def code(self) -> int | None:
        """The exit code that the first signal asks for; None if there was none."""
        return self._code

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
                self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._code == HUNG_UP:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del frame
        first = self._code is None
        self._code = self._code or 128 + number
        if first:
            if not self._stop():
                self._leave(128 + number)
        elif number != signal.SIGHUP:
            self._leave(128 + number)
