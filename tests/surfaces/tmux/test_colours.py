"""What the view draws is seen on every background and with any number of colours."""

import re
from collections.abc import Iterator

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.widget import Widget

from hexai.surfaces.tmux import answer_view, answers, diff_view, menu_view
from hexai.surfaces.tmux.layout import first_frame
from hexai.surfaces.tmux.view_messages import Begun, Done, Grew, MenuLine, Opened
from tests.surfaces.tmux.test_view import ITEMS, MENU, TARGET, Parent, run, showing

_LONG = "".join(f"line = {number}\n" for number in range(99))
_OPENED = Opened(
    items=ITEMS[:4] + tuple(MenuLine(title=f"own {number}") for number in range(60)),
    main=64,
    labels=("one", "two"),
    notes=("a key that nobody knows",),
    selection="old = 0\n",
)
_BEGUN = Begun(title="simplify", names=("one", "two"), target=TARGET)
_GRABBED = {"@mouse.down": "grab"}
_OF_EVERY_THEME = {"default", "red"}
"""Greys of a theme are its background in some: bright black in Solarized. Green is
hardly seen on white."""
_SIGNS = {"red": "- "}
_ON_ITS_OWN_GROUND = {"color(0) on color(7)"}
"""The cursor in the user's words brings the colour that it stands on."""


def _segments(parent: Parent) -> Iterator[Segment]:
    """Give what is drawn on the screen, piece by piece."""
    for strip in parent.pilot.app.screen._compositor.render_strips():
        yield from strip


def _styles(parent: Parent) -> list[Style]:
    """Give the styles on the screen."""
    return [part.style for part in _segments(parent) if part.style]


def _colours(parent: Parent) -> set[str]:
    """Name the colours on the screen but the terminal's own, frames left out."""
    seen = set()
    for part in _segments(parent):
        if part.style is None or not part.text.strip(" │▁▂▃▄▅▆▇█"):
            continue
        fore = part.style.color.name if part.style.color else "default"
        back = part.style.bgcolor.name if part.style.bgcolor else "default"
        seen.add(fore if back == "default" else f"{fore} on {back}")
    return seen - {"default"}


def test_the_menu_has_no_colour() -> None:
    """The line that Enter chooses is reversed, and the rest is the terminal's own."""

    async def body() -> None:
        async with showing(_OPENED, size=(60, 12)) as parent:
            await parent.wait_for("Simplify")
            assert _colours(parent) == set()
            [row] = {
                part.text.strip()
                for part in _segments(parent)
                if part.style and part.style.reverse and "S" in part.text
            }
            assert row == "Simplify"
            await parent.pilot.press("p")
            await parent.wait_for("Enter ask")
            await parent.pilot.press("x")
            await parent.wait_for("\nx ")
            assert _colours(parent) <= _ON_ITS_OWN_GROUND

    run(body)


@pytest.mark.parametrize("is_split", [False, True])
def test_a_diff_is_told_by_its_signs_as_well(is_split: bool) -> None:
    """Red and green are the terminal's own, and never all that tells them apart."""
    text = "\n".join(f"new = {number}" for number in range(100))

    async def body() -> None:
        async with showing(_OPENED, _BEGUN, size=(100, 12)) as parent:
            parent.say(Grew(place=0, text=text))
            await parent.wait_for("+ new = 99")
            parent.say(Done(place=0, text=text, words="1.0 s"))
            parent.say(Done(place=1, text=None, words="no key"))
            await parent.wait_for("1.0 s")
            await parent.pilot.press("g")
            await parent.wait_for("- old = 0")
            if is_split:
                await parent.pilot.press("d")
                await parent.wait_for("│+ new = 0")
            assert _colours(parent) == set(_SIGNS)
            for part in _segments(parent):
                colour = part.style and part.style.color
                if colour and colour.name in _SIGNS and part.text.strip():
                    assert part.text.startswith(_SIGNS[colour.name])
            await parent.pilot.press("2")
            await parent.wait_for("no key")
            assert _colours(parent) <= set(_SIGNS)

    run(body)


def test_the_first_frame_has_no_colour() -> None:
    """It tells by bold, dim and reverse what Textual will tell by them."""
    frame = first_frame(_OPENED, 60, 12)
    modes = {part.split(b"m")[0] for part in frame.split(b"\x1b[")[5:] if b"m" in part}

    assert modes <= {b"0", b"1", b"2", b"7", b"22"}


def test_lines_and_bars_are_seen_in_light_and_dark_themes() -> None:
    """The line between two answers, and the bar that tells where one scrolls."""

    async def body() -> None:
        done = (Done(place=place, text=_LONG, words="1.0 s") for place in (0, 1))
        async with showing(MENU, _BEGUN, *done, size=(160, 12)) as parent:
            await parent.wait_for("+ line = 3")
            rows = parent.screen().split("\n")
            assert {row[80] for row in rows[1:-1]} == {"│"}
            styles = _styles(parent)
            bar = [each for each in styles if each.meta == _GRABBED]
            assert any(each.reverse for each in bar)
            colours = [c for each in styles for c in (each.color, each.bgcolor) if c]
            assert {each.name for each in colours} <= _OF_EVERY_THEME

    run(body)


@pytest.mark.parametrize(
    "widget",
    [
        each
        for module in (answer_view, answers, diff_view, menu_view)
        for each in vars(module).values()
        if isinstance(each, type)
        and issubclass(each, Widget)
        and each.__module__ == module.__name__
    ],
)
def test_what_styles_a_widget_names_it(widget: type[Widget]) -> None:
    """What is written for another name styles nothing, and nobody says so."""
    rules = re.findall(r"([^{}]+)\{", widget.DEFAULT_CSS)
    selectors = [each.strip() for rule in rules for each in rule.split(",")]
    named = {re.split(r"\W", each)[0] for each in selectors}
    assert named <= {widget.__name__}, named
