"""The tables of prompts and of actions of your own, and the names they may ask for.

The built-in prompts are the files of `prompts/texts/`; what is not set here is theirs.
"""

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import UNSET, field

from hexai.config.problems import KeyPath, Problem, shown
from hexai.config.schema_types import MaybeText, Table


class CompletionPrompts(Table, frozen=True, kw_only=True):
    """Prompts of completion."""

    system_general: MaybeText = UNSET
    system_params: MaybeText = UNSET
    """Inside a parameter list."""
    system_inline: MaybeText = UNSET
    """For inline prompts."""
    user_general: MaybeText = UNSET
    user_params: MaybeText = UNSET
    """Inside a parameter list."""
    additional_context: MaybeText = UNSET
    """What the text around the cursor is wrapped in."""


class ProviderNativePrompts(Table, frozen=True, kw_only=True):
    """Prompts of endpoints that fill gaps and know no messages."""

    completion: MaybeText = UNSET
    """What stands before the gap, by `{{before}}`, `{{path}}` and `{{language}}`; with
    `{{after}}` it is the whole prompt. Not set: the text itself."""


class ChatPrompts(Table, frozen=True, kw_only=True):
    """Prompts of chat in the editor."""

    system: MaybeText = UNSET


class CustomAction(Table, frozen=True, kw_only=True):
    """A code action of your own."""

    id: str = ""
    """Its unique name. Required."""
    title: str = ""
    """What menus show. Required."""
    kind: str = ""
    """Its kind for the editor; blank: refactor, or quickfix."""
    scope: Literal["", "selection", "diagnostics"] = ""
    """What it works on; blank: the selection."""
    hotkey: str = ""
    """One character, for the menu of `hexai action`."""
    instruction: str = ""
    """What to do, said in the prompts of rewriting; or else `user`."""
    system: str = ""
    """The system prompt that goes with `user`; blank: that of rewriting."""
    user: str = ""
    """A prompt of its own, instead of `instruction`."""


class CodeActionPrompts(Table, frozen=True, kw_only=True):
    """Prompts of code actions."""

    rewrite_system: MaybeText = UNSET
    rewrite_user: MaybeText = UNSET
    diagnostics_system: MaybeText = UNSET
    diagnostics_user: MaybeText = UNSET
    document_system: MaybeText = UNSET
    document_user: MaybeText = UNSET
    go_test_system: MaybeText = UNSET
    go_test_user: MaybeText = UNSET
    simplify_system: MaybeText = UNSET
    simplify_user: MaybeText = UNSET
    fix_typos_system: MaybeText = UNSET
    fix_typos_user: MaybeText = UNSET
    custom: tuple[CustomAction, ...] = ()
    """Code actions of your own."""


class CliPrompts(Table, frozen=True, kw_only=True):
    """Prompts of `hexai`."""

    default_system: MaybeText = UNSET
    explain_system: MaybeText = UNSET
    """When the arguments hold the word `explain`."""


class NamedPrompt(Table, frozen=True, kw_only=True):
    """A prompt of your own for `hexai -t NAME`; `{{input}}` is what you ask there."""

    about: str = ""
    """What it is for, in a few words; shells show it."""
    system: str = ""
    """The system prompt; blank: the usual one."""
    user: str = ""
    """What is asked; without `{{input}}` that stands below. Any other name in braces is
    a parameter: `-p NAME=VALUE`."""
    defaults: dict[str, str] = field(default_factory=dict)
    """What parameters are where the command line does not say it."""


class Prompts(Table, frozen=True, kw_only=True):
    """Prompts instead of the built-in ones; `{{name}}` stands for a value."""

    completion: CompletionPrompts = CompletionPrompts()
    provider_native: ProviderNativePrompts = ProviderNativePrompts()
    chat: ChatPrompts = ChatPrompts()
    code_action: CodeActionPrompts = CodeActionPrompts()
    cli: CliPrompts = CliPrompts()
    templates: dict[str, NamedPrompt] = field(default_factory=dict)
    """Named prompts of your own, for `hexai -t NAME`."""


INPUT = "input"
"""The name that stands for what is asked, in a named prompt."""
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def names_in(template: str) -> tuple[str, ...]:
    """Give the names that a template asks for, each once, in their order."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(template)))


_NAME = re.compile(r"[\w.-]{1,60}")

_COMPLETION = frozenset(
    {
        "above",
        "after",
        "apart",
        "before",
        "below",
        "char",
        "context",
        "current",
        "far",
        "file",
        "first",
        "function",
        "instruction",
        "language",
        "last",
        "near",
        "tail",
    }
)
_CODE_ACTION = frozenset(
    {
        "diagnostics",
        "file",
        "framework",
        "function",
        "instruction",
        "language",
        "module",
        "selection",
    }
)
NAMES = {
    "completion": _COMPLETION,
    "provider_native": frozenset({"after", "before", "language", "path"}),
    "chat": frozenset({"file", "language"}),
    "code_action": _CODE_ACTION,
}
"""By table of prompts. Those of the command line are no templates."""


def check_prompts(prompts: Prompts) -> Iterator[Problem]:
    """Find prompts that ask for what nobody will give them."""
    for table, known in NAMES.items():
        values = getattr(prompts, table)
        for key in values.__struct_fields__:
            yield from _check(("prompts", table, key), getattr(values, key), known)
    for place, action in enumerate(prompts.code_action.custom):
        for key in ("instruction", "system", "user"):
            path = ("prompts", "code_action", "custom", place, key)
            yield from _check(path, getattr(action, key), _CODE_ACTION)
    for name, template in prompts.templates.items():
        yield from _check_named(("prompts", "templates", name), name, template)


def _check_named(path: KeyPath, name: str, template: NamedPrompt) -> Iterator[Problem]:
    if not _NAME.fullmatch(name):
        message = "is no name for a template: letters, digits, _ . and -, up to 60"
        yield Problem(path=path, message=message)
    if not template.system.strip() and not template.user.strip():
        yield Problem(path=path, message="needs system or user")
    asked = {*names_in(template.system), *names_in(template.user)} - {INPUT}
    for key in template.defaults:
        if key not in asked:
            message = "is no parameter of this template; it asks for " + (
                ", ".join(sorted(asked)) or "none"
            )
            yield Problem(path=(*path, "defaults", key), message=message)


def _check(path: KeyPath, template: object, known: frozenset[str]) -> Iterator[Problem]:
    if not isinstance(template, str):
        return
    for name in names_in(template):
        if name not in known:
            asked = f"{{{{{name}}}}}"
            names = ", ".join(sorted(known))
            message = f"asks for an unknown name; known are {names}"
            yield Problem(path=path, message=message, value=shown(asked, path))
