"""Figures cut by language and week, and put together again; pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import fields

from hexai.domain.figures import Figures, Kept, Subject, Times

WEEK = 604_800.0
"""Seconds."""
FIRST_WEEK = 4 * 86_400.0
"""When week 0 began, of the wall clock in seconds since 1970: a Monday, in UTC."""


class Part(Struct, frozen=True, kw_only=True):
    """What part of all figures some are."""

    subject: Subject
    language: str
    week: int
    """The number of the week in which the sittings began."""


def week_of(at: float) -> int:
    """Give the number of the week that holds a moment of the wall clock."""
    return int((at - FIRST_WEEK) // WEEK)


def week_began(number: int) -> float:
    """Give when a week began, of the wall clock in seconds since 1970."""
    return FIRST_WEEK + number * WEEK


def put_together(parts: Iterable[Figures]) -> Figures:
    """Give the figures of all parts together, as if they had been read so."""
    whole = Figures()
    for part in parts:
        for field in fields(Figures):
            own, more = getattr(whole, field.name), getattr(part, field.name)
            setattr(whole, field.name, _sum(own, more))
    return whole


def _sum(own: Any, more: Any) -> Any:
    """Add what is counted to what was; a collection grows in place."""
    match own:
        case Times():
            own.seen.update(more.seen)
            own.cut.update(more.cut)
        case Counter():
            own.update(more)
        case dict():
            _add_each(own, more)
        case _:
            return own + more
    return own


def _add_each(own: dict[int, Any], more: Mapping[int, Any]) -> None:
    for sitting, amount in more.items():
        if sitting not in own:
            own[sitting] = amount
        elif isinstance(amount, Kept):
            own[sitting] = own[sitting].plus(amount)
        else:
            own[sitting] += amount
