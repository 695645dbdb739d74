"""Keeps the status of tmux current, from threads that no answer waits for."""

import os
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

from hexai.config.folders import Folders, find_program
from hexai.config.schema import Settings
from hexai.domain.figures import TrafficWindow
from hexai.domain.record import RunRecord
from hexai.errors import LedgerError
from hexai.service.log import Log
from hexai.service.recorder import PATIENCE
from hexai.service.tmux_line import waiting_line, window_line

# tmux is found in the absolute part of PATH, and the session by the variable `TMUX`. It
# gets its arguments as they are, no shell, and of our environment only what it needs:
# no keys.

NAME = "@hexai_status"
PASSED_ON = ("TMUX", "TMUX_TMPDIR", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TERM")
"""What tmux gets of our environment."""


class TmuxOption:
    """The option `@hexai_status` of the tmux server that we run in."""

    def __init__(self, program: str, environ: Mapping[str, str]) -> None:
        """Use `find_option`."""
        self._program = program
        self._environ = {name: environ[name] for name in PASSED_ON if name in environ}

    def set(self, value: str) -> "Setting":
        """Start tmux, which sets the option even if we end; raises `OSError`.

        It has a session of its own, so that no key stops it, and nothing of our
        terminal.
        """
        nowhere = [
            (os.POSIX_SPAWN_OPEN, descriptor, os.devnull, os.O_RDWR, 0)
            for descriptor in range(3)
        ]
        process_id = os.posix_spawn(
            self._program,
            ["tmux", "set-option", "-g", NAME, value],
            self._environ,
            file_actions=nowhere,
            setsid=True,
        )
        return Setting(process_id)


class Setting:
    """A tmux under way with a value; to be waited for or stopped by one thread."""

    def __init__(self, process_id: int) -> None:
        self._process_id = process_id

    def wait(self) -> int:
        """Wait until it has ended; gives its exit code.

        0 where whoever started us has the system forget children at once.
        """
        try:
            _, status = os.waitpid(self._process_id, 0)
        except ChildProcessError:
            return 0
        return os.waitstatus_to_exitcode(status)

    def stop(self) -> int:
        """Let it set nothing any more, if it has not yet; gives its exit code."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process_id, signal.SIGKILL)
        return self.wait()


def find_option(environ: Mapping[str, str]) -> TmuxOption | None:
    """Give the option of the tmux that we run in; None where there is no tmux."""
    if not environ.get("TMUX"):
        return None
    program = find_program("tmux", environ.get("PATH", ""))
    return None if program is None else TmuxOption(program, environ)


# The figures are those of the ledger, so that all programs of a user show the same. A
# command reads them while the models answer and adds its own run at the end: what is
# left to do then is to start tmux. An editor server reads them anew after its runs.

Names = Sequence[str]
"""Who is asked, as `provider:model`; the letters of a blind run."""

_LEAVES_AFTER = 0.1
"""Seconds that a command waits for tmux to be started, at most."""
_PAUSE = 1.0
"""Seconds between two settings by an editor server."""
_STALE = 60.0
"""Seconds after which they are shown again though nothing was asked.

Time has passed, the settings may be others, and another program may have been killed.
"""


class TmuxStatus:
    """What tmux shows: lines made of the ledger, put into an option."""

    def __init__(
        self,
        option: TmuxOption,
        settings: Callable[[], Settings],
        ledger: Path,
        *,
        now: Callable[[], float],
        log: Log,
    ) -> None:
        """Use `find_status`; `now` is the wall clock."""
        self._option = option
        self._settings = settings
        self._ledger = ledger
        self._now = now
        self._log = log

    @property
    def is_wanted(self) -> bool:
        """Whether the user wants a status."""
        return self._settings().tmux.status

    def window(self, *, without: Sequence[str] = ()) -> TrafficWindow | None:
        """Read the figures of the window that ends now, `without` some runs.

        None: the ledger cannot be read, and nobody knows them.
        """
        from hexai.ledger.access import Ledger

        minutes = self._settings().stats.window_minutes
        if not os.path.exists(self._ledger):  # nothing was recorded yet
            return TrafficWindow(minutes=minutes, traffic=())
        since = self._now() - minutes * 60
        try:
            with closing(Ledger(self._ledger, patience=PATIENCE)) as ledger:
                traffic = ledger.traffic(since, without=without)
        except LedgerError as error:
            self._log.write("tmux_status", problem=type(error).__name__)
            return None
        return TrafficWindow(minutes=minutes, traffic=traffic)

    def show_waiting(self, names: Names) -> Setting | None:
        """Begin to show who is being asked; None if tmux cannot be started."""
        return self._set(waiting_line(names, self._settings().tmux))

    def show(self, window: TrafficWindow) -> Setting | None:
        """Begin to show figures, which goes on even if we end."""
        return self._set(window_line(window, self._settings().tmux))

    def show_nothing(self) -> Setting | None:
        """Begin to show nothing, where nobody knows the figures."""
        return self._set("")

    def finish(self, setting: Setting | None) -> None:
        """Wait until it is shown."""
        if setting is not None and (code := setting.wait()):
            self._log.write("tmux_status", exit_code=code)

    def _set(self, line: str) -> Setting | None:
        try:
            return self._option.set(line)
        except OSError as error:
            self._log.write("tmux_status", problem=error.strerror)
            return None


class CommandStatus:
    """The status of one question: who is asked, and the figures when all is done."""

    def __init__(self, status: TmuxStatus) -> None:
        """Do nothing yet."""
        self._status = status
        self._runs: tuple[RunRecord, ...] = ()
        self._is_over = threading.Event()
        self._is_shown = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, names: Names) -> None:
        """Show who is being asked; does not wait for it."""
        if names and self._thread is None:
            self._start(names)

    def end(self, *runs: RunRecord) -> None:
        """Show the figures with these runs, if anybody was asked; waits for nothing.

        None of them: there was no run after all. Only the first call counts.
        """
        if self._is_over.is_set():
            return
        was_asked = any(not each.cached for run in runs for each in run.contenders)
        self._runs = runs
        self._is_over.set()
        if was_asked and self._thread is None:
            self._start(())

    def leave(self) -> None:
        """Wait until the figures will be shown though the program ends."""
        self.end()
        if self._thread is not None:
            self._is_shown.wait(_LEAVES_AFTER)

    def _start(self, names: Names) -> None:
        self._thread = threading.Thread(
            target=self._keep_current, args=(names,), name="tmux", daemon=True
        )
        self._thread.start()

    def _keep_current(self, names: Names) -> None:
        # The ledger may have runs already that were over before this began.
        window = self._status.window(without=[each.run_id for each in self._runs])
        over = self._is_over.is_set()
        waiting = None if over else self._status.show_waiting(names)
        self._is_over.wait()
        if waiting is not None:
            waiting.stop()  # a tmux that is slow shall not say last who is asked
        last = self._show_last(window, is_waiting=waiting is not None)
        self._is_shown.set()
        self._status.finish(last)

    def _show_last(
        self, window: TrafficWindow | None, *, is_waiting: bool
    ) -> Setting | None:
        if window is None:
            return self._status.show_nothing() if is_waiting else None
        for run in self._runs:
            window = window.plus(run)
        return self._status.show(window)


class ServerStatus:
    """The status beside an editor server: the figures, once a second at most."""

    def __init__(self, status: TmuxStatus) -> None:
        """Do nothing yet."""
        self._status = status
        self._is_stale = threading.Event()
        self._is_closed = threading.Event()

    def begin(self, names: Names) -> None:
        """Show the figures; where there are none, who will be asked."""
        thread = threading.Thread(
            target=self._keep_current, args=(names,), name="tmux", daemon=True
        )
        thread.start()

    def refresh(self) -> None:
        """Show what the ledger has now; from any thread, does not wait for it."""
        self._is_stale.set()

    def close(self) -> None:
        """Show nothing any more."""
        self._is_closed.set()
        self._is_stale.set()

    def _keep_current(self, names: Names) -> None:
        has_figures = is_shown = False
        while not self._is_closed.is_set():
            self._is_stale.clear()
            if self._status.is_wanted:
                is_shown = True
                window = self._status.window()
                has_figures = has_figures or bool(window and window.requests)
                if has_figures and window is not None:
                    self._status.finish(self._status.show(window))
                elif names and not has_figures:
                    self._status.finish(self._status.show_waiting(names))
                    names = ()
            elif is_shown:
                is_shown = False
                self._status.finish(self._status.show_nothing())
            self._is_closed.wait(_PAUSE)
            self._is_stale.wait(_STALE)


def command_status(
    folders: Folders,
    environ: Mapping[str, str],
    settings: Settings,
    *,
    now: Callable[[], float],
    log: Log,
) -> CommandStatus | None:
    """Give the status of one question; None where there is no tmux, or none is wanted.

    `now` is the wall clock.
    """
    if not settings.tmux.status:
        return None
    status = find_status(folders, environ, lambda: settings, now=now, log=log)
    return None if status is None else CommandStatus(status)


def find_status(
    folders: Folders,
    environ: Mapping[str, str],
    settings: Callable[[], Settings],
    *,
    now: Callable[[], float],
    log: Log,
) -> TmuxStatus | None:
    """Give the status of the tmux that we run in; None where there is no tmux.

    `settings` gives those that hold now, `now` is the wall clock.
    """
    option = find_option(environ)
    if option is None:
        return None
    return TmuxStatus(option, settings, folders.ledger, now=now, log=log)
