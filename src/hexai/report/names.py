"""Names as a page shows them: harmless, not too long, and still apart; pure.

A name may be anything that somebody or some server has called a model, and a page has
room for some letters of it. A chart has less: to find out how many letters fit takes
Vega half a second for each chart, so they are made to fit here. Folders of the user's
disk are on no page (`text/model_ids.py`).
"""

from collections.abc import Mapping
from typing import TypeVar

from hexai.text.cells import graphemes, truncate, width
from hexai.text.model_ids import without_folder
from hexai.text.sanitise import visible_line

LONGEST = 80
"""Cells of a name: letters of Latin scripts, half as many of Chinese."""

_Key = TypeVar("_Key")


def shown_names(names: Mapping[_Key, str], longest: int = LONGEST) -> dict[_Key, str]:
    """Make names of at most so many cells, different ones of those that differ.

    Of one that is too long most of the head is left, and the tail, where versions are.
    """
    shown: dict[_Key, str] = {}
    meant: dict[str, str] = {}
    for key, name in names.items():
        short, number = _short(visible_line(without_folder(name)), longest), 1
        told = short
        while meant.setdefault(told, name) != name:
            number += 1
            told = f"{short} ({number})"
        shown[key] = told
    return shown


def _short(name: str, longest: int) -> str:
    if width(name) <= longest:
        return name
    tail = longest // 3
    return truncate(name, longest - tail) + _end(name, tail)


def _end(name: str, cells: int) -> str:
    """Give the last of a name, of at most so many cells."""
    kept = ""
    for each in reversed([*graphemes(name)]):
        if width(each + kept) > cells:
            break
        kept = each + kept
    return kept
