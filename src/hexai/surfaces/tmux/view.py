"""The view's process: joins its parent, then shows what it is told.

Run as a module by the parent, in a popup of tmux or on the terminal, with the address
of the parent's socket, and `plain` if there are to be no colours. Textual loads in a
thread while the parent makes the menu, whose first frame is drawn as soon as it is
there (`layout.py`).
"""

import gc
import os
import shutil
import socket
import sys
import termios
from contextlib import suppress
from threading import Thread

from hexai.surfaces.tmux.private_socket import KEY_FILE, hold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self

_REFUSED = 2
_KEYBOARD, _SCREEN = 0, 1
_PIECE = 1 << 16
_TURN = 0.001
"""Seconds that a thread may go on while another waits."""


def main() -> int:
    """Show one action; gives the exit code."""
    keys_first()
    for name in ("COLUMNS", "LINES"):  # of another terminal; Textual believes them
        os.environ.pop(name, None)  # noqa: TID251 - the edge
    if sys.argv[2:] == ["plain"]:
        os.environ["NO_COLOR"] = "1"  # noqa: TID251 - the edge
    with _Quiet() as quiet:
        try:
            address = sys.argv[1]
            connection = _join(address)
        except (OSError, IndexError):
            return _REFUSED
        return _show(connection, os.path.dirname(address), quiet)  # noqa: PTH120


def _show(connection: socket.socket, folder: str, quiet: "_Quiet") -> int:
    from hexai.surfaces.tmux.layout import first_frame
    from hexai.surfaces.tmux.view_messages import Opened, from_parent

    loading = Thread(target=_load_application)
    loading.start()
    line = _first_line(connection)
    opened = from_parent(line) if line else None
    if not isinstance(opened, Opened):
        shutil.rmtree(folder, ignore_errors=True)
        return 0  # the parent has nothing to show, or was killed
    if opened.items:
        size = os.get_terminal_size(_SCREEN)
        _write(first_frame(opened, size.columns, size.lines))
    loading.join()
    from hexai.surfaces.tmux.view_app import ActionApp

    app = ActionApp(connection, opened, folder=folder, on_suspend=quiet.end)
    app.run(mouse=False)
    shutil.rmtree(folder, ignore_errors=True)  # the parent does, if it lives
    return 0


def keys_first() -> None:
    """Let keys wait as little as can be for what is computed in a thread.

    A loop that waits for the interpreter after each of its system calls waits for a
    turn each time; and collecting 200,000 rows that are all in use takes a tenth of a
    second.
    """
    gc.disable()
    sys.setswitchinterval(_TURN)


class _Quiet:
    """Keeps keys for Textual: the terminal neither shows nor acts on nor changes them.

    From the first moment to the last, since Textual takes the terminal long after the
    menu stands there; an Enter that it made a line break of would be no Enter any more.
    """

    def __enter__(self) -> "Self":
        self._before: list[Any] = termios.tcgetattr(_KEYBOARD)
        quiet = termios.tcgetattr(_KEYBOARD)
        quiet[0] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON)
        quiet[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
        termios.tcsetattr(_KEYBOARD, termios.TCSANOW, quiet)
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Let the terminal be as it was; Textual keeps it for itself while it runs."""
        with suppress(termios.error):  # it is gone
            termios.tcsetattr(_KEYBOARD, termios.TCSANOW, self._before)


def _load_application() -> None:
    import hexai.surfaces.tmux.view_app  # noqa: F401 - it is wanted in a moment


def _first_line(connection: socket.socket) -> bytes:
    """Take the first message and no byte of the next; empty if the parent has gone."""
    line = bytearray()
    while not line.endswith(b"\n"):
        seen = connection.recv(_PIECE, socket.MSG_PEEK)
        if not seen:
            return b""
        line += connection.recv(seen.find(b"\n") + 1 or len(seen))
    return bytes(line)


def _write(frame: bytes) -> None:
    while frame:
        frame = frame[os.write(_SCREEN, frame) :]


def _join(address: str) -> socket.socket:
    """Connect and show the key; what a parent has left that is gone is removed."""
    folder = os.path.dirname(address)  # noqa: PTH120 - pathlib takes 5 ms
    connection = socket.socket(socket.AF_UNIX)
    try:
        with open(os.path.join(folder, KEY_FILE), "rb") as file:  # noqa: PTH118, PTH123
            key = file.read(1024).decode("ascii", "replace")
        connection.connect(address)
        hold(folder)  # to the end of this process
    except ConnectionRefusedError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    hello = f'{{"type":"hello","key":"{key}"}}\n'  # as `view_messages.py` has it
    connection.sendall(hello.encode())
    return connection


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)
