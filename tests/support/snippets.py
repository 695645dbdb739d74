"""Snippets as editors read them."""

import re

_ESCAPED = re.compile(r"\\([\\$}])")


def expand(snippet: str) -> str:
    """Give the text that a snippet without placeholders expands to."""
    return _ESCAPED.sub(r"\1", snippet)
