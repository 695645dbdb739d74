"""The menu's first frame stands where Textual draws the menu again."""

import pytest
from pyte import ByteStream, Screen

from hexai.surfaces.tmux.layout import first_frame
from hexai.surfaces.tmux.view_messages import MenuLine, Opened
from tests.surfaces.tmux.test_view import MENU, run, showing

NOTED = Opened(
    items=(
        MenuLine(title="Schöne \x1b[31m日本語 [b]x[/b] " * 4, hotkey="日"),
        MenuLine(title="Skip", hotkey="s", skips=True),
    ),
    main=2,
    labels=("one", "two"),
    compare=True,
    notes=("a key that nobody knows \x1b[2J", "another", "a third"),
)
MANY = Opened(items=(MenuLine(title="one of many", hotkey="x"),) * 50, main=50)


@pytest.mark.parametrize("size", [(21, 5), (34, 8), (100, 20)])
@pytest.mark.parametrize("opened", [MENU, NOTED, MANY], ids=["menu", "noted", "many"])
def test_the_first_frame_is_what_textual_draws(
    opened: Opened, size: tuple[int, int]
) -> None:
    """Nothing moves when Textual takes over, but for the bar that scrolls."""
    screen = Screen(*size)
    ByteStream(screen).feed(first_frame(opened, *size))
    drawn = [line.rstrip() for line in screen.display]

    async def body() -> None:
        async with showing(opened, size=size) as parent:
            await parent.wait_for("Enter choose")
            shown = [
                line.rstrip().rstrip("▁▂▃▄▅▆▇█").rstrip()
                for line in parent.screen().split("\n")
            ]
        assert drawn == shown

    run(body)


def test_the_first_frame_highlights_the_first_line() -> None:
    """What Enter would choose is seen."""
    frame = first_frame(MENU, 40, 10)

    assert frame.count(b"\x1b[7m") == 1
    assert b"\x1b[7m\x1b[1m i" in frame


def test_a_paste_at_the_first_frame_is_marked_as_one() -> None:
    """Letters of it would be hotkeys until Textual has loaded."""
    frame = first_frame(MENU, 40, 10)

    assert 0 <= frame.find(b"\x1b[?2004h") < frame.index(b"Simplify")


def test_notes_leave_the_menu_its_room() -> None:
    """However long they are: a popup of ten lines still shows six to choose from."""
    noted = Opened(
        items=(MenuLine(title="one of many", hotkey="x"),) * 9,
        main=9,
        notes=("a key that nobody knows " * 20,) * 2,
    )
    frame = first_frame(noted, 46, 10).decode()

    assert frame.count("one of many") == 6
    assert frame.count("a key that nobody") >= 3
