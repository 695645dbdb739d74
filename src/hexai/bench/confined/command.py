"""Runs a command where it can do no harm: asked for, read, limited, and ended."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import IO

import msgspec
from msgspec.structs import replace

from hexai.bench.confined.job import Ended, Job, Stop

LOUDEST = 16 << 20
"""Bytes that a command may print."""
_LAST = 4096
"""Bytes of them that are kept."""
_FURNISHING = 120.0
"""Seconds that it takes at most until a command begins."""
_ENVIRON = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
"""All that the launcher gets; the room sees it."""


async def run_confined(job: Job, archive: IO[bytes]) -> Ended:
    """Run a command in a room of its own, with an archive's files.

    Whatever ends the wait ends all that it has started. Expected failures are in what
    it gives. To be called in the main thread: with a thread, its children end too.
    """
    if sys.platform != "linux":
        return Ended(refused="only Linux has rooms in which a command reaches nothing")
    reads, writes = os.pipe()
    with os.fdopen(reads, "rb") as told:
        os.set_blocking(reads, False)
        async with _launched(writes, archive.fileno()) as process:
            said, is_loud = b"", False
            try:
                async with asyncio.timeout(_FURNISHING + job.seconds):
                    await _give(process, job)
                    said, is_loud = await _listen(process)
                    if not is_loud:
                        await process.wait()
            except TimeoutError:
                return Ended(stop=Stop.TIME)
        ended = Ended(stop=Stop.OUTPUT) if is_loud else _read(told, said)
    return replace(ended, said=said.decode("utf-8", "replace"))


@asynccontextmanager
async def _launched(
    tell: int, archive: int
) -> AsyncIterator[asyncio.subprocess.Process]:
    arguments = map(str, (os.getpid(), tell, archive))
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "hexai.bench.confined.launcher", *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd="/",
            env=_ENVIRON,
            start_new_session=True,
            pass_fds=(tell, archive),
        )
    finally:
        os.close(tell)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()  # and it ends the room
        await process.communicate()  # unread output would hold the wait back


async def _give(process: asyncio.subprocess.Process, job: Job) -> None:
    assert process.stdin is not None
    with suppress(ConnectionError):  # it has said why
        process.stdin.write(msgspec.json.encode(job))
        await process.stdin.drain()
    process.stdin.close()


async def _listen(process: asyncio.subprocess.Process) -> tuple[bytes, bool]:
    """Read all that is printed; gives the last of it, and whether it was too much."""
    assert process.stdout is not None
    last, size = b"", 0
    while piece := await process.stdout.read(1 << 16):
        last = (last + piece)[-_LAST:]
        size += len(piece)
        if size > LOUDEST:
            return last, True
    return last, False


def _read(told: IO[bytes], said: bytes) -> Ended:
    try:
        return msgspec.json.decode(told.read() or b"", type=Ended)
    except msgspec.DecodeError:
        last = said.decode("utf-8", "replace").strip().rpartition("\n")[2]
        return Ended(refused=f"the process that was to run it has failed ({last})")
