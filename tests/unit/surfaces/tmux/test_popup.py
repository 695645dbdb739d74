"""Plain command lines are seen through as the command line's own parser reads them."""

import click
import pytest

from hexai.surfaces.cli.lsp_and_action import action_parser
from hexai.surfaces.tmux.popup import Popup, plain_popup


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--quiet"],
        ["--file", "a.py", "--compare", "--blind"],
        ["--file=a=b.py", "--language", "go", "--send-anyway"],
        ["--tmux-popup-width", "100%", "--tmux-popup-height=9", "--tmux-target", "%3"],
        ["--tmux-popup-width", "1", "--tmux-popup-width", "2"],
        ["--config", "c.toml", "--file", ""],
    ],
)
def test_plain_lines_open_the_popup_that_they_ask_for(words: list[str]) -> None:
    """Size and place are those that the parser finds."""
    found = action_parser().make_context("action", list(words)).params
    expected = Popup(found["width"], found["height"], found["target"])

    assert plain_popup(words) == expected


@pytest.mark.parametrize(
    "words",
    [
        ["--version"],
        ["--help"],
        ["--nonsense"],
        ["word"],
        ["--"],
        ["--file"],
        ["--file", "--quiet"],
        ["--quiet=yes"],
        ["--comp"],
        ["--infile", "a"],
        ["-infile", "a"],
        ["--action", "simplify"],
    ],
)
def test_other_lines_wait_for_the_parser(words: list[str]) -> None:
    """What may be wrong, or wants no menu, opens none early."""
    assert plain_popup(words) is None


def test_all_that_is_seen_through_is_an_option() -> None:
    """No word opens a menu early that the parser does not know."""
    known = {name for each in action_parser().params for name in each.opts}
    flags = {
        each.opts[0]
        for each in action_parser().params
        if isinstance(each, click.Option) and each.is_flag
    }
    for name in known:
        words = [name] if name in flags else [name, "x"]
        if plain_popup(words) is not None:
            action_parser().make_context("action", list(words))
