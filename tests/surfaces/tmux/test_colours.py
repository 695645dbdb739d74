"""What is drawn between and beside answers, legible on whatever a theme has."""

import re

import pytest
from rich.style import Style
from textual.widget import Widget

from hexai.surfaces.tmux import answer_view, answers, diff_view, menu_view
from hexai.surfaces.tmux.view_messages import Begun, Done
from tests.surfaces.tmux.test_view import MENU, TARGET, Parent, run, showing

_LONG = "".join(f"line = {number}\n" for number in range(99))
_GRABBED = {"@mouse.down": "grab"}
_OF_EVERY_THEME = {"default", "red", "green"}
"""Greys of a theme are its background in some: bright black in Solarized."""


def _styles(parent: Parent) -> list[tuple[str, Style]]:
    """Give the parts of the screen that have a style."""
    strips = parent.pilot.app.screen._compositor.render_strips()
    return [(part.text, part.style) for strip in strips for part in strip if part.style]


def test_lines_and_bars_are_seen_in_light_and_dark_themes() -> None:
    """The line between two answers, and the bar that tells where one scrolls."""

    async def body() -> None:
        begun = Begun(title="simplify", names=("one", "two"), target=TARGET)
        done = (Done(place=place, text=_LONG, words="1.0 s") for place in (0, 1))
        async with showing(MENU, begun, *done, size=(160, 12)) as parent:
            await parent.wait_for("+ line = 3")
            rows = parent.screen().split("\n")
            assert {row[80] for row in rows[1:-1]} == {"│"}
            styles = _styles(parent)
            bar = [each for _, each in styles if each.meta == _GRABBED]
            assert any(each.reverse for each in bar)
            colours = [c for _, each in styles for c in (each.color, each.bgcolor) if c]
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
