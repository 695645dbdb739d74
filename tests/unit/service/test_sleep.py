"""Noticing that the machine slept."""

from hexai.service.sleep import SleepWatch


class _Clocks:
    def __init__(self) -> None:
        self.wall = 1_000.0
        self.steady = 5.0


def _watch(clocks: _Clocks) -> SleepWatch:
    return SleepWatch(lambda: clocks.wall, lambda: clocks.steady)


def test_time_that_passes_for_both_clocks_is_no_sleep() -> None:
    """An hour of work is no sleep."""
    clocks = _Clocks()
    watch = _watch(clocks)
    clocks.wall += 3600
    clocks.steady += 3600

    assert not watch.slept()


def test_a_wall_clock_that_runs_ahead_tells_of_a_sleep_once() -> None:
    """Five seconds ahead are a sleep, told once; what follows is compared anew."""
    clocks = _Clocks()
    watch = _watch(clocks)
    clocks.wall += 5.0

    assert watch.slept()
    assert not watch.slept()


def test_a_clock_that_is_set_back_is_no_sleep() -> None:
    """A corrected wall clock is not taken for a sleep, then or later."""
    clocks = _Clocks()
    watch = _watch(clocks)
    clocks.wall -= 60
    assert not watch.slept()
    clocks.wall += 4.9

    assert not watch.slept()
