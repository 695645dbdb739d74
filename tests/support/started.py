"""Real `hexai` processes: started, watched, and ended with the test."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.command_line import Terminal

SCRIPT = Path(sys.executable).with_name("hexai")
"""The console script beside the interpreter that runs the tests."""


@contextmanager
def hexai(
    *arguments: str,
    stdin: int | None = subprocess.DEVNULL,
    stdout: int | None = subprocess.PIPE,
    stderr: int | None = subprocess.PIPE,
    environ: Mapping[str, str] | None = None,
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start the console script; it is killed if it outlives the block."""
    child = subprocess.Popen(
        [SCRIPT, *arguments],
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        env={"TERM": "xterm", **(os.environ if environ is None else environ)},  # noqa: TID251
        start_new_session=True,
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        for stream in (child.stdin, child.stdout, child.stderr):
            if stream is not None:
                stream.close()


def shell(
    command: str, *, seconds: float = 30.0, seen: bool = False
) -> "subprocess.CompletedProcess[str]":
    """Run a command line of bash in which `hexai` is the console script.

    `seen`: its standard error is a terminal that somebody looks at.
    """
    path = f"{SCRIPT.parent}{os.pathsep}{os.environ['PATH']}"  # noqa: TID251
    environ = {**os.environ, "PATH": path}  # noqa: TID251
    terminal = Terminal(columns=500) if seen else None
    ran = subprocess.run(
        ["/bin/bash", "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=terminal.descriptor if terminal else subprocess.PIPE,
        env=environ,
        timeout=seconds,
        check=False,
        text=True,
    )
    if terminal is not None:
        ran.stderr = terminal.text()
    return ran


def now() -> float:
    """Give the time on the clock that the fault server stamps with."""
    return time.monotonic()
