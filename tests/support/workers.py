"""Watches the worker processes of a run folder from outside, by what /proc shows."""

import asyncio
import os
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from hexai.providers.llamacpp.files import WorkerFiles, all_workers
from hexai.providers.llamacpp.process import end
from tests.support.ask_local import Question, Step

_PATIENCE = 240
"""Seconds in which an answer has to come, on a machine that has much else to do."""

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def run_folder() -> Iterator[Path]:
    """Give a run folder with a short path; whatever lives in it ends with the test."""
    folder = Path(tempfile.mkdtemp(prefix="hexai-"))
    try:
        yield folder
    finally:
        for files in all_workers(folder):
            if (card := files.card()) is not None:
                asyncio.run(end(files, card))
        shutil.rmtree(folder)


def start_asking(question: Question, **variables: str) -> subprocess.Popen[bytes]:
    """Start a process, with a session of its own, that asks a question."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.support.ask_local"),
            msgspec.json.encode(question).decode(),
        ],
        cwd=ROOT,
        env={**os.environ, **variables},  # noqa: TID251 - a child's environment
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def steps_of(process: subprocess.Popen[bytes]) -> list[Step]:
    """Read all that a process prints until nobody holds its output any more."""
    try:
        output, _ = process.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return [msgspec.json.decode(line, type=Step) for line in output.splitlines()]


def next_step(process: subprocess.Popen[bytes]) -> Step:
    """Read the next step of a process that still asks."""
    assert process.stdout is not None
    return msgspec.json.decode(process.stdout.readline(), type=Step)


def ask(question: Question, **variables: str) -> list[Step]:
    """Ask in a process of its own."""
    with start_asking(question, **variables) as process:
        return steps_of(process)


def answer(steps: list[Step]) -> str:
    """Give the text of an answer that came whole."""
    assert steps[-1].what == "answered", steps
    return "".join(step.text for step in steps if step.what == "delta")


def living(folder: Path) -> dict[str, int]:
    """Give the workers that hold their lock: name to pid."""
    return {
        files.name: card.pid
        for files in all_workers(folder)
        if files.is_alive() and (card := files.card()) is not None
    }


def wait_until_gone(folder: Path, pid: int) -> None:
    """Wait for the end of a process, and of its lock."""
    with suppress(ProcessLookupError):
        process = os.pidfd_open(pid)
        assert select.select([process], [], [], 60)[0], "the worker lives on"
        os.close(process)
    assert pid not in living(folder).values()


def the_worker(folder: Path) -> WorkerFiles:
    """Give the files of the only worker that ever was in a folder."""
    (files,) = all_workers(folder)
    return files


def worker_processes(folder: Path) -> set[int]:
    """Find, among all processes, the workers that have a file of this folder open."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if b"llamacpp.worker" in (process / "cmdline").read_bytes() and any(
                target.startswith(f"{folder}/") for target in open_files(process)
            ):
                found.add(int(process.name))
    return found


def open_files(process: Path) -> list[str]:
    """List where the descriptors of a process lead."""
    found = []
    for descriptor in (process / "fd").iterdir():
        with suppress(OSError):
            found.append(str(descriptor.readlink()))
    return found
