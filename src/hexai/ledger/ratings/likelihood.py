"""How plausible values of the unknowns are, given what was chosen; pure.

The logarithm of the likelihood of the choice model with that of its priors, and its
slopes. There are few different patterns and many trials, so sums go over patterns.
The unknowns are strengths, positions, ties, and nothing taken.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import exp, log, sqrt
from operator import mul

from msgspec import Struct

from hexai.domain.ranking import Model
from hexai.ledger.ratings.trials import Instead, Outcome, Pattern

# A dependency on a numerical library would cost more at every start than all of this
# does at the end of a ranking.

Vector = list[float]
Matrix = list[list[float]]


def zeros(size: int) -> Matrix:
    """Make a square matrix of zeros."""
    return [[0.0] * size for _ in range(size)]


def cholesky(matrix: Matrix) -> Matrix:
    """Give the lower triangle whose product with its transpose is the matrix.

    Raises `ValueError` where the matrix is not positive definite.
    """
    size = len(matrix)
    lower = zeros(size)
    for row in range(size):
        for column in range(row + 1):
            done = lower[row][:column]
            rest = matrix[row][column] - dot(done, lower[column][:column])
            if row != column:
                lower[row][column] = rest / lower[column][column]
            elif rest > 0:
                lower[row][row] = sqrt(rest)
            else:
                raise ValueError("the matrix is not positive definite")
    return lower


def inverse(matrix: Matrix) -> Matrix:
    """Invert a symmetric positive definite matrix; raises as `cholesky`."""
    lower, size = cholesky(matrix), len(matrix)
    units = ([float(i == j) for j in range(size)] for i in range(size))
    return [_solve(lower, unit) for unit in units]


def log_determinant(matrix: Matrix) -> float:
    """Give the logarithm of a determinant; raises as `cholesky`."""
    return 2 * sum(log(row[i]) for i, row in enumerate(cholesky(matrix)))


def product(one: Matrix, other: Matrix) -> Matrix:
    """Multiply two matrices."""
    columns = list(zip(*other, strict=True))
    return [[dot(row, column) for column in columns] for row in one]


def apply(matrix: Matrix, vector: Sequence[float]) -> Vector:
    """Multiply a matrix with a vector."""
    return [dot(row, vector) for row in matrix]


def dot(one: Sequence[float], other: Sequence[float]) -> float:
    """Sum the products of two vectors' elements; the vectors are of one length."""
    total: float = sum(map(mul, one, other))
    return total


def _solve(lower: Matrix, right: Vector) -> Vector:
    size, solved = len(lower), list(right)
    for row in range(size):
        done = dot(lower[row][:row], solved[:row])
        solved[row] = (solved[row] - done) / lower[row][row]
    columns = [*zip(*lower, strict=True)]
    for row in reversed(range(size)):
        done = dot(columns[row][row + 1 :], solved[row + 1 :])
        solved[row] = (solved[row] - done) / lower[row][row]
    return solved


Feature = tuple[tuple[int, float], ...]
"""The unknowns that an alternative's utility is made of, each with its factor."""


class Priors(Struct, frozen=True, kw_only=True):
    """Standard deviations of the Gaussian priors, in logits; None for no prior."""

    strength: float | None = 2.0
    other: float | None = 3.0
    """Of positions, ties and nothing taken."""
    positions: bool = True
    """Whether the position has an effect at all."""
    own: float = 0.5
    """Of what standing first does to one model more than to all."""


DEFAULT_PRIORS = Priors()
"""Weak: a model that never lost may still be some hundred times as strong."""


class Unknowns(Struct, frozen=True, kw_only=True):
    """Which unknown is where in the vector of all."""

    models: tuple[Model, ...]
    positions: int
    """Positions but the first, whose effect is 0."""
    orders: tuple[bool, ...] = (True,)
    """Whether orders were drawn: each kind that there is has effects of its own. Where
    the order is always the same, the place and the model in it are one, and what stands
    there tells nothing about drawn orders, in which names are often hidden as well."""
    own: bool = False
    """Whether standing first does more to one model than to another."""

    @property
    def shared(self) -> int:
        """Count those that are no model's own effects; they come first."""
        return len(self.models) + self.positions * len(self.orders) + 3

    @property
    def size(self) -> int:
        """Count them all."""
        return self.shared + (len(self.models) if self.own else 0)

    def item(self, number: int, place: int, *, drawn: bool) -> Feature:
        """Give the utility of a model, by its number, at a place, from 0."""
        place = min(place, self.positions)
        before = len(self.models) + self.positions * self.orders.index(drawn)
        effect = ((before + place - 1, 1.0),) if place else ()
        own = ((self.shared + number, self._first(place)),) if self.own else ()
        return ((number, 1.0), *effect, *own)

    def _first(self, place: int) -> float:
        """Give how much of its own effect a model has; 0 on average over the places."""
        return (place == 0) - 1 / (self.positions + 1)

    def none(self, kind: str) -> Feature:
        """Give the utility of taking nothing."""
        return ((self.shared - (3 if kind == "list" else 2), 1.0),)

    @property
    def tie(self) -> Feature:
        """Give the constant of a tie."""
        return ((self.shared - 1, 1.0),)


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
