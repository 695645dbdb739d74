"""A virtual clock: hours of waiting in microseconds, and times that are exact.

The loop's clock stands still while anything can run, and jumps to the next timer when
nothing can. Only for tests without real I/O and without threads; for those with them
there is a clock that a test sets forward.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _JumpingSelector(selectors.DefaultSelector):
    now = 0.0

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise RuntimeError("everything waits for what nothing will bring about")
        self.now += max(0.0, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose `time()` begins at 0 and never waits."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)
        # asyncio's own, 1 ns, is lost in a float of a few months: a timer that is due
        # would never be found so.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        """Give the virtual time in seconds."""
        return self._jumping.now


def run_virtually(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, as `asyncio.run` does, but in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


class SettableLoop(asyncio.SelectorEventLoop):
    """An event loop with real I/O, whose clock a test can set forward.

    Time that must pass is passed over at the moment at which it is all that is still
    waited for, so that nothing depends on how fast a machine is.
    """

    def __init__(self) -> None:
        self._ahead = 0.0
        super().__init__()

    def time(self) -> float:
        """Give the real time, and what was passed over."""
        return super().time() + self._ahead

    def pass_over(self, seconds: float) -> None:
        """Set the clock forward."""
        self._ahead += seconds


def pass_over(seconds: float) -> None:
    """Set the clock of the running loop forward, which `run_settably` has made."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SettableLoop)
    loop.pass_over(seconds)


def run_settably(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, as `asyncio.run` does, by a clock that can be set."""
    with asyncio.Runner(loop_factory=SettableLoop) as runner:
        return runner.run(main)
