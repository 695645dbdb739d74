"""A frame costs the same at the end of a long answer as at its start."""

import sys
from types import FrameType
from typing import Self

from tests.support.watched import Watched

LINE = "a line of an answer that goes on and on, with a wide 漢字 in it\n"


class Calls:
    """Counts the calls of Python functions, which no clock can falsify."""

    def __init__(self) -> None:
        self.count = 0

    def _note(self, frame: FrameType, event: str, argument: object) -> None:
        self.count += event == "call"

    def __enter__(self) -> Self:
        sys.setprofile(self._note)
        return self

    def __exit__(self, *error: object) -> None:
        sys.setprofile(None)


def unseen(*labels: str) -> Watched:
    """Make a race whose frames nobody looks at."""
    return Watched(*labels, columns=100, lines=30, shown=False)


def stream(seen: Watched, lines: int) -> tuple[int, int]:
    """Let both contenders answer further lines; count calls and bytes."""
    written = len(seen.written)
    with Calls() as calls:
        for _ in range(lines):
            for index in (0, 1):
                seen.say(index, LINE)
            seen.wait()
    return calls.count, sum(map(len, seen.written[written:]))


def ratio(last: int, first: int) -> float:
    """Compare two costs."""
    return last / first


def test_the_cost_of_a_frame_does_not_grow() -> None:
    """After 10,000 lines each frame takes the calls and the bytes of the first ones."""
    seen = unseen("home", "cloud")
    stream(seen, 40)  # until the screen is full
    first = stream(seen, 40)
    for _ in range(9_840):
        for index in (0, 1):
            seen.say(index, LINE)
        seen.wait()
    last = stream(seen, 40)

    assert ratio(last[0], first[0]) < 1.1
    assert ratio(last[1], first[1]) < 1.1


def test_who_waits_for_others_costs_no_more_for_it() -> None:
    """A contender 10,000 lines ahead of the others is drawn like one 100 ahead."""
    seen = unseen("fast", "slow")
    seen.say(0, LINE * 100)
    first = stream(seen, 20)
    seen.say(0, LINE * 10_000)
    seen.catch_up()
    last = stream(seen, 20)

    assert ratio(last[0], first[0]) < 1.1
    assert ratio(last[1], first[1]) < 1.1


def test_waiting_text_is_wrapped_once() -> None:
    """A long row is wrapped again with each piece, but never what is before it."""
    seen = unseen("home", "cloud")

    def cost(pieces: int) -> int:
        with Calls() as calls:
            for _ in range(pieces):
                seen.say(0, "word ")
                seen.wait()
        return calls.count

    cost(100)
    first = cost(100)
    cost(2000)

    assert ratio(cost(100), first) < 1.2
