"""The tables of what Hexai does in tmux."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from hexai.config.tables import Character, Table

MenuKind = Literal[
    "rewrite",
    "simplify",
    "document",
    "gotest",
    "fix_typos",
    "custom_prompt",
    "skip",
    "custom",
]
Cells = Annotated[int, Meta(ge=0, le=200)]


class MenuItem(Table, frozen=True, kw_only=True):
    """One line of the menu of `hexai action`."""

    kind: MenuKind | UnsetType = UNSET
    """What it does. Required."""
    custom_id: str = ""
    """The id of the custom action, where kind is `custom`."""
    title: str = ""
    """Blank: the title of its kind."""
    hotkey: str = ""
    """One character; blank: the hotkey of its kind."""


class TmuxAction(Table, frozen=True, kw_only=True):
    """The menu of `hexai action`."""

    menu: tuple[MenuItem, ...] = ()
    """Instead of the built-in menu."""


class Tmux(Table, frozen=True, kw_only=True):
    """What Hexai shows in tmux."""

    custom_menu_hotkey: Character = "a"
    """Opens the actions of your own."""
    status: bool = True
    """Keep the tmux option @hexai_status current."""
    status_theme: str = ""
    """A named pair of colours, such as `white-on-purple`."""
    status_fg: str = ""
    """The foreground, a tmux colour; before the theme's."""
    status_bg: str = ""
    """The background, a tmux colour; before the theme's."""
    status_narrow: bool = False
    """Leave out the last provider and model."""
    status_maxlen: Cells = 0
    """Cells at most; 0 for 200."""
