"""Asking a worker how it is, ending it, and reading why it failed."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import msgspec
import pytest

from hexai.providers.llamacpp.files import Card, WorkerFiles, try_lock, worker_files
from hexai.providers.llamacpp.process import (
    Health,
    check_health,
    end,
    failure,
    first_words,
    last_words,
)
from tests.support.patience import PATIENCE
from tests.support.ports import served
from tests.support.workers import run_folder


@pytest.fixture
def files() -> Iterator[WorkerFiles]:
    """Name the files of a worker in a folder with a short path."""
    with run_folder() as folder:
        yield worker_files(folder, "model")


@pytest.mark.parametrize(
    ("said", "health"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", Health.READY),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", Health.LOADING),
        (b"", Health.HANGING),
    ],
)
def test_health_is_what_the_status_says(
    files: WorkerFiles, said: bytes, health: Health
) -> None:
    """200 is ready, 503 is loading; who hangs up every time gets no more than time."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    async def scenario() -> Health:
        async with served(greet, files.socket):
            return await check_health(files.socket, timeout=5 if said else 0.2)

    assert asyncio.run(scenario()) is health


def test_a_socket_without_a_listener_is_absent(files: WorkerFiles) -> None:
    """No socket, and one that a dead worker left, are the same."""
    assert asyncio.run(check_health(files.socket)) is Health.ABSENT
    with closing(socket.socket(socket.AF_UNIX)) as dead:
        dead.bind(str(files.socket))
    assert asyncio.run(check_health(files.socket)) is Health.ABSENT


def test_who_listens_and_does_not_answer_hangs(files: WorkerFiles) -> None:
    """Neither a silent worker nor one whose queue is full holds anybody up."""
    with closing(socket.socket(socket.AF_UNIX)) as silent:
        silent.bind(str(files.socket))
        silent.listen(0)
        for _ in range(4):  # each leaves a connection in the queue
            health = asyncio.run(check_health(files.socket, timeout=0.1))
            assert health is Health.HANGING


def test_a_worker_is_ended_while_its_lock_is_held(files: WorkerFiles) -> None:
    """Ending returns when the process is gone and its lock is free."""
    with _holder(files) as process:
        card = Card(pid=process.pid, key="key")
        files.lock.write_bytes(msgspec.json.encode(card))

        asyncio.run(end(files, card))

        assert process.wait(PATIENCE) == -9
    assert not files.is_alive()


def test_nobody_is_killed_by_a_pid_whose_lock_is_free(files: WorkerFiles) -> None:
    """A card that a dead worker left may name a process that is somebody else."""
    with _sleeper() as process:
        card = Card(pid=process.pid, key="key")
        files.lock.write_bytes(msgspec.json.encode(card))

        asyncio.run(end(files, card))

        assert process.poll() is None
        process.kill()


def test_nobody_is_killed_by_the_card_of_an_earlier_worker(files: WorkerFiles) -> None:
    """Who took a hanging worker for replaced does not hit the one that followed."""
    with _sleeper() as process, try_lock(files.lock) as lock:
        current = Card(pid=process.pid, key="new")
        os.pwrite(lock.fd, msgspec.json.encode(current), 0)

        asyncio.run(end(files, Card(pid=process.pid, key="old")))
        asyncio.run(end(files, Card(pid=2**22 - 1, key="new")))

        assert process.poll() is None
        process.kill()


def test_what_llama_cpp_said_last_is_told_without_its_file(files: WorkerFiles) -> None:
    """The file goes with its worker; what the worker itself said stands elsewhere."""
    assert first_words(files.log) == last_words(files.log) == ""
    files.log.write_text("0.00.1 E one\ntwo\n\nready\nthree\n four\nfailed: why\n")
    assert first_words(files.log) == "one; two"
    assert last_words(files.log) == "three; four"


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("E some error\nfailed: it is damaged\n", "it is damaged"),
        ("failed: an earlier one\nready\n", ""),
        ("ready\n", ""),
        ("", ""),
    ],
)
def test_the_reason_of_a_failure_is_the_last_line_of_the_log(
    files: WorkerFiles, log: str, reason: str
) -> None:
    """Only what the worker itself said last counts."""
    files.log.write_text(log)

    assert failure(files.log) == reason


def test_a_log_that_is_gone_gives_no_reason(files: WorkerFiles) -> None:
    """Somebody may have cleared the folder."""
    assert failure(files.log) == ""


def _sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


def _holder(files: WorkerFiles) -> subprocess.Popen[bytes]:
    """Start a process that holds the lock of a worker, and nothing else."""
    with try_lock(files.lock) as lock:
        return subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(60)"],
            pass_fds=(lock.fd,),
        )
