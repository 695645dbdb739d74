"""What the first and the second signal do."""

import asyncio
import os
import signal
from collections.abc import Callable
from functools import partial

import pytest

from hexai.surfaces.cli.interrupts import Interrupts


async def turns(*, until: Callable[[], bool]) -> None:
    """Let the loop turn until something is true, but not for ever."""
    for _ in range(1000):
        if until():
            return
        await asyncio.sleep(0)


def interrupted(*numbers: int) -> tuple[int | None, int, list[int]]:
    """Send signals; give the code, how often `stop` was called, and `leave`'s codes."""

    async def run() -> int | None:
        with Interrupts(lambda: stopped.append(1), left.append) as interrupts:
            for count, number in enumerate(numbers, start=1):
                os.kill(os.getpid(), number)
                await turns(until=partial(heard, count))
            return interrupts.code

    def heard(count: int) -> bool:
        return len(stopped) + len(left) >= count

    stopped: list[int] = []
    left: list[int] = []
    return asyncio.run(run()), len(stopped), left


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
def test_the_first_signal_asks_to_stop(number: int, code: int) -> None:
    """The code is 128 and the signal's number, as shells count."""
    assert interrupted(number) == (code, 1, [])


def test_the_second_signal_leaves_at_once() -> None:
    """Whichever it is; the run is not asked again."""
    assert interrupted(signal.SIGINT, signal.SIGTERM) == (130, 1, [143])


def test_without_a_signal_there_is_no_code() -> None:
    """And handlers are as they were before."""
    before = [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGHUP)]
    assert interrupted() == (None, 0, [])
    after = [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGHUP)]
    assert before == after


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    """Under nohup a closed terminal ends nothing."""
    previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert interrupted(signal.SIGHUP) == (None, 0, [])
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, previous)
