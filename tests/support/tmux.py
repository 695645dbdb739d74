"""A real tmux, whose windows and options a test can look at."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.support.patience import PATIENCE


def wait_until(
    condition: Callable[[], bool], what: str, *, seconds: float = PATIENCE
) -> None:
    """Wait for what a screen will show."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.02)


class Tmux:
    """A tmux server of its own with one window that a test can look at and resize."""

    def __init__(
        self, folder: Path, *, columns: int, lines: int, name: str = "tmux"
    ) -> None:
        self.socket = str(folder / name)
        size = ["-x", str(columns), "-y", str(lines)]
        self.run("new-session", "-d", *size, "sh", "-c", "PS1='$ ' exec sh -i")

    def run(self, *arguments: str) -> str:
        """Give a command to the server."""
        program = ["tmux", "-u", "-S", self.socket, "-f", "/dev/null"]
        done = subprocess.run(
            [*program, *arguments], check=True, capture_output=True, text=True
        )
        return done.stdout

    def start(self, arguments: list[str]) -> None:
        """Type a command and wait until it runs."""
        line = " ".join(f"'{argument}'" for argument in arguments)
        self.run("send-keys", "-l", f"clear; {line}")
        self.run("send-keys", "Enter")

    def attach(self, other: "Tmux", session: str = "0") -> None:
        """Show another server's session in this window, by a client of its own."""
        command = ["env", "-u", "TMUX", "tmux", "-u", "-S", other.socket]
        self.start([*command, "attach", "-t", session])

    def press(self, *keys: str) -> None:
        """Press keys by their names."""
        self.run("send-keys", *keys)

    def screen(self) -> list[str]:
        """Read what is on the screen now."""
        shown = self.run("capture-pane", "-p")
        return [line.rstrip(" ") for line in shown.split("\n")]

    def everything(self) -> list[str]:
        """Read all lines, rejoined where tmux wrapped them."""
        shown = self.run("capture-pane", "-p", "-J", "-S", "-")
        return [line.rstrip(" ") for line in shown.split("\n")]

    def wait_for(self, text: str) -> None:
        """Wait until a text is shown."""
        try:
            wait_until(
                lambda: text in "\n".join(self.everything()), f"{text!r} was not shown"
            )
        except AssertionError as error:
            error.add_note("\n".join(self.everything()))
            raise

    def resize(self, columns: int, lines: int) -> None:
        """Change the window's size; tmux tells it a quarter of a second later."""
        self.run("resize-window", "-x", str(columns), "-y", str(lines))

    @property
    def variable(self) -> str:
        """What `TMUX` is in its windows."""
        return self.run("display-message", "-p", "#{socket_path},#{pid},0").strip()

    def option(self, name: str) -> str:
        """Give the value of a global option; empty if it is not set."""
        return self.run("show-options", "-gqv", name).removesuffix("\n")
