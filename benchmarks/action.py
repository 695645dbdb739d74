"""The menu for a selection: from the start of the command until its rows are seen.

Both sides run in a real tmux with a client, whose terminal is read by this process: a
moment counts once the bytes of the row have arrived there. What both sides cost in
processor time, from their start until they have gone, stands beside it. The peer is
bare Textual with one list, in a popup that `tmux display-popup` opens. Run by
`scripts/bench action`.
"""

import argparse
import fcntl
import os
import pty
import resource
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.start import measure, row, verdict

_PEER = Path(__file__).with_name("list_app.py")
_BUDGET = 0.35
_RATIO = 1.3
_PATIENCE = 60.0
_LINES, _COLUMNS = 24, 80


class Client(NamedTuple):
    """A terminal at which somebody looks at tmux."""

    tmux: Sequence[str]
    terminal: int
    environ: dict[str, str]
    server: int
    """The process of tmux that popups are children of."""

    def until_seen(
        self, command: Sequence[str], text: bytes, spent: list[float]
    ) -> float:
        """Time a command from its start until a text is on the screen.

        `spent` gets what it took of the processor, tmux and the popup included.
        """
        self._drain()
        before = self._spent()
        began = time.monotonic()
        with subprocess.Popen(
            command,
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            assert process.stdin is not None
            process.stdin.write(b"def add(a, b):\n    return a + b\n")
            process.stdin.close()
            seen = self._wait_for(text) - began
            self._leave(process)
        spent.append(self._spent() - before)
        return seen

    def _spent(self) -> float:
        """Sum up seconds of the processor, of our children and of tmux and its."""
        ours = resource.getrusage(resource.RUSAGE_CHILDREN)
        stat = Path(f"/proc/{self.server}/stat").read_text()
        ticks = sum(map(int, stat.rpartition(")")[2].split()[11:15]))
        return ours.ru_utime + ours.ru_stime + ticks / os.sysconf("SC_CLK_TCK")

    def _wait_for(self, text: bytes) -> float:
        got, until = b"", time.monotonic() + _PATIENCE
        while text not in got:
            if not select.select([self.terminal], [], [], 1.0)[0]:
                assert time.monotonic() < until, f"{text!r} was not shown"
                continue
            got += os.read(self.terminal, 1 << 16)
        return time.monotonic()

    def _leave(self, process: "subprocess.Popen[bytes]") -> None:
        """Press `q`, and read on, since tmux would wait for its terminal."""
        os.write(self.terminal, b"q")
        while process.poll() is None:
            if select.select([self.terminal], [], [], 0.02)[0]:
                os.read(self.terminal, 1 << 16)

    def _drain(self) -> None:
        while select.select([self.terminal], [], [], 0.2)[0]:
            os.read(self.terminal, 1 << 16)


@contextmanager
def attached(home: Path) -> Iterator[Client]:
    """Open a tmux with a client on a terminal of ours."""
    tmux = ["tmux", "-u", "-S", str(home / "tmux"), "-f", "/dev/null"]
    environ = {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "TERM": "xterm-256color",
    }
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe("tmux", [*tmux, "new-session", "-n", "ready", "sleep 3600"], environ)
    size = struct.pack("HHHH", _LINES, _COLUMNS, 0, 0)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, size)
    try:
        client = Client(tmux, terminal, environ, pid)
        client._wait_for(b"ready")  # noqa: SLF001 - its status line names the window
        asked = [*tmux, "display-message", "-p", "#{socket_path},#{pid},0"]
        told = subprocess.run(
            asked, env=environ, check=True, capture_output=True, text=True
        )
        variable = told.stdout.strip()
        environ |= {"TMUX": variable, "TMUX_PANE": "%0"}
        yield client._replace(server=int(variable.split(",")[1]))
    finally:
        subprocess.run([*tmux, "kill-server"], env=environ, check=False)
        os.waitpid(pid, 0)
        os.close(terminal)


def main() -> None:
    """Print both figures, and what they are held against."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=11)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, attached(Path(folder)) as client:
        bare = [options.hexai / "python", "-P", _PEER]
        popup = [*client.tmux, "display-popup", "-E", "-w", "60%", "-h", "50%"]
        ours = [str(options.hexai / "hexai-tmux-action")]
        peer = [*popup, *map(str, bare)]
        cost: tuple[list[float], list[float]] = ([], [])
        mine, theirs = measure(
            options.runs,
            lambda: client.until_seen(ours, b"Rewrite selection", cost[0]),
            lambda: client.until_seen(peer, b"Rewrite selection", cost[1]),
        )
    ratios = [one / other for one, other in zip(mine, theirs, strict=True)]
    sys.stdout.write(
        f"until the menu is seen{'min':>27}{'median':>8}{'max':>8}\n"
        + row("hexai-tmux-action", mine)
        + "\n"
        + row("bare Textual in a popup", theirs)
        + "\nprocessor time, until it has gone\n"
        + row("hexai-tmux-action", cost[0][1:])
        + "\n"
        + row("bare Textual in a popup", cost[1][1:])
        + "\n"
        + verdict("beside it, median ratio", statistics.median(ratios), _RATIO, "x")
        + verdict("until the menu is seen", statistics.median(mine), _BUDGET, "s")
    )


if __name__ == "__main__":
    main()
