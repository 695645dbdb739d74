"""Long answers and selections keep nobody from pressing keys."""

import asyncio
import gc
import sys
import time
from collections.abc import Iterator

import pytest

from hexai.surfaces.tmux.view import keys_first
from hexai.surfaces.tmux.view_messages import Begun, Done, Grew, Opened, Target
from tests.surfaces.tmux.test_view import ITEMS, Parent, run, showing

_MOST = 0.1
"""Seconds that the view may be deaf: what nobody notices. It takes 0.02 to 0.05."""
_PIECE = 2_000


@pytest.fixture(autouse=True)
def _fixture_view() -> Iterator[None]:
    """Do as the view's process does."""
    interval = sys.getswitchinterval()
    keys_first()
    yield
    sys.setswitchinterval(interval)
    gc.enable()


LINES = [f"value_{number} = compute({number})" for number in range(100_000)]
LARGE = "value = compute(1)\n" * 280_000


class Watch:
    """Looks how long the loop does nothing else, by what the process computed.

    Other processes may keep ours waiting, which is not the view's doing; so only the
    time that our own threads had counts, those that draw included.
    """

    def __init__(self) -> None:
        self.worst = 0.0

    async def run(self) -> None:
        """Look until cancelled."""
        before = time.process_time()
        while True:
            await asyncio.sleep(0)
            now = time.process_time()
            self.worst = max(self.worst, now - before)
            before = now
            await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    ("selection", "answer", "split"),
    [
        ("old = 0\n", "\n".join(LINES), False),
        ("old = 0\n", "\n".join(LINES), True),
        (LARGE, "\n".join(LINES), False),
        ("old = 0\n", "x = '" + "日本語👩‍👩‍👧é́" * 30_000 + "'", False),
    ],
    ids=["unified", "split", "large", "one line"],
)
def test_a_long_answer_stalls_nothing(selection: str, answer: str, split: bool) -> None:
    """While it streams, when it is whole, and while somebody scrolls through it."""

    async def body() -> None:
        opened = Opened(items=ITEMS[:4], main=4, selection=selection)
        begun = Begun(title="simplify", names=("one",), target=Target())
        async with showing(opened, begun, size=(100, 30)) as parent:
            await parent.wait_for("waiting")
            if split:
                await parent.pilot.press("d")
            watch = Watch()
            async with asyncio.TaskGroup() as group:
                watching = group.create_task(watch.run())
                await _stream(parent, answer)
                await _read(parent)
                watching.cancel()
            assert watch.worst < _MOST

    run(body)


async def _stream(parent: Parent, answer: str) -> None:
    for start in range(0, len(answer), _PIECE):
        parent.say(Grew(place=0, text=answer[start : start + _PIECE]))
        await asyncio.sleep(0.001)
    parent.say(Done(place=0, text=answer, words="all of it"))
    await parent.wait_for("all of it")


async def _read(parent: Parent) -> None:
    for key in ("G", "k", "pageup", "g", "j", "pagedown"):
        await parent.pilot.press(key)
