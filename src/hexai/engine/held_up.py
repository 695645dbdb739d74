"""Contenders whose slot another surface holds: a list must not wait for them.

A chat may hold the only slot of a local model for minutes, and a completion that waits
for it would be held back to its deadline at every key. So after a while such a
contender is not waited for any more. It stays queued, and its answer is late. Once is
for good: a slot that comes free afterwards would only make the list wait again.

Those that wait for a slot of their own surface are waited for: the attempts before
them are answers to the same person's same kind of question, and short.
"""

from collections.abc import Callable
from math import inf

from hexai.engine.due import is_due
from hexai.engine.limits import Gate, Slots


class HeldUp:
    """The contenders of one race that are held up."""

    def __init__(
        self, slots: Slots, gate: Gate, grace: float, tell: Callable[[int], None]
    ) -> None:
        """Tell the index of each when it has waited for `grace` seconds."""
        self._slots = slots
        self._gate = gate
        self._grace = grace
        self._tell = tell
        self._indexes: set[int] = set()

    def __contains__(self, index: int) -> bool:
        return index in self._indexes

    def look(self, now: float) -> float:
        """Note who is held up at the loop's time `now`; give the next one's time."""
        due = inf
        for slot in self._slots.waiting(self._gate):
            if slot.index in self._indexes or not self._slots.others_hold(slot):
                continue
            if is_due(slot.since + self._grace, now):
                self._indexes.add(slot.index)
                self._tell(slot.index)
            else:
                due = min(due, slot.since + self._grace)
        return due
