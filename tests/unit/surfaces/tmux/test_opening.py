"""What the view is told first."""

from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

from hexai.config.folders import find_folders
from hexai.surfaces.tmux.opening import Opening
from hexai.surfaces.tmux.signals import Signals
from hexai.surfaces.tmux.start import Start, Wanted

THREE = '[models]\ncode_action = ["a", "b", "c"]\n'


def opening(
    home: Path, config: str, *, environ: Mapping[str, str] | None = None
) -> Opening:
    """Begin an action on a line of code."""
    environ = {"XDG_CONFIG_HOME": str(home), **(environ or {})}
    (home / "hexai").mkdir()
    (home / "hexai" / "config.toml").write_text(config, "utf-8")
    start = Start(
        wanted=Wanted(),
        folders=find_folders(environ, home),
        environ=environ,
        home=str(home),
        folder=str(home),
        now=lambda: 0.0,
        random=Random(1),
        signals=Signals(),
    )
    return Opening(start, b"one = 1\n")


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"HEXAI_MODELS_CODE_ACTION": "a,b"},
        {"HEXAI_MODELS_CODE_ACTION": "a"},
    ],
)
def test_entries_that_the_menu_compares_are_no_surplus(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    """Wherever they are listed, and however many the other list has."""
    assert opening(tmp_path, THREE, environ=environ).opened().notes == ()


def test_a_surplus_of_another_surface_is_told(tmp_path: Path) -> None:
    """It speaks of as many, and of a surface that asks one all the same."""
    more = f'{THREE}chat = ["a", "b", "c"]\n'
    (note,) = opening(tmp_path, more).opened().notes
    assert note.endswith("models.chat supports a single entry; ignoring 2 extra")


def test_the_menu_says_which_hotkey_two_lines_share(tmp_path: Path) -> None:
    """Beside the line that lost it, which shows none."""
    lines = "".join(
        f'[[tmux_action.menu]]\nkind = "{kind}"\nhotkey = "x"\n'
        for kind in ("simplify", "document")
    )
    opened = opening(tmp_path, lines).opened()

    (note,) = opened.notes
    assert "tmux_action.menu[1].hotkey" in note
    assert "is the hotkey of tmux_action.menu[0] too" in note
    assert [item.hotkey for item in opened.items] == ["x", ""]
