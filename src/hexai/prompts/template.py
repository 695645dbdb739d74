"""Templates: `{{name}}` is replaced by a value, everything in one pass.

Replacing one name after the other would expand what a value holds: a selection that
mentions `{{path}}` must arrive as it was written. So the template is read once, and
values are never looked at.
"""

import re
from collections.abc import Iterable, Mapping

from hexai.errors import ConfigError

_NAME = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def render(template: str, values: Mapping[str, str]) -> str:
    """Fill a template in; raises `ConfigError` for a name that has no value."""
    check(template, values)
    return _NAME.sub(lambda match: values[match[1]], template)


def names(template: str) -> frozenset[str]:
    """Give the names that a template asks for."""
    return frozenset(_NAME.findall(template))


def check(template: str, known: Iterable[str]) -> None:
    """Raise `ConfigError` if the template asks for a name that is not known."""
    ordered = sorted(known)
    asked = dict.fromkeys(_NAME.findall(template))
    problems = tuple(
        f"a prompt asks for the unknown name {{{{{name}}}}}; {_known(ordered)}"
        for name in asked
        if name not in ordered
    )
    if problems:
        raise ConfigError(problems)


def _known(known: list[str]) -> str:
    if not known:
        return "it knows no names"
    return "known are " + ", ".join(f"{{{{{name}}}}}" for name in known)
