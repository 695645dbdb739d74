"""Words as they are typed: letters, digits and underscores, of any script."""

import re

_FRAGMENT = re.compile(r"\w*\Z")


def is_word(text: str) -> bool:
    """Tell whether a text is of letters, digits and underscores only."""
    return all(character.isalnum() or character == "_" for character in text)


def fragment_of(text: str) -> str:
    """Give the letters, digits and underscores that a text ends with."""
    match = _FRAGMENT.search(text, max(0, len(text) - 200))
    return match[0] if match else ""
