"""Times that must keep to a limit, on machines that have other things to do as well."""

import math
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

ATTEMPTS = 5
"""How often something may be late before it counts as slow."""


class Attempt:
    """Measures what is done within it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = math.nan
        self.seconds = math.inf
        """What it took; a test may set what it measured by itself."""

    def __enter__(self) -> Self:
        self._began = self._clock()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.seconds = self._clock() - self._began


def kept_within(
    limit: float, *, clock: Callable[[], float] = time.perf_counter
) -> Iterator[Attempt]:
    """Give attempts until one takes less than `limit` seconds; fail if none does.

    Whatever else a machine does makes a time longer, and never shorter: what once keeps
    to its limit can keep to it, and what never does is slow by itself. `clock` is
    `time.process_time` for what only computes.
    """
    least = math.inf
    for _ in range(ATTEMPTS):
        attempt = Attempt(clock)
        yield attempt
        least = min(least, attempt.seconds)
        if least < limit:
            return
    raise AssertionError(f"took {least:.3g} s at the quickest, not {limit:g}")
