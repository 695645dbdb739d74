"""The feed: nobody waits for the consumer, and order stays what it was."""

import asyncio
import tracemalloc

from hexai.domain.outcome import Delta, Event, Queued
from hexai.engine.feed import Feed
from tests.support.clock import run_virtually

MARK = Queued(index=9, at=0.0)


def _delta(index: int, at: float, text: str) -> Delta:
    return Delta(index=index, at=at, text=text)


async def _rest(feed: Feed) -> list[Event]:
    feed.close()
    return [event async for event in feed]


def test_a_quick_consumer_gets_every_delta() -> None:
    """Text that is fetched as it comes stays in the pieces that it came in."""

    async def main() -> list[Event]:
        feed, seen = Feed(), list[Event]()
        for at in (1.0, 2.0):
            feed.put_text(0, at, f"{at} ")
            seen.append(await anext(feed))
        return seen

    assert run_virtually(main()) == [_delta(0, 1.0, "1.0 "), _delta(0, 2.0, "2.0 ")]


def test_unfetched_text_of_a_contender_is_one_piece() -> None:
    """Pieces keep the time of their first token, and contenders stay apart."""

    async def main() -> list[Event]:
        feed = Feed()
        feed.put_text(0, 1.0, "a")
        feed.put_text(1, 2.0, "x")
        feed.put_text(0, 3.0, "b")
        feed.put_text(1, 4.0, "y")
        return await _rest(feed)

    assert run_virtually(main()) == [_delta(0, 1.0, "ab"), _delta(1, 2.0, "xy")]


def test_no_text_moves_across_another_event() -> None:
    """What came after an event is fetched after it."""

    async def main() -> list[Event]:
        feed = Feed()
        feed.put_text(0, 1.0, "a")
        feed.put(MARK)
        feed.put_text(0, 2.0, "b")
        return await _rest(feed)

    assert run_virtually(main()) == [_delta(0, 1.0, "a"), MARK, _delta(0, 2.0, "b")]


def test_a_piece_that_was_fetched_does_not_grow() -> None:
    """Later text begins a new piece, before and after another event alike."""

    async def main() -> list[Event]:
        feed = Feed()
        feed.put_text(0, 1.0, "a")
        feed.put(MARK)
        feed.put_text(0, 2.0, "b")
        fetched = await anext(feed)
        feed.put_text(0, 3.0, "c")
        return [fetched, *await _rest(feed)]

    assert run_virtually(main()) == [_delta(0, 1.0, "a"), MARK, _delta(0, 2.0, "bc")]


def test_a_waiting_consumer_is_woken_by_events_and_by_the_end() -> None:
    """It needs no second event to notice the first."""

    def put_two_texts(feed: Feed) -> None:
        feed.put_text(0, 2.0, "a")
        feed.put_text(1, 2.0, "b")

    async def main() -> list[tuple[float, Event]]:
        feed, loop = Feed(), asyncio.get_running_loop()
        loop.call_later(1.0, feed.put, MARK)
        loop.call_later(2.0, put_two_texts, feed)
        loop.call_later(3.0, feed.close)
        seen = [(loop.time(), event) async for event in feed]
        assert loop.time() == 3.0
        return seen

    assert run_virtually(main()) == [
        (1.0, MARK),
        (2.0, _delta(0, 2.0, "a")),
        (2.0, _delta(1, 2.0, "b")),
    ]


def test_an_abandoned_fetch_loses_nothing() -> None:
    """A consumer that stops waiting can come back."""

    async def main() -> list[Event]:
        feed = Feed()
        try:
            async with asyncio.timeout(1.0):
                await anext(feed)
        except TimeoutError:
            feed.put(MARK)
        return await _rest(feed)

    assert run_virtually(main()) == [MARK]


def test_tiny_deltas_that_nobody_fetches_cost_their_own_length() -> None:
    """A hostile upstream and a slow consumer together fill no memory."""

    async def main() -> int:
        feed = Feed()
        tracemalloc.start()
        for _ in range(250_000):
            feed.put_text(0, 0.0, b"\xc4\x81".decode())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    assert run_virtually(main()) < 12_000_000
