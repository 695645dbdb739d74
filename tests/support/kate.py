"""A real Kate on a screen that nobody sees, with keys as from a keyboard.

Its popup is a window of its own, and so is what it shows beside a row of ours, so that
one can wait for them.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.started import SCRIPT
from tests.support.tmux import wait_until

SERVER = SCRIPT.with_name("hexai-lsp-server")


_LOOK = 2.0
"""Seconds that one looks at a popup before one asks again."""


class Kate:
    """One running Kate with one file; it says nothing but what it shows and saves."""

    def __init__(self, screen: str, file: Path) -> None:
        self._screen = screen
        self._file = file
        wait_until(self._is_up, "Kate shows no window")
        [self._window] = self._windows()
        self._run("windowfocus", "--sync", self._window)

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
        wait_until(self._shows_ours, "no popup with a row of ours")

    def _shows_ours(self) -> bool:
        self.press("Escape")
        self.press("ctrl+space")
        until = time.monotonic() + _LOOK
        while len(self._windows()) < 3 and time.monotonic() < until:
            time.sleep(0.02)
        return len(self._windows()) > 2

    def save(self, before: bytes) -> bytes:
        """Save the file, which held something else; gives what it holds now."""
        self.press("ctrl+s")
        wait_until(lambda: self._file.read_bytes() != before, "nothing was saved")
        wait_until(lambda: "*" not in self._name(), "it is not saved yet")
        return self._file.read_bytes()

    def _is_up(self) -> bool:
        return len(self._windows()) == 1 and self._file.name in self._name()

    def _name(self) -> str:
        return self._run("getwindowname", self._windows()[0])

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
    log = folder / "hexai" / "hexai-lsp-server.log"
    _set_up(folder)
    with _screen() as screen:
        place = ["--line", str(line), "--column", str(column)]
        child = subprocess.Popen(
            ["dbus-run-session", "--", "kate", "-n", "-b", *place, str(file)],
            env=_environment(folder, screen),
            cwd=file.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            editor = Kate(screen, file)
            wait_until(
                lambda: log.exists() and "initialize editor=kate" in log.read_text(),
                "Kate has not started our server",
            )
            yield editor
        finally:
            os.killpg(child.pid, signal.SIGTERM)
            child.wait(20)


@contextmanager
def _screen() -> Iterator[str]:
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "900x600x24"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait(20)


def _environment(folder: Path, screen: str) -> dict[str, str]:
    """Give nothing of the developer's but where programs are."""
    folders = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    return {
        "PATH": os.environ["PATH"],  # noqa: TID251 - the edge of a child
        "DISPLAY": screen,
        "QT_QPA_PLATFORM": "xcb",
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "LC_ALL": "C.UTF-8",
        **dict.fromkeys((*folders, "XDG_DATA_HOME", "XDG_RUNTIME_DIR"), str(folder)),
    }


def _set_up(folder: Path) -> None:
    """Do what the page says, and allow the server, which Kate asks about once."""
    folder.chmod(0o700)
    settings = folder / "kate" / "lspclient" / "settings.json"
    settings.parent.mkdir(parents=True)
    python = {"command": [str(SERVER)], "highlightingModeRegex": "^Python$"}
    settings.write_text(json.dumps({"servers": {"python": python}}))
    (folder / "katerc").write_text(
        f"[lspclient]\nAllowedServerCommandLines={SERVER}\n"
        "[General]\nStartup Session=manual\n"
    )
    (folder / "kate" / "anonymous.katesession").write_text(
        "[Kate Plugins]\nlspclientplugin=true\n"
    )
