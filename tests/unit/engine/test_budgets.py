"""The figures of one contender, where two of them meet."""

import asyncio

import pytest

from hexai.domain.entry import Budgets
from hexai.domain.outcome import Timings
from hexai.domain.provider import Finished
from hexai.engine.budgets import REFUSAL_WITHIN, BudgetClock, Stopwatch
from hexai.engine.streams import CLOSE_WITHIN
from tests.support.clock import run_virtually


def test_a_token_ends_the_loading_whatever_the_budgets_say() -> None:
    """The first one may come just as the load budget runs out, unnoticed by it."""
    watch = Stopwatch(10.0)
    watch.queue(0.0)
    watch.leave_queue(0.0)
    watch.take_slot(0.0)
    watch.start_loading(0.0)
    watch.see_token(4.0)
    watch.see_text(4.0)

    assert watch.timings(4.0) == Timings(
        loading=4.0, ttft=0.0, generating=0.0, total=0.0
    )


def test_waits_of_the_upstream_enter_no_figure_but_their_own() -> None:
    """What it says it loaded and waited is out of first token and total."""
    watch = Stopwatch(600.0)
    watch.queue(0.0)
    watch.leave_queue(1.0)
    watch.take_slot(1.0)
    watch.see_token(5.0)
    watch.see_text(5.0)
    watch.stop(7.0)
    watch.be_told(Finished(loading=0.5, queued=2.5))

    assert watch.timings(7.0) == Timings(
        queued=3.5, loading=0.5, ttft=1.0, generating=2.0, total=3.0
    )


def test_an_upstream_cannot_have_waited_longer_than_we_did() -> None:
    """Its clock may be wrong: no figure becomes negative."""
    watch = Stopwatch(600.0)
    watch.take_slot(0.0)
    watch.see_token(2.0)
    watch.see_text(2.0)
    watch.be_told(Finished(loading=1.5, queued=90.0))

    assert watch.timings(3.0) == Timings(
        queued=0.5, loading=1.5, ttft=0.0, generating=1.0, total=1.0
    )


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (0.0, 1.0),  # nothing is told
        (0.000001, 1.0),  # what was seen is longer: Ollama's figure for one token
        (3.5, 3.5),  # a proxy has held text back
        (90.0, 4.0),  # longer than the upstream has had it
    ],
)
def test_tokens_that_were_held_back_were_not_made_so_quickly(
    told: float, expected: float
) -> None:
    """What the upstream says it took counts, as far as it can be true."""
    watch = Stopwatch(600.0)
    watch.take_slot(0.0)
    watch.see_token(5.0)
    watch.see_text(5.0)
    watch.be_told(Finished(loading=1.5, queued=0.5, generating=told))

    assert watch.timings(6.0).generating == expected


def test_what_an_attempt_was_told_ends_with_it() -> None:
    """The next attempt begins with nothing told."""
    watch = Stopwatch(600.0)
    watch.take_slot(0.0)
    watch.see_token(5.0)
    watch.be_told(Finished(generating=4.0))
    watch.resume()
    watch.take_slot(10.0)
    watch.see_token(11.0)

    assert watch.timings(12.0).generating == 1.0


def _clock(stopwatch: Stopwatch, total: float = 600.0) -> BudgetClock:
    return BudgetClock(Budgets(idle=10.0), total, stopwatch)


async def _wait(clock: BudgetClock) -> float:
    loop = asyncio.get_running_loop()
    try:
        async with clock.scope:
            clock.start()
            await loop.create_future()
    except TimeoutError:
        pass
    return loop.time()


def test_nothing_puts_off_the_end_once_the_answer_is_whole() -> None:
    """A close has its moment, whatever the provider still says meanwhile."""

    async def main() -> tuple[float, object]:
        loop, clock = asyncio.get_running_loop(), _clock(Stopwatch(600.0))
        loop.call_at(1.0, clock.finish)
        for say in (clock.loading, clock.connected, lambda: clock.token(loop.time())):
            loop.call_at(1.05, say)
        return await _wait(clock), clock.missed

    assert run_virtually(main()) == (1.0 + CLOSE_WITHIN, None)


def test_the_budget_that_ran_out_first_is_the_one_that_is_told() -> None:
    """What the provider says between the ring and the end comes too late."""

    async def main() -> tuple[float, object]:
        clock = BudgetClock(
            Budgets(connect=1.0, first_token=0.0), 600.0, Stopwatch(600.0)
        )
        after_the_ring = 1.0 + 1e-10  # in the same turn of the loop
        asyncio.get_running_loop().call_at(after_the_ring, clock.connected)
        return round(await _wait(clock), 6), clock.missed

    assert run_virtually(main()) == (1.0, ("connect", 1.0))


def test_no_budget_cuts_in_on_a_refusal() -> None:
    """Its status decides, so what follows of it has its own time, and an end."""

    async def main() -> tuple[float, object]:
        clock = BudgetClock(Budgets(first_token=0.5), 0.7, Stopwatch(0.7))
        loop = asyncio.get_running_loop()
        loop.call_at(0.1, clock.connected)
        loop.call_at(0.2, clock.refused)
        return round(await _wait(clock), 6), clock.missed

    assert run_virtually(main()) == (0.2 + REFUSAL_WITHIN, ("first token", 0.5))


@pytest.mark.parametrize("held_up", ["queued", "loading"])
def test_what_follows_a_wait_has_the_connect_budget(held_up: str) -> None:
    """Waits and loads may take minutes, and what comes after them may not."""

    async def main() -> tuple[float, object]:
        clock = BudgetClock(Budgets(connect=0.5), 60.0, Stopwatch(60.0))
        loop = asyncio.get_running_loop()
        loop.call_at(0.1, getattr(clock, held_up))
        loop.call_at(20.0, clock.ready)
        loop.call_at(20.1, clock.ready)  # nothing holds it up any more
        return round(await _wait(clock), 6), clock.missed

    assert run_virtually(main()) == (20.5, ("connect", 0.5))


def test_after_its_end_it_never_rings() -> None:
    """No timer is left behind, and no word of the provider makes a new one."""

    async def main() -> bool:
        clock = _clock(Stopwatch(600.0))
        async with clock.scope:
            clock.start()
            clock.end()
            clock.connected()
            await asyncio.sleep(1e6)
        return clock.scope.expired()

    assert run_virtually(main()) is False


def test_tokens_arm_no_timers() -> None:
    """A thousand tokens a second cost no more timers than seconds of idle budget."""

    class CountingStopwatch(Stopwatch):
        asked = 0

        def due(self) -> float:
            self.asked += 1  # once for each timer that is armed, or rings
            return super().due()

    async def main() -> tuple[float, int]:
        loop, stopwatch = asyncio.get_running_loop(), CountingStopwatch(600.0)
        clock = _clock(stopwatch)
        for number in range(20_000):
            loop.call_at(number / 1000, clock.token, number / 1000)
        return await _wait(clock), stopwatch.asked

    ended_at, asked = run_virtually(main())

    assert round(ended_at, 3) == 29.999
    assert asked < 12
