"""Notices that the machine slept, by two clocks that tell different times after it.

The monotonic clock stands still while a machine sleeps, the wall clock does not.
"""

from collections.abc import Callable

SLEPT = 5.0
"""Seconds by which the wall clock must have run ahead."""


class SleepWatch:
    """Compares the two clocks, each given as a function that tells seconds."""

    def __init__(self, wall: Callable[[], float], steady: Callable[[], float]) -> None:
        self._wall = wall
        self._steady = steady
        self._ahead = wall() - steady()

    def slept(self) -> bool:
        """Say whether the machine slept since this was asked last."""
        ahead = self._wall() - self._steady()
        slept = ahead - self._ahead >= SLEPT
        self._ahead = ahead
        return slept
