"""Rules that types cannot say: what must fit together, and what is probably wrong.

Problems make a configuration unusable; warnings do not.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import UNSET, UnsetType

from hexai.config.entries import SINGLE, extra_entries
from hexai.config.problems import KeyPath, Problem, dotted, shown, wrong
from hexai.config.provider_defaults import (
    fallback_of,
    find_name,
    provider_names,
    provider_settings,
    provider_table,
)
from hexai.config.schema import DIAGNOSTICS_HOTKEY, MENU_HOTKEYS, MenuItem, Settings
from hexai.config.schema_entries import EntryTable, listed, text_of
from hexai.config.schema_prompts import CustomAction, check_prompts
from hexai.config.schema_providers import HttpTable, ProviderSettings, ProviderType
from hexai.config.schema_types import given
from hexai.config.validate_providers import check_providers, find_uneven_contexts
from hexai.domain.entry import Surface
from hexai.text.nearest_name import nearest

_OPENAI: tuple[ProviderType, ...] = ("openai", "openrouter", "local")
OPTION_TYPES: dict[str, tuple[ProviderType, ...]] = {
    "num_ctx": ("ollama",),
    "think": ("ollama",),
    "reasoning_effort": _OPENAI,
    "include_usage": _OPENAI,
    "limit_key": _OPENAI,
    "prompt_cache": ("anthropic", "openai"),
    "n_batch": ("openai",),
    "id_slot": ("openai",),
    "warm": ("openai", "local"),
    "ask": ("local",),
}
"""Options that only some formats have, and the types of those."""
_SLOW_DEBOUNCE = 400
"""Milliseconds above which a list seems not to come; the Go tool's example has 800."""


def find_problems(settings: Settings) -> Iterator[Problem]:
    """Find what makes decoded settings unusable."""
    yield from check_providers(settings)
    yield from _check_entries(settings)
    yield from check_prompts(settings.prompts)
    yield from check_custom_actions(settings.prompts.code_action.custom)
    yield from check_menu(settings)


def _check_entries(settings: Settings) -> Iterator[Problem]:
    for surface in Surface:
        labels: set[str] = set()
        for path, table in _written(settings, surface):
            label = given(table.label, "")
            if label and label in labels:
                where = (*path, "label")
                message = f"must be unique among models.{surface.value}"
                value = shown(label, where)
                yield Problem(path=where, message=message, value=value)
            labels.add(label)
            if not isinstance(table.fallback, UnsetType) and (
                table.fallback_provider or table.fallback_model
            ):
                message = "is given twice: as a table, and as fallback_…; keep one"
                yield Problem(path=(*path, "fallback"), message=message)
            if table.options:
                from hexai.config.model_options import check_options

                yield from check_options(table.options, (*path, "options"))


def _written(settings: Settings, surface: Surface) -> list[tuple[KeyPath, EntryTable]]:
    return listed(getattr(settings.models, surface.value), ("models", surface.value))


def find_warnings(settings: Settings) -> Iterator[Problem]:
    """Find what is well-formed and still will not do what was meant."""
    if message := _unknown_provider(settings, settings.provider.name):
        name = settings.provider.name
        yield wrong(("provider", "name"), name, message)
    yield from _idle_of_providers(settings)
    yield from find_uneven_contexts(settings)
    yield from doubt_menu(settings)
    for surface in Surface:
        enabled = [item for item in _written(settings, surface) if item[1].enabled]
        for path, table in enabled:
            yield from _doubtful(settings, path, table)
            if table.options:
                from hexai.config.model_options import doubt_options

                yield from doubt_options(table.options, (*path, "options"))
        if (problem := find_surplus(settings, surface)) is not None:
            yield problem


def find_surplus(settings: Settings, surface: Surface) -> Problem | None:
    """Find whether a surface that asks only its first entry has more of them."""
    enabled = [item for item in _written(settings, surface) if item[1].enabled]
    if surface not in SINGLE or len(enabled) < 2:
        return None
    message = extra_entries(f"models.{surface.value}", len(enabled) - 1)
    return Problem(path=("models", surface.value), message=message)


def find_slow(settings: Settings) -> Iterator[Problem]:
    """Find what keeps lists back in the editor, as the Go tool's example file does.

    Somebody may want it so; it is said where the configuration is checked, not always.
    """
    completion = settings.completion
    if completion.completion_debounce_ms > _SLOW_DEBOUNCE:
        yield wrong(
            ("completion", "completion_debounce_ms"),
            completion.completion_debounce_ms,
            "keeps every list back so long after the last key; 150 is usual",
        )
    if completion.wait == "all":
        yield wrong(
            ("completion", "wait"),
            "all",
            "lets lists, those of other servers too, wait for the slowest model, up to "
            f'{completion.hard_deadline:g} s; the default is "deadline"',
        )


def _doubtful(
    settings: Settings, path: KeyPath, table: EntryTable
) -> Iterator[Problem]:
    own = text_of(table.provider)
    for key, name in (
        ("provider", own),
        ("fallback", text_of(fallback_of(table).provider)),
    ):
        if isinstance(name, str) and (message := _unknown_provider(settings, name)):
            yield wrong((*path, key), name, message)
    provider = provider_settings(settings, given(own, settings.provider.name))
    model = given(text_of(table.model), provider.model if provider else "")
    if provider is not None and not model:
        message = f"has no model, and neither has {provider.name}; set one"
        yield Problem(path=path, message=message)
    if provider is not None:
        yield from _idle(path, table, provider)
    start, colon, _ = model.partition(":")
    if colon and isinstance(own, UnsetType) and find_name(settings, start):
        message = (
            f"is taken as a model of {settings.provider.name}; to name a provider "
            f'write {{ provider = "{start}", model = "…" }}'
        )
        yield wrong(path, model, message)


def _idle_of_providers(settings: Settings) -> Iterator[Problem]:
    for name in provider_names(settings):
        table = provider_table(settings, name)
        provider = provider_settings(settings, name)
        if isinstance(table, HttpTable) and provider is not None:
            path = (name,) if provider.built_in else ("providers", name)
            yield from _idle(path, table, provider)


def _idle(
    path: KeyPath, table: EntryTable | HttpTable, provider: ProviderSettings
) -> Iterator[Problem]:
    """Find options that the format of their provider does not have."""
    for key, types in OPTION_TYPES.items():
        said = getattr(table, key, UNSET)
        if not isinstance(said, UnsetType) and provider.type not in types:
            message = (
                f"has no effect: {provider.name} is of type {provider.type}, and only "
                f"{' and '.join(types)} have it"
            )
            yield wrong((*path, key), said, message)
    if table.prompt_cache is True:
        yield from _never_kept(path, table, provider)
    if table.warm is True and provider.type == "openai" and provider.local is not True:
        message = (
            f"has no effect: {provider.name} is not said to be local, and nothing is "
            "sent to anybody else before a question"
        )
        yield wrong((*path, "warm"), table.warm, message)


def _never_kept(
    path: KeyPath, table: EntryTable | HttpTable, provider: ProviderSettings
) -> Iterator[Problem]:
    """Find a wish to have prompts kept where nobody is asked to keep any."""
    if provider.type not in OPTION_TYPES["prompt_cache"]:
        return  # told by the type
    from hexai.config.vendors import traits

    model = given(text_of(table.model), provider.model)
    if traits(provider.base_url, model).keeping == "unasked":
        message = (
            "has no effect: only the vendors' own addresses are asked to keep "
            f"prompts, and {provider.name} is at {provider.base_url}"
        )
        yield wrong((*path, "prompt_cache"), table.prompt_cache, message)


def _unknown_provider(settings: Settings, name: str) -> str:
    """Say that a provider is not there; an empty text if it is."""
    if find_name(settings, name) is not None:
        return ""
    names = provider_names(settings)
    close = nearest(name.strip(), names)
    hint = f"did you mean {close}?" if close else f"known: {', '.join(names)}"
    return f"there is no such provider; {hint}"


# A hotkey that two lines share is no problem: the first has it, and the other is still
# chosen by the arrows. Somebody who wrote it meant something else, so it is a warning.

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
