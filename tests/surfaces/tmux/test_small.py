"""What is left of the view on screens that are too small for all of it."""

import pytest

from hexai.surfaces.tmux.view_messages import Begun, Done, Left, MenuLine, Opened, Took
from tests.surfaces.tmux.test_view import MENU, TARGET, run, showing

ONE = Begun(title="simplify", names=("one",), target=TARGET)
TWO = Begun(title="simplify", names=("one", "two"), target=TARGET)
FIRST = Done(place=0, text="new = 1\n", words="1.0 s")
SECOND = Done(place=1, text="new = 2\n", words="1.0 s")
POPUP = (22, 3)
"""What the default popup of a terminal of 40 by 10 has."""


def test_a_popup_of_three_lines_shows_the_diff_and_the_keys() -> None:
    """Both sides of a small change, and what takes it."""

    async def body() -> None:
        async with showing(MENU, ONE, FIRST, size=POPUP) as parent:
            await parent.wait_for("+ new = 1")
            lines = [line.strip() for line in parent.screen().split("\n")]
            assert lines == ["- old = 0", "+ new = 1", "Enter take  Esc leave"]

    run(body)


def test_a_popup_of_three_lines_says_who_would_be_taken() -> None:
    """Where several are compared, a line of the diff is left beside the heading."""

    async def body() -> None:
        async with showing(MENU, TWO, SECOND, FIRST, size=POPUP) as parent:
            await parent.wait_for("▶ 1/2 one  1.0 s")  # and so both are there
            await parent.pilot.press("2", "j")
            await parent.wait_for("+ new = 2")
            await parent.wait_for("▶ 2/2 two  1.0 s")
            await parent.pilot.press("enter")
            assert await parent.hear() == Took(place=1)

    run(body)


@pytest.mark.parametrize("size", [(22, 3), (22, 2), (60, 4)])
def test_a_failure_leaves_the_keys_in_sight(size: tuple[int, int]) -> None:
    """However many lines it would take."""

    async def body() -> None:
        done = Done(place=0, text=None, words="no such key " * 20)
        async with showing(MENU, ONE, done, size=size) as parent:
            await parent.wait_for("no such key")
            await parent.wait_for("Esc leave")

    run(body)


@pytest.mark.parametrize(
    ("begun", "size"), [(TWO, (22, 2)), (ONE, (22, 1)), (ONE, (11, 9))]
)
def test_nothing_is_taken_unseen(begun: Begun, size: tuple[int, int]) -> None:
    """Where no line of a diff fits, Enter does nothing, and more room mends it."""

    async def body() -> None:
        async with showing(MENU, begun, FIRST, SECOND, size=size) as parent:
            await parent.wait_for("too small" if size[1] > 1 else "Esc leave")
            assert "Enter take" not in parent.screen()
            await parent.pilot.press("enter")
            await parent.pilot.resize_terminal(60, 12)
            await parent.wait_for("+ new = 1")
            assert "too small" not in parent.screen()
            await parent.pilot.press("enter")
            assert await parent.hear() == Took(place=0)

    run(body)


def test_escape_works_where_nothing_is_seen() -> None:
    """A popup that shrank to one line still gives the selection back."""

    async def body() -> None:
        async with showing(MENU, ONE, FIRST, size=(10, 1)) as parent:
            await parent.wait_for("Esc")
            await parent.pilot.press("escape")
            assert await parent.hear() == Left()

    run(body)


def test_a_failure_is_not_shown_beside_another_candidate() -> None:
    """What is told is about the one that Enter would take."""

    async def body() -> None:
        failed = Done(place=0, text=None, words="no key")
        async with showing(MENU, TWO, failed, SECOND, size=(70, 10)) as parent:
            await parent.wait_for("no key")
            await parent.pilot.press("tab")
            await parent.wait_for("+ new = 2")
            assert "no key" not in parent.screen()

    run(body)


def test_what_a_key_came_to_goes_with_the_next() -> None:
    """That an answer is not done yet is not said any more once it is."""

    async def body() -> None:
        async with showing(MENU, ONE, size=(70, 10)) as parent:
            await parent.wait_for("one")
            await parent.pilot.press("enter")
            await parent.wait_for("not done yet")
            parent.say(FIRST)
            await parent.wait_for("Enter take")
            assert "not done yet" not in parent.screen()

    run(body)


def test_a_narrow_screen_says_why_it_does_not_split() -> None:
    """`d` is not silent where two halves have no room."""

    async def body() -> None:
        async with showing(MENU, ONE, FIRST, size=(40, 10)) as parent:
            await parent.wait_for("+ new = 1")
            await parent.pilot.press("d")
            await parent.wait_for("too narrow")
            await parent.pilot.press("d")
            await parent.wait_for("too narrow")

    run(body)


@pytest.mark.parametrize("size", [(22, 3), (22, 5), (80, 4)])
def test_notes_leave_lines_of_the_menu(size: tuple[int, int]) -> None:
    """A long note of the configuration is cut, and the menu can still be read."""

    async def body() -> None:
        opened = Opened(
            items=(MenuLine(title="Simplify", hotkey="i"),),
            main=1,
            notes=("a key that nobody knows " * 9,),
        )
        async with showing(opened, size=size) as parent:
            await parent.wait_for("Simplify")
            await parent.wait_for("a key that nobody")
            await parent.wait_for("Enter choose")

    run(body)


def test_a_popup_of_a_hundred_columns_names_every_key() -> None:
    """The default one has 58 cells there, which candidates share."""

    async def body() -> None:
        async with showing(MENU, TWO, FIRST, SECOND, size=(58, 10)) as parent:
            await parent.wait_for("d split")
            await parent.wait_for("e edit")

    run(body)
