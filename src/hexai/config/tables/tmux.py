"""The tables of what Hexai does in tmux."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from hexai.config.tables.base import Character, Table

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
MENU_HOTKEYS = {
    "rewrite": "r",
    "simplify": "i",
    "document": "c",
    "gotest": "t",
    "fix_typos": "f",
    "custom_prompt": "p",
    "skip": "s",
}
"""What each kind of the menu is chosen by, if nothing else is said."""
DIAGNOSTICS_HOTKEY = "d"
"""What resolving is chosen by, where diagnostics stand above the selection."""
Cells = Annotated[int, Meta(ge=0, le=200)]
ThemeName = Literal[
    "",
    "white-on-purple",
    "purple",
    "magenta",
    "white-on-magenta",
    "black-on-yellow",
    "yellow",
    "black-on-gold",
    "white-on-blue",
    "blue",
    "white-on-navy",
]
TmuxColour = Annotated[
    str,
    Meta(
        pattern=(
            r"^(|[a-z]+|colou?r([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])"
            r"|#[0-9A-Fa-f]{6})$"
        ),
        description="a colour of tmux: a name, colour0 to colour255, or #rrggbb",
    ),
]


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
    """Keep the tmux option `@hexai_status` current, wherever Hexai runs in tmux."""
    status_theme: ThemeName = ""
    """The colours of that option; blank: those of the status line."""
    status_fg: TmuxColour = ""
    """The foreground, a tmux colour, instead of the theme's."""
    status_bg: TmuxColour = ""
    """The background, a tmux colour, instead of the theme's."""
    status_narrow: bool = False
    """Leave out the model that answered last."""
    status_maxlen: Cells = 0
    """Cells at most; 0 for 200."""
