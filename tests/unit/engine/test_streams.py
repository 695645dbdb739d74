"""Readers and their owner: closing is waited for, but not for ever."""

import asyncio
from typing import Any

import pytest

from hexai.engine.streams import CLOSE_WITHIN, Streams
from hexai.errors import BrokenStream
from tests.support.clock import run_virtually


async def _linger(seconds: float, closed: list[float]) -> None:
    loop = asyncio.get_running_loop()
    try:
        await loop.create_future()
    finally:
        await asyncio.sleep(seconds)
        closed.append(loop.time())


async def _raise(error: Exception) -> None:
    raise error


def test_closing_waits_until_the_reader_has_ended() -> None:
    """A stream that takes a moment to close is closed when `close` returns."""

    async def main() -> list[float]:
        streams, closed = Streams(), list[float]()
        reader = streams.start(_linger(0.05, closed))
        await asyncio.sleep(1.0)
        await streams.close(reader)
        return closed

    assert run_virtually(main()) == [1.05]


def test_a_close_that_hangs_is_abandoned_and_ended_by_the_owner() -> None:
    """It costs `CLOSE_WITHIN` once, and once more when the owner's context is left."""

    async def main() -> tuple[float, float, int]:
        loop = asyncio.get_running_loop()
        async with Streams() as streams:
            reader = streams.start(_linger(1e9, []))
            await asyncio.sleep(0)
            await streams.close(reader)
            abandoned_at = loop.time()
        return abandoned_at, loop.time(), len(asyncio.all_tasks())

    assert run_virtually(main()) == (CLOSE_WITHIN, CLOSE_WITHIN, 1)


def test_a_cancel_does_not_cut_closing_short() -> None:
    """Who closes and is cancelled meanwhile still waits for the rest."""

    async def main() -> tuple[list[float], bool]:
        streams, closed = Streams(), list[float]()
        reader = streams.start(_linger(0.05, closed))
        await asyncio.sleep(1.0)
        async with asyncio.TaskGroup() as group:
            closing = group.create_task(streams.close(reader))
            await asyncio.sleep(0.02)
            closing.cancel()
        return closed, closing.cancelled()

    assert run_virtually(main()) == ([1.05], True)


def test_a_bug_of_a_reader_is_raised_and_a_failure_is_not() -> None:
    """Expected failures belong to the one that started the reader."""

    async def main() -> None:
        streams = Streams()
        failed = streams.start(_raise(BrokenStream("cut")))
        broken = streams.start(_raise(KeyError("bug")))
        await asyncio.sleep(0)
        await streams.close(failed)
        with pytest.raises(KeyError):
            await streams.close(broken)

    run_virtually(main())


@pytest.mark.parametrize(
    ("error", "reported"), [(KeyError("bug"), ["KeyError"]), (BrokenStream("cut"), [])]
)
def test_a_bug_of_an_abandoned_reader_is_reported_to_the_loop(
    error: Exception, reported: list[str]
) -> None:
    """Nobody waits for it any more, but it is not lost either."""

    async def linger_and_raise() -> None:
        try:
            await asyncio.sleep(10.0)
        finally:
            await asyncio.sleep(5.0)
            raise error

    async def main() -> list[str]:
        seen: list[str] = []

        def note(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            seen.append(type(context["exception"]).__name__)

        asyncio.get_running_loop().set_exception_handler(note)
        streams = Streams()
        reader = streams.start(linger_and_raise())
        await asyncio.sleep(1.0)
        await streams.close(reader)
        await asyncio.sleep(10.0)
        return seen

    assert run_virtually(main()) == reported
