"""Sets the option of tmux that its status line may show.

tmux is found in the absolute part of PATH, and the session by the variable `TMUX`. It
gets its arguments as they are, no shell, and of our environment only what it needs:
no keys.
"""

import os
import signal
from collections.abc import Mapping
from contextlib import suppress

from hexai.config.programs import find_program

NAME = "@hexai_status"
_PASSED_ON = ("TMUX", "TMUX_TMPDIR", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TERM")


class TmuxOption:
    """The option `@hexai_status` of the tmux server that we run in."""

    def __init__(self, program: str, environ: Mapping[str, str]) -> None:
        """Use `find_option`."""
        self._program = program
        self._environ = {name: environ[name] for name in _PASSED_ON if name in environ}

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
