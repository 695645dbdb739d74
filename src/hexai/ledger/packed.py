"""The items of a list as SQL packs them: one number each, one word for all; pure.

An item is 8 bits of index, 9 of place, 1 of whether it was taken, 21 of cell, and 24
of what the upstream called the model. What a list or vote tells is a text of four
words: its items, which of both it was, whether its order was drawn or it was joined of
several, and the choice.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, cast

from msgspec import Struct

PACKED = """
    (((idx << 9 | coalesce(position, ordinal)) << 1 | (taken IS NOT NULL)) << 21
    | cell) << 24 | ifnull(returned_model, 0)
"""
"""What packs a row of `contender`."""
ORDER = "CASE WHEN seed IS NULL THEN 'fixed' ELSE 'drawn' END"
"""What tells of a row of `run` how its items were ordered."""
_PLACE = 46


class Item(Struct, frozen=True, order=True):
    """One contender's part in a list; sorted from first to last."""

    position: int
    index: int
    cell: int
    is_taken: bool
    returned: int


class Told(Struct, frozen=True, kw_only=True):
    """What a list or vote tells."""

    items: tuple[Item, ...]
    """From first to last."""
    kind: Literal["list", "vote"]
    drawn: bool
    """Whether the order of the items was drawn."""
    joined: bool
    """Whether it is of several servers, so that nobody can draw its order."""
    choice: str


Order = Literal["drawn", "fixed", "joined"]


def tell(word: str, *, order: Order, choice: str) -> str:
    """Write what a list tells."""
    return f"{word} list {order} {choice}"


def read_told(text: str) -> Told:
    """Read what a list or vote tells."""
    word, kind, order, choice = text.split(" ")
    return Told(
        items=tuple(sorted(unpack(word))),
        kind=cast("Literal['list', 'vote']", kind),
        drawn=order == "drawn",
        joined=order == "joined",
        choice=choice,
    )


def unpack(word: str) -> Iterator[Item]:
    """Read a word."""
    for part in word.split(","):
        packed = int(part)
        yield Item(
            position=packed >> _PLACE & 0x1FF,
            index=packed >> 55,
            cell=packed >> 24 & 0x1FFFFF,
            is_taken=bool(packed >> 45 & 1),
            returned=packed & 0xFFFFFF,
        )


def stack(words: Iterable[str]) -> str:
    """Make one list of several, one below the other."""
    stacked: list[str] = []
    place = 0
    for word in words:
        above = -1
        for item in sorted(unpack(word)):
            place += above not in (-1, item.position)
            above = item.position
            stacked.append(_pack(item, position=place, index=len(stacked)))
        place += 1
    return ",".join(stacked)


def _pack(item: Item, *, position: int, index: int) -> str:
    low = item.is_taken << 45 | item.cell << 24 | item.returned
    return str(index << 55 | position << _PLACE | low)
