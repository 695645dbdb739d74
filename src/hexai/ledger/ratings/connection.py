"""Which models may be ranked against each other at all; pure.

Two models that were never shown together, nor each together with a third one, have no
common scale: the difference of their strengths would be the prior's word alone.
"""

from collections.abc import Iterable

from hexai.domain.ranking import Model
from hexai.ledger.ratings.trials import Instead, Outcome


def connected(outcomes: Iterable[Outcome]) -> tuple[frozenset[Model], ...]:
    """Group the models that comparisons connect, the largest group first.

    A trial in which nothing was taken compares its models with nothing, but not with
    each other, so it connects none. Neither does an item that both gave.
    """
    groups: list[frozenset[Model]] = []
    for pattern, choice in outcomes:
        compares = choice != Instead.NONE and len(pattern.items) > 1
        together = [pattern.models] if compares else map(_alone, pattern.models)
        for models in together:
            met = [group for group in groups if group & models]
            groups = [group for group in groups if not group & models]
            groups.append(models.union(*met))
    return tuple(sorted(groups, key=lambda group: (-len(group), sorted(group))))


def _alone(model: Model) -> frozenset[Model]:
    return frozenset({model})
