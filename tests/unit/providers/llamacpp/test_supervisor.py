"""Finding and starting workers, where no model is needed to see it."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hexai.errors import ConnectionFailed, NotSent, UnknownModel
from hexai.providers.llamacpp.files import Card, try_lock
from hexai.providers.llamacpp.model_files import GGUF, find_model
from hexai.providers.llamacpp.supervisor import Supervisor
from tests.support.workers import run_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a run folder."""
    with run_folder() as folder:
        yield folder


@pytest.fixture
def broken(tmp_path: Path) -> GGUF:
    """Give a file that begins like a model and is none."""
    (tmp_path / "broken.gguf").write_bytes(b"GGUF....")
    return find_model("broken", tmp_path)


def supervisor(folder: Path, **options: float) -> Supervisor:
    """Make one with the smallest environment."""
    return Supervisor(
        folder,
        environ={},
        keep_alive=options.get("keep_alive", 300.0),
        max_workers=2,
        listen_timeout=options.get("listen_timeout", 30.0),
    )


async def take(source: Supervisor, gguf: GGUF, loads: list[str]) -> None:
    """Take a lease and give it back."""
    async with source.lease(gguf, lambda: loads.append("loading")):
        pass


def test_a_folder_that_others_may_enter_is_not_used(folder: Path, broken: GGUF) -> None:
    """No worker is looked for or started there, and nothing is written."""
    folder.chmod(0o755)
    loads: list[str] = []

    with pytest.raises(NotSent, match=f"chmod 700 {folder}"):
        asyncio.run(take(supervisor(folder), broken, loads))

    assert list(folder.iterdir()) == []
    assert loads == []


def test_a_model_that_cannot_be_loaded_says_why_and_where(
    folder: Path, broken: GGUF
) -> None:
    """The worker's own reason, and what llama.cpp said, for its log goes with it."""
    loads: list[str] = []

    with pytest.raises(UnknownModel) as caught:
        asyncio.run(take(supervisor(folder), broken, loads))

    assert str(caught.value).startswith(f"cannot load {broken.path}: llama.cpp cannot")
    assert "llama.cpp said: " in str(caught.value)
    assert ".log" not in str(caught.value)
    assert loads


def test_a_worker_that_never_listens_is_replaced(folder: Path, broken: GGUF) -> None:
    """A process that was stopped before it listened does not hold up for ever."""
    source = supervisor(folder, listen_timeout=0.1)
    files = source.files(broken)
    with try_lock(files.lock) as lock:
        stopped = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(60)"], pass_fds=(lock.fd,)
        )
        card = Card(pid=stopped.pid, key="key")
        os.pwrite(lock.fd, msgspec.json.encode(card), 0)

    with stopped, pytest.raises(UnknownModel, match="cannot load"):
        asyncio.run(take(source, broken, []))

    assert stopped.returncode == -9


def test_a_worker_that_does_not_end_is_made_to(folder: Path, broken: GGUF) -> None:
    """One that was stopped while it held the lease exclusively is killed."""
    source = supervisor(folder)
    files = source.files(broken)
    with try_lock(files.lock) as lock, try_lock(files.lease) as lease:
        ending = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(60)"],
            pass_fds=(lock.fd, lease.fd),
        )
        card = Card(pid=ending.pid, key="key")
        os.pwrite(lock.fd, msgspec.json.encode(card), 0)

    with ending, pytest.raises(UnknownModel, match="cannot load"):
        asyncio.run(take(source, broken, []))

    assert ending.returncode == -9


def test_who_gives_up_leaves_nothing_locked(folder: Path, broken: GGUF) -> None:
    """A request that is cancelled while it waits gives its lease back."""
    source = supervisor(folder)
    files = source.files(broken)

    async def scenario() -> None:
        async with asyncio.timeout(0.1):
            await take(source, broken, [])

    with try_lock(files.lock), pytest.raises(TimeoutError):
        asyncio.run(scenario())

    with try_lock(files.lease) as lease:
        assert lease.held


def test_what_the_system_refuses_is_an_expected_failure(
    folder: Path, broken: GGUF
) -> None:
    """A run folder in which nothing can be made fails the contender, not the race."""
    source = supervisor(folder)
    source.files(broken).lease.mkdir()

    with pytest.raises(ConnectionFailed, match=f"Is a directory; check {folder}"):
        asyncio.run(take(source, broken, []))
