"""Has what is recorded pushed to a team's server now and then, in nobody's way.

The push is a process of its own (decision 85). It is started after something was
recorded, at most every ten minutes, and waited for by a thread that no exit waits for.
What it says at its end is shown once a day.
"""

import asyncio
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from subprocess import DEVNULL, PIPE, Popen

from hexai.config.schema import Settings
from hexai.config.schema_team import PUSHED_EVERY
from hexai.service.state_files import Told
from hexai.surfaces.lsp.configuration import Start, Tell
from hexai.surfaces.lsp.editor import Severity

_LONGEST = 2000
# Its priority is lowered before anything is loaded.
_PROGRAM = "import os; os.nice(10); from hexai.main import main; main()"


class TeamPush:
    """Starts pushes; made inside the event loop."""

    def __init__(
        self, start: Start, settings: Callable[[], Settings], tell: Tell
    ) -> None:
        """Have started nothing yet; `settings` gives those that hold now."""
        self._start = start
        self._settings = settings
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._next = 0.0

    def recorded(self) -> None:
        """Start a push if one is due; may be called from any thread."""
        with suppress(RuntimeError):  # the loop is closed: another process will
            self._loop.call_soon_threadsafe(self._begin)

    def _begin(self) -> None:
        team = self._settings().team
        is_wanted = team.background and team.is_named(self._start.environ)
        if not is_wanted or self._loop.time() < self._next:
            return
        self._next = self._loop.time() + PUSHED_EVERY
        threading.Thread(target=self._run, name="team", daemon=True).start()

    def _run(self) -> None:
        config = self._start.config
        options = [] if config is None else ["--config", str(config)]
        command = (sys.executable, "-P", "-c", _PROGRAM, *options)
        try:
            process = Popen(
                (*command, "team", "push", "--background"),
                cwd=self._start.folders.home,
                env=dict(self._start.environ),
                stdin=DEVNULL,
                stdout=DEVNULL,
                stderr=PIPE,
                start_new_session=True,
            )
            _, said = process.communicate()
        except OSError as error:
            said, code = str(error.strerror or error).encode(), 1
        else:
            code = process.returncode
        if code:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._failed, _last_line(said))

    def _failed(self, reason: str) -> None:
        """Say so, once a day."""
        today = datetime.fromtimestamp(self._start.now(), tz=UTC).date()
        if Told(self._start.folders.told).is_first(f"team push {today}"):
            self._tell(
                Severity.WARNING,
                f"Hexai: nothing was pushed to your team's ledger: {reason}; it is "
                "tried again, and nothing is lost",
            )


def _last_line(said: bytes) -> str:
    lines = said[-_LONGEST:].decode("utf-8", "replace").strip().splitlines()
    return lines[-1].removeprefix("hexai: ") if lines else "it said nothing"
