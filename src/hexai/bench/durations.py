"""How long the cells of a contender take, by what is known of it; pure."""

from collections.abc import Iterable, Sequence
from statistics import median

from hexai.bench.schedule import Lane
from hexai.domain.bench import BenchContender, BenchRecord, Cell

_FEWEST = 3
"""Cells by which a time is told."""


def of_benches(
    contender: BenchContender, benches: Iterable[BenchRecord]
) -> float | None:
    """Give the seconds of a cell by the newest bench that has enough of them."""
    for bench in benches:
        for place, each in enumerate(bench.plan.contenders):
            if each.identity == contender.identity:
                cells = (cell for cell in bench.cells if cell.contender == place)
                known = [s for cell in cells if (s := seconds_of(cell)) is not None]
                if len(known) >= _FEWEST:
                    return median(known)
    return None


def seconds_of(cell: Cell) -> float | None:
    """Give what both requests of a cell took together, about."""
    warm, cold = cell.warm, cell.cold
    if warm.total is None or warm.overlapped:
        return None
    beforehand = cold.total if cold.total is not None else warm.first_token
    return warm.total + (beforehand or 0.0)


def in_all(lanes: Sequence[Lane], seconds: Sequence[float | None]) -> float | None:
    """Give the seconds that one task takes all contenders; None if nobody knows.

    Lanes go on beside each other, so the slowest counts.
    """
    longest = 0.0
    for lane in lanes:
        known = [s for i in lane.contenders if (s := seconds[i]) is not None]
        if len(known) < len(lane.contenders):
            return None
        longest = max(longest, sum(known) / lane.at_once)
    return longest
