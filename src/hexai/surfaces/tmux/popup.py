"""Where the view is shown: a popup of tmux, or the whole terminal.

Both are processes that we start and that end with the view. tmux's own client stays
until its popup is gone, however that came about, so one wait tells about closed popups,
detached clients and dead servers. The terminal is put right by us if the view was
killed on it.

The menu waits for all of this, so what it takes is loaded with the interpreter, and
the rest where it is used.
"""

import os
import signal
import sys
import termios
import time
from collections import namedtuple
from collections.abc import Mapping, Sequence

from hexai.config.folders import find_program
from hexai.surfaces.colour import is_colour_wanted
from hexai.surfaces.tmux.private_socket import Door

WIDTH, HEIGHT = "60%", "50%"
"""Said again in `surfaces/cli/lsp_and_action.py`, for the help."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NamedTuple

    from hexai.errors import HexaiError

    class Popup(NamedTuple):
        """How large the popup is, and where."""

        width: str = WIDTH
        height: str = HEIGHT
        target: str = ""
        """The pane of tmux; blank: ours."""

else:  # `typing` takes as long as everything else here
    Popup = namedtuple(  # noqa: PYI024
        "Popup", "width height target", defaults=(WIDTH, HEIGHT, "")
    )

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
_LOOKS_EVERY = 0.01


class Screen:
    """A view on a screen, and the door by which it comes in."""

    def __init__(
        self,
        door: Door,
        pid: int,
        *,
        said: int | None = None,
        terminal: int | None = None,
        modes: "list[Any] | None" = None,
    ) -> None:
        """`said`: where tmux complains; `terminal`, `modes`: where it is, as it was."""
        self.door = door
        self.pid = pid
        """The process that ends with the view."""
        self._said = said
        self._terminal = terminal
        self._modes = modes
        self._code: int | None = None

    def wait(self, seconds: float) -> int | None:
        """Wait until it is gone; gives its exit code, None if it takes longer."""
        until = time.monotonic() + seconds
        while self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
            elif time.monotonic() >= until:
                break
            else:
                time.sleep(_LOOKS_EVERY)
        return self._code

    def complaint(self) -> str:
        """Give what tmux said in its last line, once it is gone."""
        if self._said is None:
            return ""
        said = os.read(self._said, 4096).decode("utf-8", "replace")
        return (said.strip().splitlines() or [""])[-1]

    def close(self) -> None:
        """Wait until the view is gone, or end it; the terminal is as it was."""
        self.door.close()
        code = self.wait(_PATIENCE)
        if code is None:
            os.kill(self.pid, signal.SIGKILL)
            code = self.wait(_PATIENCE)
        if self._terminal is not None and code != 0:
            self._put_right(self._terminal)
        for descriptor in (self._said, self._terminal):
            if descriptor is not None:
                os.close(descriptor)
        self._said = self._terminal = None

    def _put_right(self, terminal: int) -> None:
        try:
            if self._modes is not None:
                termios.tcsetattr(terminal, termios.TCSAFLUSH, self._modes)
            os.write(terminal, _RESTORE)
        except (OSError, termios.error):
            return  # it is gone


def open_screen(popup: Popup, environ: Mapping[str, str]) -> Screen:
    """Start the view where the user looks; raises `HexaiError` if that is nowhere."""
    try:
        door = Door(environ)
    except OSError as error:
        raise _failure(f"no socket for the menu: {error.strerror}") from None
    command = [sys.executable, "-P", "-m", _VIEW, door.path]
    if not is_colour_wanted(environ):  # a popup has the environment of tmux's server
        command.append("plain")
    passed = {name: environ[name] for name in _PASSED_ON if name in environ}
    try:
        if environ.get("TMUX"):
            return _in_tmux(door, command, popup, environ, passed)
        return _on_terminal(door, command, passed)
    except BaseException:
        door.close()
        raise


def show_message(text: str, environ: Mapping[str, str]) -> None:
    """Show a line where tmux shows its own; nothing is done if it cannot be.

    tmux expands what it is given: `#(…)` would be run, and `%` is a time. A semicolon
    at the end of an argument ends the command.
    """
    import subprocess
    from contextlib import suppress

    from hexai.text.cells import truncate
    from hexai.text.sanitise import visible_line

    program = find_program("tmux", environ.get("PATH", ""))
    if program is None:
        return
    line = truncate(f"hexai: {visible_line(text)}", _MOST_CELLS)
    literal = line.replace("#", "##").replace("%", "%%")
    if literal.endswith(";"):
        literal = f"{literal[:-1]}\\;"
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
    door: Door,
    command: Sequence[str],
    popup: Popup,
    environ: Mapping[str, str],
    passed: Mapping[str, str],
) -> Screen:
    program = find_program("tmux", environ.get("PATH", ""))
    if program is None:
        raise _failure("there is no tmux in the absolute folders of PATH")
    target = popup.target or environ.get("TMUX_PANE", "")
    where = ["-t", target] if target else []
    if target.startswith("%"):  # tmux asks it, and not -t, whose client shows a popup
        passed = {**passed, "TMUX_PANE": target}
    size = ["-w", popup.width, "-h", popup.height]
    arguments = [program, "display-popup", "-E", *where, *size, *command]
    said, saying = os.pipe()
    nowhere = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    try:
        pid = _start(arguments, passed, (nowhere, nowhere, saying))
    except BaseException:
        os.close(said)
        raise
    finally:
        os.close(nowhere)
        os.close(saying)
    return Screen(door, pid, said=said)


def _on_terminal(
    door: Door, command: Sequence[str], passed: Mapping[str, str]
) -> Screen:
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise _failure(
            f"there is neither tmux nor a terminal for the menu ({error.strerror}); "
            "--action KIND needs none"
        ) from None
    modes = _modes_of(terminal)  # before the view changes them
    try:
        pid = _start(command, passed, (terminal,) * 3)
    except BaseException:
        os.close(terminal)
        raise
    return Screen(door, pid, terminal=terminal, modes=modes)


def _start(
    command: Sequence[str], environ: Mapping[str, str], files: Sequence[int]
) -> int:
    """Start a process with these as its first files; gives its number."""
    actions = [(os.POSIX_SPAWN_DUP2, file, place) for place, file in enumerate(files)]
    try:
        return os.posix_spawn(
            command[0],
            list(command),
            dict(environ),
            file_actions=actions,
            setsigdef=[signal.SIGPIPE],  # which Python itself ignores
        )
    except OSError as error:
        raise _failure(f"{command[0]} cannot be run: {error.strerror}") from None


def _failure(text: str) -> "HexaiError":
    from hexai.errors import SetupError

    return SetupError(text)


def _modes_of(terminal: int) -> "list[Any] | None":
    try:
        return termios.tcgetattr(terminal)
    except termios.error:
        return None


_FLAGS = frozenset({"--blind", "--compare", "--quiet", "--send-anyway"})
_VALUES = {
    "--config": None,
    "--file": None,
    "--language": None,
    "--tmux-popup-height": "height",
    "--tmux-popup-width": "width",
    "--tmux-target": "target",
}
"""What they say about the popup, if anything."""


def open_early(
    words: Sequence[str], environ: Mapping[str, str], *, stdin: int
) -> Screen | None:
    """Start the view if it is sure to be wanted; None: find out properly."""
    popup = plain_popup(words)
    if popup is None or os.isatty(stdin):
        return None
    try:
        return open_screen(popup, environ)
    except Exception:  # noqa: BLE001 - it comes again, where it can be told
        return None


def plain_popup(words: Sequence[str]) -> Popup | None:
    """Give the popup that a plain command line opens; None: it may be otherwise.

    Reading a line properly takes as long as starting a popup. So those that editors are
    told to run are seen through here; every other one waits for
    `surfaces/cli/lsp_and_action.py`, which says what is wrong.
    """
    about: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        name, is_joined, value = word.partition("=")
        if word in _FLAGS:
            continue
        if name not in _VALUES:
            return None
        if not is_joined:
            value = next(rest, "-")
            if value.startswith("-"):
                return None
        if (field := _VALUES[name]) is not None:
            about[field] = value
    return Popup(**about)
