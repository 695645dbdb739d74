"""The names that a template asks for: `{{name}}`."""

import re

PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def names_in(template: str) -> tuple[str, ...]:
    """Give the names that a template asks for, each once, in their order."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(template)))
