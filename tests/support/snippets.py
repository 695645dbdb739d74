"""Snippets as editors read them."""

import re

_ESCAPED = re.compile(r"\\([\\$}])")


def expand(snippet: str) -> str:
    """Give the text that a snippet expands to that has but one place, at its end."""
    return _ESCAPED.sub(r"\1", snippet.removesuffix("$0"))
