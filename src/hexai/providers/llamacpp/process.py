"""Starts the process of a worker, asks whether it is well, and ends it."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from pathlib import Path

import msgspec

from hexai.providers.llamacpp.files import Card, WorkerFiles
from hexai.providers.llamacpp.worker import FAILED, READY, Order

HEALTH_TIMEOUT = 2.0
"""Seconds in which a worker that listens has to answer, or be replaced."""

_TOLD_LINES = 2
_LONGEST_LOG = 1 << 16
_PREFIX = re.compile(r"^[\d.]+ [A-Z] +")
"""Before each line of llama.cpp: when, and how bad."""

PAUSE = 0.02
"""Seconds between two looks at a worker that comes or goes, or at a lock."""

_KEPT_VARIABLES = (
    "HOME",
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "CUDA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
    "GGML_VK_VISIBLE_DEVICES",
)
"""All that a worker gets of the environment: no key is among it."""

_PATIENT_THREADS = {"OMP_WAIT_POLICY": "passive"}
"""Has llama.cpp's threads sleep where they wait for each other.

By default they spin, and where anything else wants a core, one spins while the other
cannot run: on two busy cores an answer took 8 to 30 s that takes 1 to 3 s like this.
"""


class Health(Enum):
    """What a worker's socket shows."""

    READY = "ready"
    LOADING = "loading"
    ABSENT = "absent"
    """Nobody listens."""
    HANGING = "hanging"
    """Somebody listens, and does not answer."""


def spawn(order: Order, log: Path, environ: Mapping[str, str]) -> None:
    """Start a worker and let it inherit `order.lock_fd`, which is closed here.

    The order goes through a pipe, the worker's standard input, so that the key is in
    no argument and no variable. It is the last thing that the worker gets: if this
    process is killed before, there is no worker.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_NOFOLLOW
    output = os.open(log, flags | os.O_CLOEXEC, 0o600)
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "hexai.providers.llamacpp.worker"],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            cwd="/",
            env=_environment(environ),
            start_new_session=True,
            pass_fds=(order.lock_fd,),
        )
        card = Card(pid=process.pid, key=order.key)
        os.pwrite(order.lock_fd, msgspec.json.encode(card), 0)
    finally:
        os.close(output)
        os.close(order.lock_fd)
    # The worker outlives most of those who start one, but not all: an editor's server
    # would keep it as a zombie.
    threading.Thread(target=process.wait, name="reaper", daemon=True).start()
    assert process.stdin is not None
    with suppress(BrokenPipeError), process.stdin as pipe:
        pipe.write(msgspec.json.encode(order))


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    kept = {name: environ[name] for name in _KEPT_VARIABLES if name in environ}
    return kept | _PATIENT_THREADS


async def end(files: WorkerFiles, card: Card) -> None:
    """Kill a worker and wait until it is gone; nobody else is ever hit."""
    _kill(files, card)
    while files.is_alive() and files.card() == card:  # noqa: ASYNC110 - no event
        await asyncio.sleep(PAUSE)


def _kill(files: WorkerFiles, card: Card) -> None:
    if sys.platform != "linux":
        if files.is_alive() and files.card() == card:
            os.kill(card.pid, signal.SIGKILL)
        return
    try:
        process = os.pidfd_open(card.pid)
    except ProcessLookupError:
        return
    try:
        # From here on the process cannot be mistaken for another one that got its
        # number, so what the lock says now holds when the signal is sent.
        if files.is_alive() and files.card() == card:
            signal.pidfd_send_signal(process, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        os.close(process)


async def check_health(socket: Path, *, timeout: float = HEALTH_TIMEOUT) -> Health:
    """Ask a worker how it is; one that does not say within `timeout` hangs."""
    try:
        async with asyncio.timeout(timeout):
            return await _ask_health(socket)
    except TimeoutError:
        return Health.HANGING


async def _ask_health(socket: Path) -> Health:
    while True:
        try:
            status = await _get_status(socket)
        except (FileNotFoundError, ConnectionRefusedError):
            return Health.ABSENT
        except OSError:
            # The queue of those who wait for a connection is full, which Linux tells
            # in this way, or the worker is going away.
            await asyncio.sleep(PAUSE)
        else:
            return Health.READY if status == b"200" else Health.LOADING


async def _get_status(socket: Path) -> bytes:
    """Get the status of `/health`; an answer that is cut short raises as a reset."""
    reader, writer = await asyncio.open_unix_connection(socket)
    try:
        writer.write(
            b"GET /health HTTP/1.1\r\nHost: worker\r\nConnection: close\r\n\r\n"
        )
        words = (await reader.readline()).split()
    finally:
        writer.close()
    if len(words) < 2:
        raise ConnectionResetError
    return words[1]


def first_words(log: Path) -> str:
    """Give what llama.cpp printed first: why it cannot load a model, and not that."""
    return "; ".join(_printed(log)[:_TOLD_LINES])


def last_words(log: Path) -> str:
    """Give what llama.cpp printed last; the file goes with its worker."""
    return "; ".join(_printed(log)[-_TOLD_LINES:])


def _printed(log: Path) -> list[str]:
    """Give the lines that are not the worker's own, without times and levels."""
    try:
        with log.open("rb") as file:
            lines = file.read(_LONGEST_LOG).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    own = (FAILED, READY)
    told = (_PREFIX.sub("", line).strip() for line in lines if not line.startswith(own))
    return [line for line in told if line]


def failure(log: Path) -> str:
    """Read why a worker could not load its model; empty if that was not why."""
    try:
        last = log.read_bytes()[-4096:].decode("utf-8", "replace").splitlines()[-1:]
    except OSError:
        return ""
    return last[0].removeprefix(FAILED) if last and last[0].startswith(FAILED) else ""
