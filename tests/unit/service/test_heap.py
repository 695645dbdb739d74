"""Memory that is free goes back to the system."""

import asyncio
import platform
import subprocess
import sys

from hexai.service.heap import AFTER, Trimmer
from tests.support.clock import run_virtually

_PIECES = """
from pathlib import Path
from hexai.service.heap import give_back

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1])

texts = [b"x" * (2_000 + number % 7) for number in range(40_000)]
kept = texts[::20]
del texts
before = resident()
give_back()
print(before - resident())
"""
"""80 MB of texts, of which every twentieth stays; prints the pages that went back."""


def test_work_is_followed_by_one_giving_back() -> None:
    """However much is done within a minute, memory is given back once after it."""

    async def work() -> list[float]:
        loop = asyncio.get_running_loop()
        given: list[float] = []
        trimmer = Trimmer(loop, lambda: given.append(loop.time()))
        for _ in range(3):
            trimmer.worked()
            await asyncio.sleep(AFTER / 4)
        await asyncio.sleep(10 * AFTER)
        trimmer.worked()
        await asyncio.sleep(10 * AFTER)
        return given

    assert run_virtually(work()) == [AFTER, AFTER * 11.75]


def test_pages_between_others_go_back() -> None:
    """With glibc most of what is free goes back; elsewhere nothing happens."""
    printed = subprocess.run(
        [sys.executable, "-c", _PIECES], capture_output=True, text=True, check=True
    ).stdout

    if platform.libc_ver()[0] == "glibc":
        assert int(printed) > 10_000
