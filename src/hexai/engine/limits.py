"""Slots: how many attempts run at once, at an upstream and in a race.

An attempt needs two permissions: one of its upstream, shared by every race of this
process, and one of its own race. Taking them one after the other goes wrong either
way round: a contender that holds its race's permission while it waits for a busy
upstream keeps out another whose upstream is idle, and one that holds the upstream
while it waits for its race keeps out other races. So both are granted at once or not
at all, by one queue that is looked through from the front whenever something changes.

The queue is first come, first served at each upstream: nobody overtakes one who waits
for the same upstream. It is so within a race too, except that a contender whose
upstream is idle passes those whose upstream is busy. A contender that waits for its
race alone lets other races pass; its race is finite, so it gets its turn.
"""

import asyncio
from collections.abc import Callable
from typing import Self

from hexai.domain.entry import Surface
from hexai.domain.request import Upstream


class Gate:
    """A race's own limit on attempts under way at once."""

    def __init__(self, limit: int, surface: Surface) -> None:
        self.surface = surface
        """Who asks in this race."""
        self._limit = max(1, limit)
        self._taken = 0

    @property
    def is_full(self) -> bool:
        """Whether the race has as many attempts under way as it may."""
        return self._taken >= self._limit

    def enter(self) -> None:
        """Count one more attempt."""
        self._taken += 1

    def leave(self) -> None:
        """Count one attempt less."""
        self._taken -= 1


class Slot:
    """The right to make one attempt: held within its `with`, or until `release`."""

    def __init__(
        self, slots: "Slots", upstream: Upstream, gate: Gate, index: int
    ) -> None:
        loop = asyncio.get_running_loop()
        self.upstream = upstream
        self.gate = gate
        self.index = index
        """The contender's index in its race."""
        self.since = loop.time()
        """The loop's time at which the wait for it began."""
        self.granted: asyncio.Future[None] = loop.create_future()
        self._slots = slots

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Give both permissions back and let the next ones in."""
        self._slots.take_back(self)


class Slots:
    """The slots of every upstream of this process."""

    def __init__(self) -> None:
        self._held: dict[str, list[Slot]] = {}
        self._waiting: list[Slot] = []
        self._watchers: list[Callable[[], None]] = []

    def in_use(self, origin: str) -> int:
        """Count the attempts under way at an upstream."""
        return len(self._held.get(origin, ()))

    def waiting(self, gate: Gate) -> list[Slot]:
        """Give what a race waits for."""
        return [slot for slot in self._waiting if slot.gate is gate]

    def others_hold(self, slot: Slot) -> bool:
        """Tell whether an upstream is full, and another surface has a part in that."""
        held = self._held.get(slot.upstream.origin, ())
        return self._is_full(slot.upstream) and any(
            other.gate.surface is not slot.gate.surface for other in held
        )

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` after every change, until the given function is called."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    async def acquire(self, upstream: Upstream, gate: Gate, index: int) -> Slot:
        """Wait for a slot; does not suspend if there is one already.

        `index` is the contender's in its race.
        """
        slot = Slot(self, upstream, gate, index)
        self._waiting.append(slot)
        try:
            self._grant()
            await slot.granted
        except BaseException:
            self._forget(slot)
            raise
        return slot

    def take_back(self, slot: Slot) -> None:
        """Free what `slot` held."""
        held = self._held[slot.upstream.origin]
        held.remove(slot)
        if not held:
            del self._held[slot.upstream.origin]
        slot.gate.leave()
        self._grant()

    def _forget(self, slot: Slot) -> None:
        """Withdraw a request; its slot may have come in the very same moment."""
        if slot in self._waiting:
            self._waiting.remove(slot)
            self._grant()
        else:
            self.take_back(slot)

    def _grant(self) -> None:
        """Let in whom there is room for, in the order in which they came."""
        busy: set[str] = set()
        still_waiting = []
        for slot in self._waiting:
            origin = slot.upstream.origin
            if self._is_full(slot.upstream):
                # Entries may set different limits for one upstream: whom a higher one
                # would let in does not overtake who waits there.
                busy.add(origin)
            has_room = origin not in busy and not slot.gate.is_full
            # One that is cancelled leaves the queue by itself, in `acquire`.
            if slot.granted.cancelled() or not has_room:
                still_waiting.append(slot)
                continue
            self._held.setdefault(origin, []).append(slot)
            slot.gate.enter()
            slot.granted.set_result(None)
        self._waiting = still_waiting
        for watcher in tuple(self._watchers):
            watcher()

    def _is_full(self, upstream: Upstream) -> bool:
        limit = upstream.max_concurrency
        return limit is not None and self.in_use(upstream.origin) >= max(1, limit)
