"""Where the view is shown: a popup of tmux, or the whole terminal.

Both are processes that we start and that end with the view. tmux's own client stays
until its popup is gone, however that came about, so one wait tells about closed popups,
detached clients and dead servers. The terminal is put right by us if the view was
killed on it.
"""

import os
import subprocess
import sys
import termios
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from hexai.config.programs import find_program
from hexai.errors import HexaiError, SetupError
from hexai.surfaces.tmux.start import Popup
from hexai.text.cells import truncate
from hexai.text.visible import visible_line

_VIEW = "hexai.surfaces.tmux.view"
_PASSED_ON = (
    "COLORTERM",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "NO_COLOR",
    "PATH",
    "PYTHONPATH",
    "TERM",
    "TMUX",
    "TMUX_PANE",
    "TMUX_TMPDIR",
)
"""What tmux and the view need of the environment: no keys."""
_RESTORE = b"\x1b[?2004l\x1b[?1004l\x1b[<u\x1b[?7h\x1b[0m\x1b[?1049l\x1b[?25h"
"""Ends what a view that was killed has begun: pasting, focus, keys, colours, screen."""
_MOST_CELLS = 200
_PATIENCE = 2.0
"""Seconds for a view to go."""


class Shown:
    """A view on a screen."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", terminal: int | None = None
    ) -> None:
        self._process = process
        self._terminal = terminal
        self._modes = None if terminal is None else _modes_of(terminal)

    @property
    def pid(self) -> int:
        """The process that ends with the view."""
        return self._process.pid

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait until it is gone; gives its exit code, None if it takes longer."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def complaint(self) -> str:
        """Give what tmux said in its last line, once it is gone."""
        if self._process.stderr is None:
            return ""
        said = self._process.stderr.read(4096).decode("utf-8", "replace")
        return (said.strip().splitlines() or [""])[-1]

    def leave(self) -> None:
        """Wait until the view is gone, or end it; the terminal is as it was."""
        if self.wait(_PATIENCE) is None:
            self._process.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()
        if self._terminal is not None:
            if self._process.returncode != 0:
                self._put_right(self._terminal)
            os.close(self._terminal)
            self._terminal = None

    def _put_right(self, terminal: int) -> None:
        with suppress(OSError, termios.error):
            if self._modes is not None:
                termios.tcsetattr(terminal, termios.TCSAFLUSH, self._modes)
            os.write(terminal, _RESTORE)


def show_view(address: Path, popup: Popup, environ: Mapping[str, str]) -> Shown:
    """Start the view where the user looks; raises `HexaiError` if that is nowhere."""
    command = [sys.executable, "-P", "-m", _VIEW, str(address)]
    passed = {name: environ[name] for name in _PASSED_ON if name in environ}
    if environ.get("TMUX"):
        return _in_tmux(command, popup, environ, passed)
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise HexaiError(
            f"there is neither tmux nor a terminal for the menu ({error.strerror}); "
            "--action KIND needs none"
        ) from None
    return Shown(_start(command, passed, terminal, terminal), terminal)


def show_message(text: str, environ: Mapping[str, str]) -> None:
    """Show a line where tmux shows its own; nothing is done if it cannot be.

    tmux expands what it is given: `#(…)` would be run, and `%` is a time.
    """
    program = find_program("tmux", environ.get("PATH", ""))
    if program is None:
        return
    line = truncate(f"hexai: {visible_line(text)}", _MOST_CELLS)
    literal = line.replace("#", "##").replace("%", "%%")
    passed = {name: environ[name] for name in _PASSED_ON if name in environ}
    nowhere = subprocess.DEVNULL
    with suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(
            [program, "display-message", "--", literal],
            stdin=nowhere,
            stdout=nowhere,
            stderr=nowhere,
            env=passed,
            check=False,
            timeout=_PATIENCE,
        )


def _in_tmux(
    command: list[str],
    popup: Popup,
    environ: Mapping[str, str],
    passed: Mapping[str, str],
) -> Shown:
    program = find_program("tmux", environ.get("PATH", ""))
    if program is None:
        raise SetupError("there is no tmux in the absolute folders of PATH")
    target = popup.target or environ.get("TMUX_PANE", "")
    where = ["-t", target] if target else []
    if target.startswith("%"):  # tmux asks it, and not -t, whose client shows a popup
        passed = {**passed, "TMUX_PANE": target}
    size = ["-w", popup.width, "-h", popup.height]
    arguments = [program, "display-popup", "-E", *where, *size, *command]
    return Shown(_start(arguments, passed, subprocess.DEVNULL, subprocess.PIPE))


def _start(
    command: list[str], environ: Mapping[str, str], screen: int, errors: int
) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            command, stdin=screen, stdout=screen, stderr=errors, env=dict(environ)
        )
    except OSError as error:
        raise SetupError(f"{command[0]} cannot be run: {error.strerror}") from None


def _modes_of(terminal: int) -> list[Any] | None:
    try:
        return termios.tcgetattr(terminal)
    except termios.error:
        return None
