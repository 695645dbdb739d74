"""A real Kate on a screen that nobody sees, with keys as from a keyboard.

Its popup is a window of its own, and so is what it shows beside a row of ours, so that
one can wait for them.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.coming_up import NotUpError, brought_up, wait_up
from tests.support.started import SCRIPT
from tests.support.tmux import wait_until

SERVER = SCRIPT.with_name("hexai-lsp-server")

_PATIENCE = 60.0
"""Seconds until a wait is given up; a start takes 2 on an idle machine."""

_LOOK = 2.0
"""Seconds that one looks for a popup before one asks again; twice as long each time."""


class Kate:
    """One running Kate with one file; it says nothing but what it shows and saves."""

    def __init__(self, screen: str, file: Path) -> None:
        self._screen = screen
        self._file = file
        self._window = ""

    def is_up(self) -> bool:
        """Tell whether it shows the file, and nothing that would take the keys."""
        match self._windows():
            case [window]:
                self._window = window
                return self._file.name in self._name()
            case _:
                return False

    def focus(self) -> None:
        """Let it have the keyboard."""
        self._run("windowfocus", "--sync", self._window)

    def shown(self) -> str:
        """Say what is shown on the screen, for a failure's report."""
        names = [self._run("getwindowname", window) for window in self._windows()]
        return f"windows: {[name.strip() for name in names]}"

    def press(self, *keys: str) -> None:
        """Press keys by the names that X has for them."""
        self._run("key", *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self._run("type", "--delay", "40", text)

    def complete(self) -> None:
        """Ask for completion as by hand; waits until a row of ours is the first one.

        Kate's own rows, for words and keywords, come before, with nothing beside them.
        Until it has heard of what our server can do it shows them alone; so ask again.
        """
        looks = (_LOOK * 2**number for number in count())
        self._wait(lambda: self._shows_ours(next(looks)), "no popup with a row of ours")

    def _shows_ours(self, seconds: float) -> bool:
        self.press("Escape")
        self.press("ctrl+space")
        until = time.monotonic() + seconds
        while len(self._windows()) < 3 and time.monotonic() < until:
            time.sleep(0.02)
        return len(self._windows()) > 2

    def save(self, before: bytes) -> bytes:
        """Save the file, which held something else; gives what it holds now."""
        self.press("ctrl+s")
        self._wait(lambda: self._file.read_bytes() != before, "nothing was saved")
        self._wait(lambda: "*" not in self._name(), "it is not saved yet")
        return self._file.read_bytes()

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        try:
            wait_until(condition, what, seconds=_PATIENCE)
        except AssertionError as error:
            error.add_note(self.shown())
            raise

    def _name(self) -> str:
        return self._run("getwindowname", self._window)

    def _windows(self) -> list[str]:
        return self._run("search", "--onlyvisible", "--class", "kate").split()

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words],
            env={**os.environ, "DISPLAY": self._screen},  # noqa: TID251 - a child's
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout


@contextmanager
def kate(folder: Path, file: Path, *, line: int, column: int) -> Iterator[Kate]:
    """Open a file in Kate at a place, both from 1; waits until our server is up."""
    place = ["--line", str(line), "--column", str(column)]
    with brought_up(lambda: _started(folder, file, place)) as editor:
        yield editor


@contextmanager
def _started(folder: Path, file: Path, place: list[str]) -> Iterator[Kate]:
    log = folder / "hexai" / "hexai-lsp-server.log"
    said = folder / "kate.err"
    _set_up(folder)
    log.unlink(missing_ok=True)
    with (
        _screen() as screen,
        said.open("wb") as errors,
        # Its sockets lie there, whose paths have 107 bytes at most: in a test's folder
        # they have more with every digit of pytest's own count, and nothing comes up.
        TemporaryDirectory(prefix="kate-") as sockets,
    ):
        child = subprocess.Popen(
            ["dbus-run-session", "--", "kate", "-n", "-b", *place, str(file)],
            env=_environment(folder, screen) | {"XDG_RUNTIME_DIR": sockets},
            cwd=file.parent,
            stdin=subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
            start_new_session=True,
        )
        editor = Kate(screen, file)

        def is_up() -> bool:
            asked = log.exists() and "initialize editor=kate" in log.read_text()
            return asked and editor.is_up()

        def report() -> str:
            logged = log.read_text() if log.exists() else "(no log)"
            written = said.read_text(errors="replace")
            return f"{editor.shown()}\nour server: {logged}\nKate: {written}"

        try:
            wait_up(is_up, child.poll, report, seconds=_PATIENCE)
            editor.focus()
            yield editor
        finally:
            _end(child)


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End Kate, its bus and its servers, also if some of them have ended."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        with suppress(subprocess.TimeoutExpired):
            child.wait(20)


@contextmanager
def _screen() -> Iterator[str]:
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "900x600x24"],
        pass_fds=[writing],
        stderr=subprocess.PIPE,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        if not number:
            _, said = server.communicate()
            raise NotUpError(f"Xvfb gives no screen: {said.decode(errors='replace')}")
        yield f":{number}"
    finally:
        server.terminate()
        server.communicate(timeout=20)


def _environment(folder: Path, screen: str) -> dict[str, str]:
    """Give nothing of the developer's but where programs are."""
    folders = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    return {
        "PATH": os.environ["PATH"],  # noqa: TID251 - the edge of a child
        "DISPLAY": screen,
        "QT_QPA_PLATFORM": "xcb",
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "LC_ALL": "C.UTF-8",
        **dict.fromkeys((*folders, "XDG_DATA_HOME"), str(folder)),
    }


def _set_up(folder: Path) -> None:
    """Do what the page says, and allow the server, which Kate asks about once."""
    folder.chmod(0o700)
    settings = folder / "kate" / "lspclient" / "settings.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    python = {"command": [str(SERVER)], "highlightingModeRegex": "^Python$"}
    settings.write_text(json.dumps({"servers": {"python": python}}))
    (folder / "katerc").write_text(
        f"[lspclient]\nAllowedServerCommandLines={SERVER}\n"
        "[General]\nStartup Session=manual\n"
    )
    (folder / "kate" / "anonymous.katesession").write_text(
        "[Kate Plugins]\nlspclientplugin=true\n"
    )
