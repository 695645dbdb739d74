"""Lists of several servers at one place, which the user saw as one list; pure.

An editor that asks several servers, each with entries of its own, shows what they give
in one list. So runs of one place that were shown within 5 s of the first are one trial.
Which items stood higher is not known for sure; what was shown first is taken to.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.choice import Choice
from hexai.ledger.packed import stack

_TOGETHER_MS = 5000


class Listed(Struct, frozen=True, kw_only=True):
    """A list that was shown at a place."""

    surface: str
    place: str
    shown_at: int
    """In milliseconds."""
    choice: str
    method: str
    file: str
    word: str


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
    return replace(
        together[0],
        choice=decided.choice,
        method=decided.method,
        word=stack(each.word for each in together),
    )
