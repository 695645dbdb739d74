"""What the menu offers: the built-in list or the user's, with the Go tool's hotkeys."""

from collections.abc import Iterable, Iterator

from msgspec import UNSET, Struct
from msgspec.structs import replace

from hexai.config.schema import DIAGNOSTICS_HOTKEY, MENU_HOTKEYS, MenuItem, Settings
from hexai.config.schema_prompts import CustomAction
from hexai.surfaces.tmux.view_messages import MenuLine

_TITLES = {
    "rewrite": "Rewrite selection",
    "simplify": "Simplify and improve",
    "document": "Document code",
    "gotest": "Generate unit tests",
    "fix_typos": "Fix typos and improve grammar and clarity",
    "custom_prompt": "Custom prompt",
    "skip": "Skip",
    "diagnostics": "Resolve diagnostics",
}
"""By kind, as configuration files name them."""
_AT_THE_END = ("diagnostics", "skip")
_HOTKEYS = {**MENU_HOTKEYS, "diagnostics": DIAGNOSTICS_HOTKEY}
KINDS = tuple(_TITLES)
"""What `--action` takes beside the ids of custom actions."""


class MenuAction(Struct, frozen=True, kw_only=True):
    """A line of the menu, and what it does."""

    item: MenuLine
    kind: str
    """A key of the built-in ones, `custom`, or `submenu`."""
    custom: CustomAction | None = None


class Menu(Struct, frozen=True, kw_only=True):
    """The menu and its submenu."""

    main: tuple[MenuAction, ...]
    sub: tuple[MenuAction, ...] = ()
    """Custom actions; empty: there is no submenu."""


def make_menu(settings: Settings, *, diagnosed: bool) -> Menu:
    """Make the menu for a selection; `diagnosed`: a compiler's messages came with it.

    Custom prompts take words; rewriting does too if the selection holds none, but that
    is found out only when it was chosen.
    """
    actions = settings.prompts.code_action.custom
    own = [each for each in actions if diagnosed or each.scope != "diagnostics"]
    if settings.tmux_action.menu:
        known = {each.id.strip().lower(): each for each in own}
        return Menu(main=_once(_configured(settings.tmux_action.menu, known)))
    rows = [_built_in(kind) for kind in _TITLES if kind not in _AT_THE_END]
    if diagnosed:
        rows.append(_built_in("diagnostics"))
    if own:
        hotkey = settings.tmux.custom_menu_hotkey
        item = MenuLine(title="Custom actions…", hotkey=hotkey, opens=True)
        rows.append(MenuAction(item=item, kind="submenu"))
    rows.append(_built_in("skip"))
    return Menu(main=_once(rows), sub=_once(_custom(each) for each in own))


def choice_named(settings: Settings, name: str) -> MenuAction | None:
    """Give what `--action` names: a kind, or the id of a custom action."""
    if name in KINDS:
        return _built_in(name)
    for each in settings.prompts.code_action.custom:
        if each.id.strip().lower() == name.strip().lower():
            return _custom(each)
    return None


def action_names(settings: Settings) -> tuple[str, ...]:
    """Give all that `--action` may name."""
    return (*KINDS, *(each.id for each in settings.prompts.code_action.custom))


def _configured(
    rows: Iterable[MenuItem], known: dict[str, CustomAction]
) -> Iterator[MenuAction]:
    for row in rows:
        if row.kind == "custom":
            custom = known.get(row.custom_id.strip().lower())
            if custom is None:
                continue  # it works on diagnostics, and there are none
            choice = _custom(custom)
        else:
            assert row.kind is not UNSET
            choice = _built_in(row.kind)
        title = row.title.strip() or choice.item.title
        hotkey = row.hotkey or choice.item.hotkey
        item = replace(choice.item, title=title, hotkey=hotkey)
        yield replace(choice, item=item)


def _built_in(kind: str) -> MenuAction:
    item = MenuLine(
        title=_TITLES[kind],
        hotkey=_HOTKEYS[kind],
        asks=kind == "custom_prompt",
        skips=kind == "skip",
    )
    return MenuAction(item=item, kind=kind)


def _custom(action: CustomAction) -> MenuAction:
    item = MenuLine(title=action.title.strip(), hotkey=action.hotkey)
    return MenuAction(item=item, kind="custom", custom=action)


def _once(rows: Iterable[MenuAction]) -> tuple[MenuAction, ...]:
    """Leave a hotkey to the first that has it."""
    taken: set[str] = set()
    kept: list[MenuAction] = []
    for row in rows:
        if row.item.hotkey in taken:
            row = replace(row, item=replace(row.item, hotkey=""))  # noqa: PLW2901
        taken.add(row.item.hotkey)
        kept.append(row)
    return tuple(kept)
