"""Real `hexai` processes: started, watched, and ended with the test."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

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


def shell(command: str, *, seconds: float = 30.0) -> "subprocess.CompletedProcess[str]":
    """Run a command line of bash in which `hexai` is the console script."""
    path = f"{SCRIPT.parent}{os.pathsep}{os.environ['PATH']}"  # noqa: TID251
    environ = {**os.environ, "PATH": path}  # noqa: TID251
    return subprocess.run(
        ["/bin/bash", "-c", command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environ,
        timeout=seconds,
        check=False,
        text=True,
    )


def now() -> float:
    """Give the time on the clock that the fault server stamps with."""
    return time.monotonic()
