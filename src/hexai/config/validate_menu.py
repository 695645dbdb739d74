"""Rules for the menu of `hexai action`: what its lines need, and whose a hotkey is.

A hotkey that two lines share is no problem: the first has it, and the other is still
chosen by the arrows. Somebody who wrote it meant something else, so it is a warning.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import UnsetType

from hexai.config.problems import KeyPath, Problem, dotted, wrong
from hexai.config.schema import Settings
from hexai.config.tables.prompts import CustomAction
from hexai.config.tables.tmux import DIAGNOSTICS_HOTKEY, MENU_HOTKEYS, MenuItem

_MENU: KeyPath = ("tmux_action", "menu")
_OPENS_SUBMENU: KeyPath = ("tmux", "custom_menu_hotkey")


def check_custom_actions(actions: Sequence[CustomAction]) -> Iterator[Problem]:
    """Find actions of the user's that are not whole, or cannot be told apart."""
    ids = Counter(_id(action.id) for action in actions)
    hotkeys = Counter(action.hotkey.lower() for action in actions)
    for place, action in enumerate(actions):
        path = ("prompts", "code_action", "custom", place)
        for key in ("id", "title"):
            if not getattr(action, key).strip():
                yield Problem(path=(*path, key), message="is required")
        if action.id.strip() and ids[_id(action.id)] > 1:
            yield wrong((*path, "id"), action.id, "must be unique")
        if bool(action.instruction.strip()) == bool(action.user.strip()):
            message = "needs either instruction or user, and not both"
            yield Problem(path=path, message=message)
        if message := _no_hotkey(action.hotkey):
            yield wrong((*path, "hotkey"), action.hotkey, message)
        elif action.hotkey and hotkeys[action.hotkey.lower()] > 1:
            yield wrong((*path, "hotkey"), action.hotkey, "must be unique")


def check_menu(settings: Settings) -> Iterator[Problem]:
    """Find lines of the user's menu that can do nothing, and keys that are none."""
    opens = settings.tmux.custom_menu_hotkey
    if message := _no_hotkey(opens):
        yield wrong(_OPENS_SUBMENU, opens, message)
    elif not settings.tmux_action.menu and opens.lower() in MENU_HOTKEYS.values():
        message = "is a hotkey of the built-in menu; choose another"
        yield wrong(_OPENS_SUBMENU, opens, message)
    ids = {_id(action.id) for action in settings.prompts.code_action.custom}
    for place, item in enumerate(settings.tmux_action.menu):
        path = (*_MENU, place)
        if isinstance(item.kind, UnsetType):
            yield Problem(path=(*path, "kind"), message="is required")
        elif item.kind == "custom" and _id(item.custom_id) not in ids:
            message = "must be the id of a custom action"
            yield wrong((*path, "custom_id"), item.custom_id, message)
        if message := _no_hotkey(item.hotkey):
            yield wrong((*path, "hotkey"), item.hotkey, message)


def doubt_menu(settings: Settings) -> Iterator[Problem]:
    """Find hotkeys that another line has, and ids that nothing asks for."""
    menu = settings.tmux_action.menu
    opens = settings.tmux.custom_menu_hotkey
    if not menu and opens == DIAGNOSTICS_HOTKEY:
        message = "resolves diagnostics instead, where some stand above the selection"
        yield wrong(_OPENS_SUBMENU, opens, message)
    own = {_id(each.id): each for each in settings.prompts.code_action.custom}
    first: dict[str, int] = {}
    for place, item in enumerate(menu):
        path = (*_MENU, place)
        hotkey = _hotkey(item, own)
        if hotkey and first.setdefault(hotkey, place) != place:
            message = (
                f"is the hotkey of {dotted((*_MENU, first[hotkey]))} too, which has "
                "it; give one of them another"
            )
            yield wrong((*path, "hotkey"), hotkey, message)
        if item.custom_id and item.kind != "custom":
            message = 'has no effect: the kind of this line is not "custom"'
            yield wrong((*path, "custom_id"), item.custom_id, message)


def _hotkey(item: MenuItem, own: dict[str, CustomAction]) -> str:
    """Give what a line is chosen by, as the menu has it."""
    if item.hotkey:
        return item.hotkey
    if item.kind == "custom":
        action = own.get(_id(item.custom_id))
        return action.hotkey if action else ""
    return MENU_HOTKEYS.get(item.kind, "") if isinstance(item.kind, str) else ""


def _no_hotkey(hotkey: str) -> str:
    """Say why a character cannot be pressed; empty if it can, or there is none."""
    if len(hotkey) > 1:
        return "must be a single character"
    if hotkey and (hotkey.isspace() or not hotkey.isprintable()):
        return "must be a character that is seen"
    return ""


def _id(text: str) -> str:
    return text.strip().lower()
