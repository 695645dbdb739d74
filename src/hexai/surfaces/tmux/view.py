"""The view's process: joins its parent, then shows what it is told.

Run as a module by the parent, in a popup of tmux or on the terminal, with the address
of the parent's socket. It connects before it loads Textual, so that the parent knows of
it while that takes its time.
"""

import gc
import os
import shutil
import socket
import sys

from hexai.surfaces.tmux.wire import Hello, encode

_REFUSED = 2


def main() -> int:
    """Show one action; gives the exit code."""
    gc.disable()
    for name in ("COLUMNS", "LINES"):  # of another terminal; Textual believes them
        os.environ.pop(name, None)  # noqa: TID251 - the edge
    try:
        connection = _join(sys.argv[1])
    except (OSError, IndexError):
        return _REFUSED
    from hexai.surfaces.tmux.app import ActionApp

    app = ActionApp(connection)
    app.run(mouse=False)
    return 0


def _join(address: str) -> socket.socket:
    """Connect and show the key; what a parent has left that is gone is removed."""
    folder = os.path.dirname(address)  # noqa: PTH120 - pathlib takes 5 ms
    connection = socket.socket(socket.AF_UNIX)
    try:
        with open(os.path.join(folder, "key"), "rb") as file:  # noqa: PTH118, PTH123
            key = file.read(1024).decode("ascii", "replace")
        connection.connect(address)
    except ConnectionRefusedError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    connection.sendall(encode(Hello(key=key)))
    return connection


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)
