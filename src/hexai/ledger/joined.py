"""Lists of several servers at one place, which the user saw as one list; pure.

An editor that asks several servers, each with one entry, shows what they give in one
list. So runs of one place that were shown within 5 s of the first are one trial. Which
item stood higher is not known for sure; what was shown first is taken to be.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from hexai.domain.choice import Choice
from hexai.ledger.packed import stack

_TOGETHER_MS = 5000


class Lone(Struct, frozen=True, kw_only=True):
    """A list of one item."""

    surface: str
    place: str
    shown_at: int
    """In milliseconds."""
    choice: str
    file: str
    word: str


def join(lists: Iterable[Lone]) -> Iterator[Lone]:
    """Join those of one place; what stands alone is left out."""
    ordered = sorted(lists, key=lambda each: (each.surface, each.place, each.shown_at))
    together: list[Lone] = []
    for each in ordered:
        if together and not _belongs(each, together[0]):
            yield from _one(together)
            together = []
        together.append(each)
    yield from _one(together)


def _belongs(other: Lone, first: Lone) -> bool:
    same = (other.surface, other.place) == (first.surface, first.place)
    return same and other.shown_at - first.shown_at <= _TOGETHER_MS


def _one(together: list[Lone]) -> Iterator[Lone]:
    if len(together) < 2:
        return
    first = together[0]
    taken = (each.choice for each in together if each.choice != Choice.NONE)
    yield Lone(
        surface=first.surface,
        place=first.place,
        shown_at=first.shown_at,
        choice=next(taken, Choice.NONE),
        file=first.file,
        word=stack(each.word for each in together),
    )
