"""Gives back to the system what the C library keeps of freed memory.

glibc gives back by itself only what is free at a heap's end. In a process that works
with texts all day the free pages lie between others that stay: after an hour's typing
about 10 MB of them (`scripts/bench soak`). `malloc_trim(3)` gives back those too.
"""

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress

AFTER = 60.0
"""Seconds from work to the next time that memory is given back."""


class Trimmer:
    """Gives memory back after work, and never wakes a process that has none."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, give_back: Callable[[], None]
    ) -> None:
        """Have nothing to give back."""
        self._loop = loop
        self._give_back = give_back
        self._is_due = False

    def worked(self) -> None:
        """Give memory back in `AFTER` seconds, unless that is to be done anyway."""
        if not self._is_due:
            self._is_due = True
            self._loop.call_later(AFTER, self._trim)

    def _trim(self) -> None:
        self._is_due = False
        self._give_back()


def give_back() -> None:
    """Give free pages back where the C library can; elsewhere do nothing."""
    if sys.platform != "linux":
        return
    import ctypes  # takes 4 ms, which no start should

    with suppress(OSError, AttributeError):  # musl has no such call
        ctypes.CDLL(None).malloc_trim(0)
