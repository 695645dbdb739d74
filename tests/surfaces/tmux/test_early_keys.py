"""Keys that are pressed at the menu's first frame wait for Textual as they are."""

import fcntl
import os
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from hexai.surfaces.tmux.private_socket import Door
from hexai.surfaces.tmux.view_messages import (
    FromView,
    Left,
    MenuLine,
    Opened,
    Picked,
    encode,
    from_view,
)
from tests.support.patience import PATIENCE

MENU = Opened(
    items=(MenuLine(title="Simplify", hotkey="i"), MenuLine(title="Tidy")), main=2
)
ACTING = termios.ISIG | termios.ICANON | termios.ECHO


class Terminal:
    """A terminal with the view's process on it, and its parent's end of the socket."""

    def __init__(self, door: Door) -> None:
        self.screen, view = os.openpty()
        fcntl.ioctl(view, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
        self.before = termios.tcgetattr(view)
        self.child = subprocess.Popen(
            [sys.executable, "-P", "-m", "hexai.surfaces.tmux.view", door.path],
            stdin=view,
            stdout=view,
            stderr=view,
        )
        self.folder = door.folder
        self._view = view
        door.socket.settimeout(20)
        self._connection, _ = door.socket.accept()
        self._connection.settimeout(20)
        self._said = self._connection.makefile("rb")
        self._said.readline()  # its key

    def open(self) -> None:
        """Show the menu's first frame, and swallow what is drawn from then on."""
        self._connection.sendall(encode(MENU))
        drawn = b""
        while b"Simplify" not in drawn:
            drawn += os.read(self.screen, 1 << 16)
        Thread(target=self._swallow, daemon=True).start()

    def hear(self) -> FromView:
        """Wait for what the view says."""
        return from_view(self._said.readline())

    def modes(self) -> list[int | list[bytes | int]]:
        """Give the terminal's modes as they are."""
        return termios.tcgetattr(self._view)

    def close(self) -> None:
        """Hang up, and wait for the view to go."""
        self._said.close()
        self._connection.close()
        try:
            self.child.wait(PATIENCE)
        finally:
            self.child.kill()
            self.child.wait()

    def hang_up(self) -> None:
        """Close the terminal."""
        os.close(self._view)

    def _swallow(self) -> None:
        try:
            while os.read(self.screen, 1 << 16):
                pass
        except OSError:
            os.close(self.screen)  # the terminal was closed


@contextmanager
def _terminal() -> Iterator[Terminal]:
    door = Door({})
    try:
        terminal = Terminal(door)
        try:
            yield terminal
        finally:
            terminal.hang_up()
    finally:
        door.close()


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (b"\r", Picked(item=0)),
        (b"i", Picked(item=0)),
        (b"\x03", Left(interrupted=True)),
    ],
    ids=["enter", "hotkey", "interrupt"],
)
def test_a_key_at_the_first_frame_is_not_lost(key: bytes, said: FromView) -> None:
    """Enter chooses the highlighted line, however long Textual takes to load."""
    with _terminal() as terminal:
        terminal.open()
        os.write(terminal.screen, key)
        heard = terminal.hear()
        terminal.close()

    assert heard == said


def test_no_key_acts_on_the_terminal_until_the_view_has_gone() -> None:
    """Not even between the first frame and Textual; then it is as it was."""
    seen = 0
    with _terminal() as terminal:
        terminal.open()
        watching = True

        def watch() -> None:
            nonlocal seen
            while watching:
                seen |= int(str(terminal.modes()[3])) & ACTING

        watcher = Thread(target=watch)
        watcher.start()
        os.write(terminal.screen, b"i")
        terminal.hear()
        watching = False
        watcher.join()
        terminal.close()
        after = terminal.modes()

    assert seen == 0
    assert after == terminal.before


@pytest.mark.parametrize(
    "pasted",
    [b"q\ri\x03", b"q\x1b", b"i\x1b\x1b[A\x1bO\x1b[20", b"q\xff\xe6", b"\x1b" * 9_999],
    ids=["controls", "escape", "begun", "no text", "many"],
)
def test_a_paste_at_the_first_frame_chooses_nothing(pasted: bytes) -> None:
    """Whatever hotkeys and line breaks it holds; a key after it does."""
    sent = b"\x1b[200~" + pasted + b"\x1b[201~\x1b[B\r"
    with _terminal() as terminal:
        terminal.open()
        while sent:
            sent = sent[os.write(terminal.screen, sent) :]
        heard = terminal.hear()
        terminal.close()

    assert heard == Picked(item=1)


def test_nothing_is_left_of_a_parent_that_was_killed_before_it_spoke() -> None:
    """The view removes the socket and the key."""
    with _terminal() as terminal:
        terminal.close()
        is_left = Path(terminal.folder).exists()

    assert not is_left
