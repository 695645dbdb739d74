"""A command that prints a key, run once a process and never on the event loop.

It runs in the home directory, without a shell, with empty stdin, and with nothing
looked up relative to the working directory. It gets a session of its own, so that all
that it starts can be ended with it, and a daemon thread waits for it: no attempt and
no exit hangs on a password manager. Sessions and `poll` are of POSIX, as Hexai is.

What it printed until it ended is the output, though something that it has left behind,
an agent for example, may hold that open.
"""

import asyncio
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Collection, Mapping
from concurrent.futures import Future

from msgspec import Struct

from hexai.config.folders import absolute_entries, find_program

_ENDS_OF_KEYS = ("_API_KEY", "_APIKEY", "_API_TOKEN")
LIMIT = 8 * 1024
"""Bytes that a command may print."""
_SECONDS = 10.0
"""What a command has, all in all."""
_LOOK = 0.05
"""Seconds after which it is looked whether one that prints nothing has ended."""


class Printed(Struct, frozen=True, kw_only=True):
    """What became of the command."""

    output: bytes = b""
    failure: str = ""
    """What went wrong, for people; empty if nothing did."""


def without_keys(environ: Mapping[str, str], keys: Collection[str]) -> dict[str, str]:
    """Leave out what holds somebody's key: variables of that name, and named ones.

    What asks a password manager needs none of them.
    """
    return {
        name: value
        for name, value in environ.items()
        if name not in keys and not name.upper().endswith(_ENDS_OF_KEYS)
    }


class KeyCommand:
    """One configured command, started by whoever needs its output first."""

    def __init__(
        self,
        command: tuple[str, ...],
        *,
        environ: Mapping[str, str],
        home: str,
        keys: Collection[str] = (),
        seconds: float = _SECONDS,
    ) -> None:
        """Start nothing yet; `keys` are variables that the command does not get."""
        self._command = command
        self._path = absolute_entries(environ.get("PATH", ""))
        self._environ = {**without_keys(environ, keys), "PATH": self._path}
        self._home = home
        self._seconds = seconds
        self._printed: Future[Printed] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._closed = False

    @property
    def done(self) -> bool:
        """Tell whether the output is there already."""
        return self._printed is not None and self._printed.done()

    async def printed(self) -> Printed:
        """Give what the command printed; a waiter that is cancelled stops nothing."""
        if self._printed is None:
            self._printed = Future()
            self._printed.set_running_or_notify_cancel()  # so no waiter can cancel it
            threading.Thread(
                target=self._work, args=(self._printed,), name="key", daemon=True
            ).start()
        return await asyncio.wrap_future(self._printed)

    def close(self) -> None:
        """End the command, should it still run."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                _end(self._process)

    def _work(self, result: "Future[Printed]") -> None:
        try:
            result.set_result(self._run())
        except BaseException as error:  # noqa: BLE001 - for those who wait to raise
            result.set_exception(error)

    def _run(self) -> Printed:
        name = self._command[0]
        executable = find_program(name, self._path)
        if executable is None:
            return Printed(failure=f"no program {name} in the absolute part of PATH")
        try:
            process = self._start(executable)
            if process is None:
                return Printed(failure=f"{name} cannot be started (hexai is ending)")
        except OSError as error:
            return Printed(failure=f"{name} cannot be started ({error.strerror})")
        except ValueError:
            return Printed(failure=f"{name} cannot be started (a NUL in its arguments)")
        try:
            return self._await(process, time.monotonic() + self._seconds)
        finally:
            with self._lock:
                self._process = None
                _end(process)
            with process:
                pass  # closes its output, and waits for it

    def _start(self, executable: str) -> "subprocess.Popen[bytes] | None":
        """Start the command; None once it is closed."""
        with self._lock:
            if self._closed:
                return None
            self._process = subprocess.Popen(
                self._command,
                executable=executable,
                cwd=self._home,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            return self._process

    def _await(self, process: "subprocess.Popen[bytes]", until: float) -> Printed:
        name = self._command[0]
        late = Printed(failure=f"{name} did not end within {self._seconds:g} s")
        output = _read(process, until)
        if output is None:
            return late
        if len(output) > LIMIT:
            return Printed(failure=f"{name} printed more than {LIMIT // 1024} KiB")
        try:
            code = process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            return late
        if code != 0:
            return Printed(failure=f"{name} ended with code {code}")
        return Printed(output=output)


def _read(process: "subprocess.Popen[bytes]", until: float) -> bytes | None:
    """Read all output, or one byte more than the limit; None if time ran out.

    All is what was printed until the output is closed or the command has ended.
    """
    assert process.stdout is not None
    output = bytearray()
    waiting = select.poll()
    waiting.register(process.stdout, select.POLLIN)
    while len(output) <= LIMIT:
        has_ended = process.poll() is not None  # before the look for what it printed
        left = max(0.0, until - time.monotonic())
        if not waiting.poll(0 if has_ended else min(left, _LOOK) * 1000):
            if has_ended:
                break
            if left == 0:
                return None
            continue
        piece = os.read(process.stdout.fileno(), LIMIT + 1 - len(output))
        if not piece:
            break
        output += piece
    return bytes(output)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kill it, with all that it started, unless it has ended by itself.

    What it has left behind then may be an agent that others need.
    """
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
