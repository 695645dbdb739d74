"""Templates: `{{name}}` is replaced by a value, everything in one pass.

Replacing one name after the other would expand what a value holds: a selection that
mentions `{{path}}` must arrive as it was written. So the template is read once, and
values are never looked at.
"""

from collections.abc import Iterable, Mapping

from hexai.errors import ConfigError
from hexai.text.placeholders import PLACEHOLDER, names_in


def render(template: str, values: Mapping[str, str]) -> str:
    """Fill a template in; raises `ConfigError` for a name that has no value."""
    check(template, values)
    return PLACEHOLDER.sub(lambda match: values[match[1]], template)


def head(template: str, name: str) -> str | None:
    """Give what of a template stands before a name; None: it does not ask for it."""
    for match in PLACEHOLDER.finditer(template):
        if match[1] == name:
            return template[: match.start()]
    return None


def names(template: str) -> frozenset[str]:
    """Give the names that a template asks for."""
    return frozenset(names_in(template))


def check(template: str, known: Iterable[str]) -> None:
    """Raise `ConfigError` if the template asks for a name that is not known."""
    ordered = sorted(known)
    problems = tuple(
        f"a prompt asks for the unknown name {{{{{name}}}}}; {_known(ordered)}"
        for name in names_in(template)
        if name not in ordered
    )
    if problems:
        raise ConfigError(problems)


def _known(known: list[str]) -> str:
    if not known:
        return "it knows no names"
    return "known are " + ", ".join(f"{{{{{name}}}}}" for name in known)
