"""Which models may be ranked against each other at all; pure.

Two models that were never shown together, nor each together with a third one, have no
common scale: the difference of their strengths would be the prior's word alone.
"""

from collections.abc import Iterable

from hexai.ledger.trials import Instead, Model, Trial


def connected(trials: Iterable[Trial]) -> tuple[frozenset[Model], ...]:
    """Group the models that comparisons connect, the largest group first.

    A trial in which nothing was taken compares its models with nothing, but not with
    each other, so it connects none. Neither does an item that both gave.
    """
    groups: dict[Model, set[Model]] = {}
    seen = set()
    for trial in trials:
        key = trial.pattern, trial.choice == Instead.NONE
        if key in seen:
            continue
        seen.add(key)
        items = trial.pattern.items
        for item in items:
            for model in item:
                groups.setdefault(model, {model})
        if trial.choice != Instead.NONE and len(items) > 1:
            _join(groups, (model for item in items for model in item))
    found = {id(group): frozenset(group) for group in groups.values()}
    return tuple(sorted(found.values(), key=lambda group: (-len(group), sorted(group))))


def _join(groups: dict[Model, set[Model]], models: Iterable[Model]) -> None:
    first, *others = models
    for model in others:
        if groups[model] is groups[first]:
            continue
        groups[first] |= groups[model]
        for member in groups[model]:
            groups[member] = groups[first]
