"""What the view draws is seen on every background and with any number of colours."""

from collections.abc import Iterator

import pytest
from rich.segment import Segment

from hexai.surfaces.tmux.layout import first_frame
from hexai.surfaces.tmux.view_messages import Begun, Done, Grew, MenuLine, Opened
from tests.surfaces.tmux.test_view import ITEMS, TARGET, Parent, run, showing

LONG = tuple(MenuLine(title=f"own {number}") for number in range(60))
OPENED = Opened(
    items=ITEMS[:4] + LONG,
    main=64,
    labels=("one", "two"),
    notes=("a key that nobody knows",),
    selection="old = 0\n",
)
BEGUN = Begun(title="simplify", names=("one", "two"), target=TARGET)
ANSWER = "\n".join(f"new = {number}" for number in range(100))
ON_ITS_OWN_GROUND = {"color(0) on color(7)"}
"""The cursor in the user's words brings the colour that it stands on."""
SIGNS = {"red": "- ", "green": "+ "}


def segments(parent: Parent) -> Iterator[Segment]:
    """Give what is drawn on the screen, piece by piece."""
    for strip in parent.pilot.app.screen._compositor.render_strips():
        yield from strip


def colours(parent: Parent) -> set[str]:
    """Name the colours on the screen but the terminal's own, frames left out."""
    seen = set()
    for segment in segments(parent):
        style = segment.style
        if style is None or not segment.text.strip(" │▁▂▃▄▅▆▇█"):
            continue
        fore = style.color.name if style.color else "default"
        back = style.bgcolor.name if style.bgcolor else "default"
        seen.add(fore if back == "default" else f"{fore} on {back}")
    return seen - {"default"}


def test_the_menu_has_no_colour() -> None:
    """The line that Enter chooses is reversed, and the rest is the terminal's own."""

    async def body() -> None:
        async with showing(OPENED, size=(60, 12)) as parent:
            await parent.wait_for("Simplify")
            assert colours(parent) == set()
            [row] = {
                segment.text.strip()
                for segment in segments(parent)
                if segment.style and segment.style.reverse and "S" in segment.text
            }
            assert row == "Simplify"
            await parent.pilot.press("p")
            await parent.wait_for("Enter ask")
            await parent.pilot.press("x")
            await parent.wait_for("\nx ")
            assert colours(parent) <= ON_ITS_OWN_GROUND

    run(body)


@pytest.mark.parametrize("is_split", [False, True])
def test_a_diff_is_told_by_its_signs_as_well(is_split: bool) -> None:
    """Red and green are the terminal's own, and never all that tells them apart."""

    async def body() -> None:
        async with showing(OPENED, BEGUN, size=(100, 12)) as parent:
            parent.say(Grew(place=0, text=ANSWER))
            await parent.wait_for("+ new = 99")
            parent.say(Done(place=0, text=ANSWER, words="1.0 s"))
            parent.say(Done(place=1, text=None, words="no key"))
            await parent.wait_for("1.0 s")
            await parent.pilot.press("g")
            await parent.wait_for("- old = 0")
            if is_split:
                await parent.pilot.press("d")
                await parent.wait_for("│+ new = 0")
            assert colours(parent) == {"red", "green"}
            for segment in segments(parent):
                colour = segment.style and segment.style.color
                if colour and colour.name in SIGNS and segment.text.strip():
                    assert segment.text.startswith(SIGNS[colour.name])
            await parent.pilot.press("2")
            await parent.wait_for("no key")
            assert colours(parent) <= {"red", "green"}

    run(body)


def test_the_first_frame_has_no_colour() -> None:
    """It tells by bold, dim and reverse what Textual will tell by them."""
    frame = first_frame(OPENED, 60, 12)
    modes = {part.split(b"m")[0] for part in frame.split(b"\x1b[")[5:] if b"m" in part}

    assert modes <= {b"0", b"1", b"2", b"7", b"22"}
