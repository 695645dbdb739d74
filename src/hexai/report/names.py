"""Names as a page shows them: harmless, not too long, and still apart; pure.

A name may be anything that somebody or some server has called a model. To measure what
is drawn of a thousand letters takes a second, and a page has room for few of them.
"""

from collections.abc import Mapping
from typing import TypeVar

from hexai.text.sanitise import visible_line

LONGEST = 80
"""Characters of a name."""
_HEAD, _TAIL = 50, 24
"""Characters of a longer one that are left of it: versions stand at the end."""

_Key = TypeVar("_Key")


def shown_names(names: Mapping[_Key, str]) -> dict[_Key, str]:
    """Make names that can be shown, different ones of those that differ."""
    shown: dict[_Key, str] = {}
    meant: dict[str, str] = {}
    for key, name in names.items():
        short, number = _short(visible_line(name)), 1
        told = short
        while meant.setdefault(told, name) != name:
            number += 1
            told = f"{short} ({number})"
        shown[key] = told
    return shown


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[:_HEAD]}…{name[-_TAIL:]}"
