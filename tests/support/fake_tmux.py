"""A program called tmux that writes down what it is told."""

import time
from collections.abc import Callable
from pathlib import Path

from tests.support.patience import PATIENCE

_SCRIPT = """#!/bin/sh
env > "$HOME/environment"
printf '%s\\n' "$*" >> "$HOME/told"
exit {code}
"""


class FakeTmux:
    """The program, in a folder of its own."""

    def __init__(self, folder: Path, *, code: int = 0) -> None:
        """`code` is what it exits with."""
        self._home = folder / "home"
        self._home.mkdir()
        program = folder / "bin" / "tmux"
        program.parent.mkdir()
        program.write_text(_SCRIPT.format(code=code))
        program.chmod(0o755)
        self.environ = {
            "TMUX": "/tmp/tmux-0/default,1,0",
            "PATH": f"{program.parent}:/usr/bin:/bin",
            "HOME": str(self._home),
        }

    @property
    def told(self) -> list[str]:
        """What it was told so far, without the words that are the same each time."""
        path = self._home / "told"
        lines = path.read_text().splitlines() if path.exists() else []
        assert all(line.startswith("set-option -g @hexai_status ") for line in lines)
        return [line.split(" ", 3)[3] for line in lines]

    @property
    def variables(self) -> set[str]:
        """The names of the variables that it got."""
        lines = (self._home / "environment").read_text().splitlines()
        return {line.partition("=")[0] for line in lines}

    def wait_for(self, condition: Callable[[list[str]], bool]) -> list[str]:
        """Wait until what it was told is as wanted; gives that."""
        until = time.monotonic() + PATIENCE
        while not condition(self.told):
            assert time.monotonic() < until, self.told
            time.sleep(0.01)
        return self.told
