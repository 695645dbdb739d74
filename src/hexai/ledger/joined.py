"""Lists of several servers at one place, which the user saw as one list; pure.

An editor that asks several servers, each with entries of its own, shows what they give
in one list. So runs of one place that were shown within 5 s of the first are one trial.
Which items stood higher is not known for sure; what was shown first is taken to. So
their order is not drawn, whatever each server did.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.choice import Choice
from hexai.ledger.packed import Order, stack

_TOGETHER_MS = 5000


class Listed(Struct, frozen=True):
    """A list or vote that was decided."""

    surface: str
    choice: str
    method: str
    file: str
    began: int
    """When its run began, in milliseconds."""
    at: int
    """When it was decided, in milliseconds."""
    order: Order
    sitting: int | None
    """The number of the sitting in which it was decided; None where not recorded."""
    word: str
    """The packed items."""
    place: str
    shown_at: int
    """When an editor's list was shown, in milliseconds; 0 for none."""


def join(lists: Iterable[Listed]) -> Iterator[Listed]:
    """Join those that were shown together at one place."""
    ordered = sorted(lists, key=lambda each: (*_place(each), each.shown_at))
    for _, at_place in groupby(ordered, _place):
        together: list[Listed] = []
        for each in at_place:
            if together and each.shown_at - together[0].shown_at > _TOGETHER_MS:
                yield _one(together)
                together = []
            together.append(each)
        yield _one(together)


def _place(listed: Listed) -> tuple[str, str]:
    return listed.surface, listed.place


def _one(together: list[Listed]) -> Listed:
    taken = (each for each in together if each.choice != Choice.NONE)
    decided = next(taken, together[0])
    if len(together) == 1:
        return decided
    return replace(decided, order="joined", word=stack(each.word for each in together))
