"""Where one person's choices differ from the team's beyond chance; pure.

The strengths of two models are compared as they are published, and so is how sure they
are. What is known of one model's interval bounds that of a difference from above, so
that nobody is told to differ who may not. The person is a part of the team, which makes
the two more alike, and errs on the same side.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import erfc, sqrt

from msgspec import Struct

from hexai.domain.estimates import QUANTILE
from hexai.domain.ranking import Leaderboard, Model, Standing

_ALPHA = 0.05
"""Of people who do not differ, the share that is told to, over all pairs."""


class Difference(Struct, frozen=True, kw_only=True):
    """Two models of which a person prefers one more than the team does."""

    surface: str
    more: Model
    """What the person prefers more than the team does, by the team's name for it."""
    less: Model
    mine: float
    """By how much here, in logits."""
    theirs: float
    """By how much there; below 0 where the team prefers the other."""


def differences(
    mine: Sequence[Leaderboard],
    theirs: Sequence[Leaderboard],
    names: Mapping[tuple[str, Model], Model],
) -> Iterator[Difference]:
    """Compare leaderboards; `names` has the team's name for each model of mine.

    Models are named with the surface that they are on. One of the team's that several
    of mine are called by is left out: nobody could say which.
    """
    there = {board.surface: board for board in theirs}
    pairs = [
        (board.surface, one, other)
        for board in mine
        if board.surface in there
        for one, other in _common(board, there[board.surface], names)
    ]
    for surface, one, other in pairs:
        difference = _compare(surface, one, other, len(pairs))
        if difference is not None:
            yield difference


class _Both(Struct, frozen=True):
    """A model as a person and as the team rank it."""

    name: Model
    mine: Standing
    theirs: Standing


def _common(
    mine: Leaderboard, theirs: Leaderboard, names: Mapping[tuple[str, Model], Model]
) -> Iterator[tuple[_Both, _Both]]:
    """Give the pairs that both rank against each other."""
    for ranking in mine.rankings:
        called = [names.get((mine.surface, e.model), "") for e in ranking.standings]
        own = {
            name: each
            for name, each in zip(called, ranking.standings, strict=True)
            if name and called.count(name) == 1
        }
        for other in theirs.rankings:
            both = [
                _Both(each.model, own[each.model], each)
                for each in other.standings
                if each.model in own
            ]
            if len(ranking.standings) > 1 and len(other.standings) > 1:
                yield from combinations(both, 2)


def _compare(surface: str, one: _Both, other: _Both, pairs: int) -> Difference | None:
    mine = one.mine.strength - other.mine.strength
    theirs = one.theirs.strength - other.theirs.strength
    error = sqrt(
        (_error(one.mine) + _error(other.mine)) ** 2
        + (_error(one.theirs) + _error(other.theirs)) ** 2
    )
    if error == 0 or erfc(abs(mine - theirs) / error / sqrt(2)) * pairs > _ALPHA:
        return None
    if mine < theirs:
        one, other, mine, theirs = other, one, -mine, -theirs
    return Difference(
        surface=surface, more=one.name, less=other.name, mine=mine, theirs=theirs
    )


def _error(standing: Standing) -> float:
    return (standing.high - standing.low) / 2 / QUANTILE
