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
from collections import Counter

from hexai.domain.contender import Upstream


class Gate:
    """A race's own limit on attempts under way at once."""

    def __init__(self, limit: int) -> None:
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
    """The right to make one attempt, held until `release`."""

    def __init__(self, slots: "Slots", upstream: Upstream, gate: Gate) -> None:
        self.upstream = upstream
        self.gate = gate
        self.granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._slots = slots

    def release(self) -> None:
        """Give both permissions back and let the next ones in."""
        self._slots.take_back(self)


class Slots:
    """The slots of every upstream of this process."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()
        self._waiting: list[Slot] = []

    def in_use(self, origin: str) -> int:
        """Count the attempts under way at an upstream."""
        return self._taken[origin]

    async def acquire(self, upstream: Upstream, gate: Gate) -> Slot:
        """Wait for a slot; does not suspend if there is one already."""
        slot = Slot(self, upstream, gate)
        self._waiting.append(slot)
        self._grant()
        try:
            await slot.granted
        except asyncio.CancelledError:
            self._forget(slot)
            raise
        return slot

    def take_back(self, slot: Slot) -> None:
        """Free what `slot` held."""
        self._taken[slot.upstream.origin] -= 1
        self._taken += Counter()  # drops the zeros, so that it does not grow
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
        busy: set[str] = set()
        still_waiting = []
        for slot in self._waiting:
            if slot.granted.cancelled() or not self._fits(slot, busy):
                still_waiting.append(slot)
                continue
            self._taken[slot.upstream.origin] += 1
            slot.gate.enter()
            slot.granted.set_result(None)
        self._waiting = still_waiting

    def _fits(self, slot: Slot, busy: set[str]) -> bool:
        origin, limit = slot.upstream.origin, slot.upstream.max_concurrency
        if limit is not None and self._taken[origin] >= max(1, limit):
            busy.add(origin)
        return origin not in busy and not slot.gate.is_full
