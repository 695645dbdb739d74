"""The names that prompts may ask for, so that a misspelt one is found at once."""

from collections.abc import Iterator

from hexai.config.problems import KeyPath, Problem, shown
from hexai.config.tables.prompts import Prompts
from hexai.text.placeholders import names_in

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


def _check(path: KeyPath, template: object, known: frozenset[str]) -> Iterator[Problem]:
    if not isinstance(template, str):
        return
    for name in names_in(template):
        if name not in known:
            asked = f"{{{{{name}}}}}"
            names = ", ".join(sorted(known))
            message = f"asks for an unknown name; known are {names}"
            yield Problem(path=path, message=message, value=shown(asked, path))
