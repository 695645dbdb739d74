"""Texts cut to a length."""

from typing import Final

_ELLIPSIS: Final = "…"


def shorten(text: str, length: int) -> str:
    """Cut a text to `length` characters, the last of them an ellipsis if cut."""
    return text if len(text) <= length else text[: length - 1] + _ELLIPSIS
