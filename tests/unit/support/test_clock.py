"""The virtual clock."""

import asyncio

import pytest

from tests.support.clock import run_virtually


def test_waiting_takes_no_time_and_the_clock_shows_what_was_waited() -> None:
    """A day passes at once, and timers ring in the order of their times."""

    async def main() -> tuple[float, list[float]]:
        loop, rang = asyncio.get_running_loop(), list[float]()
        for at in (3600.0, 1.5):
            loop.call_at(at, rang.append, at)
        await asyncio.sleep(86_400)
        return loop.time(), rang

    assert run_virtually(main()) == (86_400.0, [1.5, 3600.0])


def test_timers_ring_after_decades_too() -> None:
    """A late hour is not so late that floats cannot tell its seconds."""

    async def main() -> float:
        for _ in range(10):
            await asyncio.sleep(1e8)
            await asyncio.sleep(0.1)
        return asyncio.get_running_loop().time()

    assert round(run_virtually(main()), 3) == 1e9 + 1


def test_what_nothing_can_wake_is_an_error() -> None:
    """A deadlock ends the test at once instead of hanging it."""

    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(RuntimeError, match="everything waits"):
        run_virtually(main())
