"""The event loop: its name lookups, and the signals that it hears."""

import asyncio
import platform
import signal
import socket
import subprocess
import sys
import threading

import pytest

from hexai.service.runtime import TRIMS_AFTER, Loop, SleepWatch, Trimmer
from tests.support.clock import run_virtually


def test_names_are_looked_up() -> None:
    """A name that the machine knows gives its addresses."""
    with asyncio.Runner(loop_factory=Loop) as runner:
        found = runner.run(_look_up("localhost"))

    assert {"127.0.0.1", "::1"} & found


def test_unknown_names_fail_as_lookups_do() -> None:
    """A name that cannot be encoded fails as one that does not exist."""
    with (
        asyncio.Runner(loop_factory=Loop) as runner,
        pytest.raises(socket.gaierror),
    ):
        runner.run(_look_up("a" * 64 + ".example"))


def test_hanging_lookups_hold_up_nobody() -> None:
    """Twenty lookups that hang delay neither a further one nor the loop's end."""
    release = threading.Event()

    async def scenario() -> list[int]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Loop)
        async with asyncio.TaskGroup() as group:
            hanging = [
                group.create_task(loop._in_daemon_thread(lambda: _hang(release)))
                for _ in range(20)
            ]
            answer = await loop._in_daemon_thread(lambda: [1])
            for task in hanging:
                task.cancel()
        return answer

    with asyncio.Runner(loop_factory=Loop) as runner:
        answer = runner.run(scenario())
    release.set()

    assert answer == [1]


def test_a_lookup_that_ends_after_the_loop_is_dropped() -> None:
    """An abandoned lookup that comes back late disturbs nobody."""
    release, ended = threading.Event(), threading.Event()

    def slow() -> list[int]:
        release.wait(10)
        ended.set()
        return []

    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Loop)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await loop._in_daemon_thread(slow)

    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(scenario())
    release.set()

    assert ended.wait(10)


async def _look_up(host: str) -> set[object]:
    found = await asyncio.get_running_loop().getaddrinfo(host, 80)
    return {address[4][0] for address in found}


def _hang(release: threading.Event) -> list[int]:
    release.wait(10)
    return []


def test_a_signal_is_heard_while_nothing_happens() -> None:
    """Also one that another thread gets, which ends no wait of the main thread."""
    heard = threading.Event()
    missed: list[int] = []

    async def wait_for_nothing() -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR2, lambda: None)
        loop.remove_signal_handler(signal.SIGUSR2)
        over = loop.create_future()

        def send() -> None:
            for number in range(100):
                signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
                if not heard.wait(2.0):
                    missed.append(number)
                    break
                heard.clear()
            loop.call_soon_threadsafe(over.set_result, None)

        sender = threading.Thread(target=send)
        sender.start()
        await over
        sender.join()

    before = signal.signal(signal.SIGUSR1, lambda *_: heard.set())
    try:
        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(wait_for_nothing())
    finally:
        signal.signal(signal.SIGUSR1, before)

    assert missed == []


class _Clocks:
    def __init__(self) -> None:
        self.wall = 1_000.0
        self.steady = 5.0


def _watch(clocks: _Clocks) -> SleepWatch:
    return SleepWatch(lambda: clocks.wall, lambda: clocks.steady)


def test_time_that_passes_for_both_clocks_is_no_sleep() -> None:
    """An hour of work is no sleep."""
    clocks = _Clocks()
    watch = _watch(clocks)
    clocks.wall += 3600
    clocks.steady += 3600

    assert not watch.slept()


def test_a_wall_clock_that_runs_ahead_tells_of_a_sleep_once() -> None:
    """Five seconds ahead are a sleep, told once; what follows is compared anew."""
    clocks = _Clocks()
    watch = _watch(clocks)
    clocks.wall += 5.0

    assert watch.slept()
    assert not watch.slept()


def test_a_clock_that_is_set_back_is_no_sleep() -> None:
    """A corrected wall clock is not taken for a sleep, then or later."""
    clocks = _Clocks()
    watch = _watch(clocks)
    clocks.wall -= 60
    assert not watch.slept()
    clocks.wall += 4.9

    assert not watch.slept()


_PIECES = """
from pathlib import Path
from hexai.service.runtime import give_back

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
            await asyncio.sleep(TRIMS_AFTER / 4)
        await asyncio.sleep(10 * TRIMS_AFTER)
        trimmer.worked()
        await asyncio.sleep(10 * TRIMS_AFTER)
        return given

    assert run_virtually(work()) == [TRIMS_AFTER, TRIMS_AFTER * 11.75]


def test_pages_between_others_go_back() -> None:
    """With glibc most of what is free goes back; elsewhere nothing happens."""
    printed = subprocess.run(
        [sys.executable, "-c", _PIECES], capture_output=True, text=True, check=True
    ).stdout

    if platform.libc_ver()[0] == "glibc":
        assert int(printed) > 10_000
