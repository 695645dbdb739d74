"""Slots: granted together, first come first served, and never lost."""

import asyncio
from collections.abc import Coroutine

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.domain.entry import Surface
from hexai.domain.request import Upstream
from hexai.engine.limits import Gate, Slots
from tests.support.clock import run_virtually

ONE = Upstream(origin="http://one.test", max_concurrency=1)
FREE = Upstream(origin="http://free.test")


def gate_of(limit: int, surface: Surface = Surface.CLI) -> Gate:
    """Make the gate of a race."""
    return Gate(limit, surface)


class Log:
    """Takes slots in tasks of its own, and notes who got one when."""

    def __init__(self) -> None:
        self.slots = Slots()
        self.lines: list[tuple[float, str]] = []

    async def hold(
        self, name: str, upstream: Upstream, gate: Gate, seconds: float = 1.0
    ) -> None:
        """Wait for a slot, and keep it for a while."""
        slot = await self.slots.acquire(upstream, gate, 0)
        self.lines.append((asyncio.get_running_loop().time(), name))
        try:
            await asyncio.sleep(seconds)
        finally:
            slot.release()


async def _together(*work: Coroutine[None, None, None]) -> None:
    async with asyncio.TaskGroup() as group:
        for each in work:
            group.create_task(each)


def test_a_free_slot_is_had_without_waiting() -> None:
    """Taking a slot that is there gives control to nobody else."""

    async def main() -> None:
        taking = Slots().acquire(FREE, gate_of(1), 0)
        with pytest.raises(StopIteration):
            taking.send(None)

    run_virtually(main())


def test_an_upstream_serves_as_many_as_it_may_in_order() -> None:
    """With two slots, the third waits for the first to end."""
    log, two = Log(), Upstream(origin="o", max_concurrency=2)
    names = ("a", "b", "c", "d", "e")
    run_virtually(_together(*(log.hold(name, two, gate_of(8)) for name in names)))

    assert log.lines == [(0, "a"), (0, "b"), (1, "c"), (1, "d"), (2, "e")]


def test_a_race_of_one_goes_in_entry_order() -> None:
    """One permission in the race means one after the other, whatever the upstreams."""
    log, gate = Log(), gate_of(1)
    run_virtually(_together(*(log.hold(name, FREE, gate) for name in "abc")))

    assert log.lines == [(0, "a"), (1, "b"), (2, "c")]


def test_who_waits_for_a_busy_upstream_holds_no_place_in_the_race() -> None:
    """A contender whose upstream is idle passes one whose upstream is busy."""
    log, gate = Log(), gate_of(1)
    run_virtually(
        _together(
            log.hold("other race", ONE, gate_of(1), 3.0),
            log.hold("busy", ONE, gate),
            log.hold("idle", FREE, gate),
        )
    )

    assert log.lines == [(0, "other race"), (0, "idle"), (3, "busy")]


def test_who_waits_for_its_race_holds_no_upstream() -> None:
    """Another race takes the upstream meanwhile."""
    log, gate = Log(), gate_of(1)
    run_virtually(
        _together(
            log.hold("first", FREE, gate, 3.0),
            log.hold("second", ONE, gate),
            log.hold("other race", ONE, gate_of(1)),
        )
    )

    assert log.lines == [(0, "first"), (0, "other race"), (3, "second")]


def test_nobody_overtakes_at_an_upstream_even_with_a_wider_limit() -> None:
    """Two providers of one origin may differ in their limits; order stays order."""
    log = Log()
    narrow = Upstream(origin="o", max_concurrency=1)
    wide = Upstream(origin="o", max_concurrency=2)
    run_virtually(
        _together(
            log.hold("a", narrow, gate_of(8)),
            log.hold("b", narrow, gate_of(8)),
            log.hold("c", wide, gate_of(8)),
        )
    )

    assert log.lines == [(0, "a"), (1, "b"), (1, "c")]


def test_a_limit_below_one_still_lets_one_through() -> None:
    """A limit of 0 would mean never; it is taken as 1."""
    log = Log()
    none = Upstream(origin="o", max_concurrency=0)
    run_virtually(_together(*(log.hold(name, none, gate_of(0)) for name in "ab")))

    assert log.lines == [(0, "a"), (1, "b")]


def test_who_is_cancelled_while_waiting_leaves_the_queue() -> None:
    """Those behind it move up, those that it held back included."""
    log = Log()
    narrow = Upstream(origin="o", max_concurrency=1)
    wide = Upstream(origin="o", max_concurrency=2)

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(log.hold("a", narrow, gate_of(8), 5.0))
            waiting = group.create_task(log.hold("b", narrow, gate_of(8)))
            group.create_task(log.hold("c", wide, gate_of(8)))
            await asyncio.sleep(1.0)
            waiting.cancel()

    run_virtually(main())

    assert log.lines == [(0, "a"), (1, "c")]
    assert log.slots.in_use("o") == 0


def test_a_slot_granted_to_one_just_cancelled_goes_on() -> None:
    """Grant and cancel in the same moment: the slot is not lost."""
    log, gates = Log(), gate_of(8)

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            held = await log.slots.acquire(ONE, gates, 0)
            unlucky = group.create_task(log.hold("unlucky", ONE, gates))
            group.create_task(log.hold("next", ONE, gates))
            await asyncio.sleep(1.0)
            held.release()
            unlucky.cancel()

    run_virtually(main())

    assert log.lines == [(1, "next")]


def test_a_release_passes_over_one_just_cancelled() -> None:
    """Cancel and release in the same moment: the next one gets the slot."""
    log, gates = Log(), gate_of(8)

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            held = await log.slots.acquire(ONE, gates, 0)
            unlucky = group.create_task(log.hold("unlucky", ONE, gates))
            group.create_task(log.hold("next", ONE, gates))
            await asyncio.sleep(1.0)
            unlucky.cancel()
            held.release()

    run_virtually(main())

    assert log.lines == [(1, "next")]


ORIGINS = [
    Upstream(origin=f"http://{name}.test", max_concurrency=limit)
    for name, limit in (("a", 1), ("b", 2), ("c", None))
]
VISIT = st.tuples(
    st.sampled_from(ORIGINS),
    st.integers(0, 2),
    st.integers(0, 3),
    st.integers(0, 5),
    st.none() | st.integers(0, 5),
)


@given(st.lists(VISIT, max_size=12))
def test_no_schedule_breaks_a_limit_or_leaves_a_slot_taken(
    visits: list[tuple[Upstream, int, int, int, int | None]],
) -> None:
    """Whoever comes, stays and is cancelled when: limits hold, and all is freed."""
    slots, gates = (
        Slots(),
        [gate_of(1), gate_of(2), gate_of(3)],
    )
    under_way: list[tuple[str, int]] = []

    async def visit(upstream: Upstream, race: int, begin: int, stay: int) -> None:
        await asyncio.sleep(begin)
        slot = await slots.acquire(upstream, gates[race], 0)
        under_way.append((upstream.origin, race))
        limit = upstream.max_concurrency or 99
        assert sum(upstream.origin == origin for origin, _ in under_way) <= limit
        assert sum(race == other for _, other in under_way) <= race + 1
        try:
            await asyncio.sleep(stay)
        finally:
            under_way.remove((upstream.origin, race))
            slot.release()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            for upstream, race, begin, stay, cancelled_at in visits:
                task = group.create_task(visit(upstream, race, begin, stay))
                if cancelled_at is not None:
                    loop.call_at(float(cancelled_at), task.cancel)

    run_virtually(main())

    assert [slots.in_use(upstream.origin) for upstream in ORIGINS] == [0, 0, 0]
    assert not any(gate.is_full for gate in gates)


def test_whose_slot_it_is_tells_who_holds_another_up() -> None:
    """A slot of one's own surface is waited for like any other."""

    async def held_up_by(*holders: Surface, limit: int) -> bool:
        slots = Slots()
        upstream = Upstream(origin="o", max_concurrency=limit)
        for surface in holders:
            await slots.acquire(upstream, gate_of(8, surface), 0)
        gate = gate_of(8, Surface.COMPLETION)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(slots.acquire(upstream, gate, 5))
            await asyncio.sleep(0)
            waiting = slots.waiting(gate)
            task.cancel()
        assert [slot.index for slot in waiting] == ([5] if waiting else [])
        return any(slots.others_hold(slot) for slot in waiting)

    async def main() -> None:
        chat, completion = Surface.CHAT, Surface.COMPLETION
        assert await held_up_by(chat, limit=1)
        assert await held_up_by(completion, chat, limit=2)
        assert not await held_up_by(completion, limit=1)
        assert not await held_up_by(chat, limit=2)
        assert not await held_up_by(completion, completion, limit=2)

    run_virtually(main())


def test_watchers_see_every_change_until_they_leave() -> None:
    """A slot taken, one waited for, one given back."""

    async def main() -> None:
        slots, seen = Slots(), []
        unwatch = slots.watch(lambda: seen.append(slots.in_use(ONE.origin)))
        slot = await slots.acquire(ONE, gate_of(1), 0)
        slot.release()
        unwatch()
        (await slots.acquire(ONE, gate_of(1), 0)).release()

        assert seen == [1, 0]

    run_virtually(main())
