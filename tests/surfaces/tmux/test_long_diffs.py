"""Diffs that take long to lay out show their first rows at once."""

import asyncio
import sys
from threading import Thread
from threading import enumerate as enumerate_threads
from traceback import walk_stack

import pytest

from hexai.surfaces.tmux.diff_view import Answer, draw, lines_of
from hexai.surfaces.tmux.view_messages import (
    Again,
    Begun,
    Done,
    Grew,
    Left,
    Opened,
    Target,
    Took,
)
from hexai.text.diff import compare_lines
from tests.support.patience import PATIENCE
from tests.surfaces.tmux.test_view import ITEMS, run, showing

WIDE = "".join(f"{number} = '{'漢字の文書、' * 12}'\n" for number in range(60_000))
"""Lines that have to be measured character by character, as Chinese prose."""


def test_a_large_selection_is_seen_beside_its_answer() -> None:
    """The first rows are there long before the last one has its place."""

    async def body() -> None:
        opened = Opened(items=ITEMS[:4], main=4, selection=WIDE)
        begun = Begun(title="simplify", names=("one",), target=Target())
        async with showing(opened, begun, size=(60, 20)) as parent:
            await parent.wait_for("waiting")
            parent.say(Done(place=0, text="short = 1\n", words="all of it"))
            await parent.wait_for("all of it")
            async with asyncio.timeout(5):  # the whole of it takes three times that
                await parent.wait_for("- 0 = '漢字")

    run(body)


@pytest.mark.parametrize("is_split", [False, True])
def test_a_diff_that_stopped_goes_on_to_the_same_end(is_split: bool) -> None:
    """Piece by piece or at once, every row has the same place."""
    old = lines_of(WIDE[:20_000])
    answer = Answer(text=WIDE[400:9_000], frame=None, is_live=False)
    whole = draw(old, answer, is_split=is_split, cells=60)
    drawing = draw(old, answer, is_split=is_split, cells=60, patience=0)

    assert (whole.is_whole, drawing.is_whole) == (True, False)
    while not drawing.is_whole:
        assert drawing.places == whole.places[: len(drawing.places)]
        drawing = drawing.laid_out(0.001)
    assert drawing.places == whole.places


LARGE = "value = compute(1)\r\n" * 280_000
"""Five megabytes, which a model rewrites by a few lines."""


def test_an_answer_to_a_large_selection_is_seen_while_it_is_written() -> None:
    """What is not written yet is neither indented by nor laid out with each piece."""

    async def body() -> None:
        opened = Opened(items=ITEMS[:4], main=4, selection=LARGE)
        begun = Begun(title="simplify", names=("one",), target=Target())
        async with showing(opened, begun, size=(60, 20)) as parent:
            await parent.wait_for("waiting")
            for number in range(3):
                parent.say(Grew(place=0, text=f"short = {number}\n"))
                async with asyncio.timeout(5):  # it was eight seconds for the first
                    await parent.wait_for(f"+ short = {number}")
                assert "Enter take" not in parent.screen()

    run(body)


def test_nothing_is_taken_before_its_diff_is_shown() -> None:
    """Enter waits for what it would take, not for the end of the answer alone."""

    async def body() -> None:
        opened = Opened(items=ITEMS[:4], main=4, selection=LARGE * 6)  # seconds to draw
        begun = Begun(title="simplify", names=("one",), target=Target())
        async with showing(opened, begun, size=(60, 20)) as parent:
            parent.say(Grew(place=0, text="other = 1\n"))
            await parent.wait_for("+ other = 1")
            parent.say(Done(place=0, text="short = 1\r\n", words="all of it"))
            await parent.wait_for("all of it")
            assert "Enter take" not in parent.screen()
            await parent.pilot.press("enter")
            await parent.wait_for("not on the screen yet")
            await parent.wait_for("Enter take")
            assert "- value = compute" in parent.screen()
            await parent.pilot.press("enter")
            assert await parent.hear() == Took(place=0)

    run(body)


def test_asking_again_does_not_wait_for_a_long_diff() -> None:
    """What a thread still draws of the old answers has nowhere to go."""

    async def body() -> None:
        opened = Opened(items=ITEMS[:4], main=4, selection=WIDE)
        begun = Begun(title="simplify", names=("one",), target=Target())
        async with showing(opened, begun, size=(60, 20)) as parent:
            for number in range(3):
                parent.say(
                    Done(place=0, text=f"short = {number}\n", words=f"n{number}")
                )
                await parent.wait_for(f"n{number}")
                await parent.pilot.press("r")
                assert await parent.hear() == Again()
                parent.say(begun)
                await parent.wait_for("waiting")

    run(body)


def test_whoever_leaves_does_not_wait_for_a_diff() -> None:
    """A comparison of so many lines goes on when the view has gone."""
    old = "".join(f"v{number}\n" for number in range(1_200_000))
    new = "".join(f"{'vvw'[number % 3]}{number}\n" for number in range(1_200_000))

    async def body() -> None:
        opened = Opened(items=ITEMS[:4], main=4, selection=old)
        begun = Begun(title="simplify", names=("one",), target=Target())
        async with showing(opened, begun) as parent:
            await parent.wait_for("waiting")
            parent.say(Done(place=0, text=new, words="all of it"))
            async with asyncio.timeout(PATIENCE):
                while not _drawing():
                    await parent.pilot.pause()
            await parent.pilot.press("escape")
            assert await parent.hear() == Left()

    run(body)
    thread = _drawing()
    assert thread is not None
    thread.join()


def _drawing() -> Thread | None:
    """Give the thread that is comparing lines."""
    for thread in enumerate_threads():
        frame = sys._current_frames().get(thread.ident or 0)
        if any(each.f_code is compare_lines.__code__ for each, _ in walk_stack(frame)):
            return thread
    return None
