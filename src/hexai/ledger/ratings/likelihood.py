"""How plausible values of the unknowns are, given what was chosen; pure.

The logarithm of the likelihood of the choice model with that of its priors, and its
slopes. There are few different patterns and many trials, so sums go over patterns.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import exp, log

from msgspec import Struct

from hexai.domain.ranking import Model
from hexai.ledger.ratings.matrices import Matrix, Vector, dot, zeros
from hexai.ledger.ratings.trials import Instead, Outcome, Pattern
from hexai.ledger.ratings.unknowns import Feature, Priors, Unknowns

_TIE_TOGETHER = 1e3
"""The weight with which strengths are held to a sum of zero."""


class Likelihood:
    """The likelihood of what was chosen, times the priors of the unknowns."""

    def __init__(
        self, counts: Mapping[Outcome, int], unknowns: Unknowns, priors: Priors
    ) -> None:
        self.unknowns = unknowns
        self.precision = [*_precision(unknowns, priors)]
        """That of each unknown's prior."""
        self._kinds = _kinds(counts, unknowns)

    def log(self, values: Vector) -> float:
        """Give its logarithm, but for what does not depend on the values."""
        found = -dot(self.precision, [value**2 for value in values]) / 2
        found -= _TIE_TOGETHER * sum(self._strengths(values)) ** 2 / 2
        for kind in self._kinds.values():
            odds = kind.probabilities(values)
            found += sum(n * log(odds[c] + 1e-300) for c, n in kind.chosen.items())
        return found

    def gradient(self, values: Vector) -> Vector:
        """Give the slope of the logarithm."""
        together = _TIE_TOGETHER * sum(self._strengths(values))
        slope = [-p * v for p, v in zip(self.precision, values, strict=True)]
        for i in range(len(self.unknowns.models)):
            slope[i] -= together
        for kind in self._kinds.values():
            mean = kind.expected(kind.probabilities(values), len(values))
            for i, expected in enumerate(mean):
                slope[i] -= kind.total * expected
            for choice, count in kind.chosen.items():
                for i, factor in kind.alternatives[choice]:
                    slope[i] += count * factor
        return slope

    def curvature(self, values: Sequence[float], *, together: bool = False) -> Matrix:
        """Give the negative second derivatives of the logarithm.

        With `together`, including what holds the strengths to a sum of zero.
        """
        found = zeros(len(values))
        for i, precision in enumerate(self.precision):
            found[i][i] = precision
        if together:
            models = range(len(self.unknowns.models))
            for i in models:
                for j in models:
                    found[i][j] += _TIE_TOGETHER
        for kind in self._kinds.values():
            _curve(found, kind, values)
        for i, row in enumerate(found):
            for j in range(i):
                found[j][i] = row[j]
        return found

    def scores(self, values: Vector) -> dict[Outcome, Vector]:
        """Give the slope of each outcome's part."""
        found = {}
        for pattern, kind in self._kinds.items():
            mean = kind.expected(kind.probabilities(values), len(values))
            for choice in kind.chosen:
                score = [-expected for expected in mean]
                for i, factor in kind.alternatives[choice]:
                    score[i] += factor
                found[pattern, choice] = score
        return found

    def _strengths(self, values: Vector) -> Vector:
        return values[: len(self.unknowns.models)]


class _Kind(Struct, frozen=True):
    """All trials of one pattern: its alternatives, and how often each was chosen."""

    alternatives: dict[int, Feature]
    chosen: dict[int, int]
    total: int

    def probabilities(self, values: Sequence[float]) -> dict[int, float]:
        utilities = {
            choice: sum(values[i] * factor for i, factor in feature)
            for choice, feature in self.alternatives.items()
        }
        highest = max(utilities.values())
        weights = {choice: exp(u - highest) for choice, u in utilities.items()}
        whole = sum(weights.values())
        return {choice: weight / whole for choice, weight in weights.items()}

    def expected(self, probabilities: Mapping[int, float], size: int) -> Vector:
        mean = [0.0] * size
        for choice, feature in self.alternatives.items():
            for i, factor in feature:
                mean[i] += probabilities[choice] * factor
        return mean


def _precision(unknowns: Unknowns, priors: Priors) -> Iterator[float]:
    for i in range(unknowns.size):
        width = priors.strength if i < len(unknowns.models) else priors.other
        if i >= unknowns.shared:
            width = priors.own
        # Without a prior an unknown that nothing tells about still needs a value.
        yield 1e-9 if width is None else width**-2


def _kinds(counts: Mapping[Outcome, int], unknowns: Unknowns) -> dict[Pattern, _Kind]:
    """Group by pattern; "none" and ties are only possible where some were seen."""
    seen: set[tuple[str, int]] = {
        (p.kind, choice) for p, choice in counts if choice < 0
    }
    numbers = {model: i for i, model in enumerate(unknowns.models)}
    kinds: dict[Pattern, _Kind] = {}
    for (pattern, choice), count in counts.items():
        kind = kinds.get(pattern)
        if kind is None:
            found = dict(_items(pattern, numbers, unknowns))
            kind = _Kind(found | _instead(pattern.kind, found, unknowns, seen), {}, 0)
        chosen = {**kind.chosen, choice: count}
        kinds[pattern] = _Kind(kind.alternatives, chosen, kind.total + count)
    return kinds


def _items(
    pattern: Pattern, numbers: Mapping[Model, int], unknowns: Unknowns
) -> Iterator[tuple[int, Feature]]:
    """Give the utility of each item: the mean of those of the models that gave it.

    Items that were chosen together are one.
    """
    joined: list[Feature] = []
    for place, item in enumerate(pattern.items):
        utilities = [
            unknowns.item(numbers[model], place, drawn=pattern.drawn) for model in item
        ]
        if place in pattern.together:
            joined += utilities
        else:
            yield place, _mean(utilities)
    if joined:
        yield pattern.together[0], _mean(joined)


def _instead(
    kind: str,
    items: Mapping[int, Feature],
    unknowns: Unknowns,
    seen: set[tuple[str, int]],
) -> dict[int, Feature]:
    found: dict[int, Feature] = {}
    if (kind, Instead.NONE) in seen:
        found[Instead.NONE] = unknowns.none(kind)
    if (kind, Instead.TIE) in seen:
        found[Instead.TIE] = _mean([*items.values()]) + unknowns.tie
    return found


def _mean(features: Sequence[Feature]) -> Feature:
    found: dict[int, float] = {}
    for feature in features:
        for i, factor in feature:
            found[i] = found.get(i, 0.0) + factor / len(features)
    return tuple(found.items())


def _curve(matrix: Matrix, kind: _Kind, values: Sequence[float]) -> None:
    """Add what the trials of one pattern tell, to the lower triangle alone."""
    probabilities = kind.probabilities(values)
    mean = kind.expected(probabilities, len(values))
    used = [(i, expected) for i, expected in enumerate(mean) if expected]
    for count, (i, expected) in enumerate(used, start=1):
        row, weight = matrix[i], kind.total * expected
        for j, other in used[:count]:
            row[j] -= weight * other
    for choice, feature in kind.alternatives.items():
        weight = kind.total * probabilities[choice]
        for i, one in feature:
            row = matrix[i]
            for j, other in feature:
                if j <= i:
                    row[j] += weight * one * other
