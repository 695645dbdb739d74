r"""Strengths of models from what was chosen among them; pure.

A list of suggestions is one choice among its items and "none", not a set of duels: to
split it into pairs counts the same click several times. So lists and votes are one
conditional logit (McFadden 1974; top-1 Plackett-Luce). Every alternative of a trial
has a utility, linear in the unknowns, and is chosen with a probability that is
proportional to its exponential:

    item at position k      theta_m + beta_k      (mean of theta, if several gave it)
    nothing taken, bad      gamma                 (one for lists, one for votes)
    tie of K items          tau + mean of their utilities

For two items and no "none", the tie makes it Davidson's model (Davidson 1970, with
log nu = tau); without ties it is Bradley and Terry's, and `beta` is the effect that
what stands first is taken more often.

The unknowns have weak Gaussian priors, so that an unbeaten model stays finite. Only
differences of strengths mean anything, so the strengths of models that are connected
by comparisons sum to zero. The logarithm of the likelihood is concave; Newton's method
with halved steps finds its maximum.

Intervals come from the sandwich H^-1 (M + P) H^-1: H is the curvature, M the outer
products of the scores summed within each cluster (Liang and Zeger 1986), since what is
chosen in one file is not independent, and P the precision of the priors, so that what
the data do not tell keeps its prior's width instead of none. Few trials that all went
one way have scores near zero, and a sandwich that is much too sure; so H^-1, which
trusts the model instead, is taken where it is the wider of the two.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import exp, log

from msgspec import Struct

from hexai.domain.ranking import Model
from hexai.ledger.clusters import outer_products
from hexai.ledger.matrices import Matrix, Vector, apply, dot, inverse, product, zeros
from hexai.ledger.trials import Instead, Outcome, Pattern, Trials
from hexai.ledger.unknowns import DEFAULT_PRIORS, Feature, Priors, Unknowns

_STEPS = 60
_CLOSE = 1e-9
_TIE_TOGETHER = 1e3
"""The weight with which strengths are held to a sum of zero."""


class Fit(Struct, frozen=True, kw_only=True):
    """The most plausible values of all unknowns, and how sure they are."""

    unknowns: Unknowns
    values: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]

    @property
    def strengths(self) -> dict[Model, float]:
        """The models' strengths in logits; they sum to zero."""
        return dict(zip(self.unknowns.models, self.values, strict=False))

    def variance(self, contrast: Mapping[Model, float]) -> float:
        """Give the variance of a weighted sum of strengths."""
        places = {model: i for i, model in enumerate(self.unknowns.models)}
        weights = [0.0] * self.unknowns.size
        for model, weight in contrast.items():
            weights[places[model]] = weight
        return dot(weights, apply([list(row) for row in self.covariance], weights))


def fit(trials: Trials, priors: Priors = DEFAULT_PRIORS) -> Fit:
    """Find the strengths of all models in the trials.

    The models should be connected (see `ledger.connection`): between groups that never
    met, only the priors compare.
    """
    totals = Counter(trials.numbers)
    counts = {trials.outcomes[number]: count for number, count in totals.items()}
    unknowns = _unknowns(counts, priors)
    kinds = _kinds(counts, unknowns)
    precision = _precision(unknowns, priors)
    values = _maximise(kinds, precision, unknowns)
    bread = inverse(_curvature(kinds, precision, values))
    scores = _scores(kinds, values)
    found = {number: scores[trials.outcomes[number]] for number in totals}
    meat = outer_products(trials, found, unknowns.size)
    for row, weights in enumerate(precision):
        for column, weight in enumerate(weights):
            meat[row][column] += weight
    sandwich = product(product(bread, meat), bread)
    models = range(len(unknowns.models))
    covariance = max(bread, sandwich, key=lambda each: sum(each[i][i] for i in models))
    return Fit(
        unknowns=unknowns,
        values=tuple(values),
        covariance=tuple(tuple(row) for row in covariance),
    )


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


def _unknowns(counts: Iterable[Outcome], priors: Priors) -> Unknowns:
    models: set[Model] = set()
    longest = 1
    for pattern, _choice in counts:
        models.update(model for item in pattern.items for model in item)
        longest = max(longest, len(pattern.items))
    positions = longest - 1 if priors.positions else 0
    return Unknowns(models=tuple(sorted(models)), positions=positions)


def _kinds(counts: Mapping[Outcome, int], unknowns: Unknowns) -> dict[Pattern, _Kind]:
    """Group by pattern; "none" and ties are only possible where some were seen."""
    seen: set[tuple[str, int]] = {
        (p.kind, choice) for p, choice in counts if choice < 0
    }
    kinds: dict[Pattern, _Kind] = {}
    for (pattern, choice), count in counts.items():
        kind = kinds.get(pattern)
        if kind is None:
            kind = _Kind(_alternatives(pattern, unknowns, seen), {}, 0)
        chosen = {**kind.chosen, choice: count}
        kinds[pattern] = _Kind(kind.alternatives, chosen, kind.total + count)
    return kinds


def _alternatives(
    pattern: Pattern, unknowns: Unknowns, seen: set[tuple[str, int]]
) -> dict[int, Feature]:
    places = {model: i for i, model in enumerate(unknowns.models)}
    found: dict[int, Feature] = {}
    for place, item in enumerate(pattern.items):
        strengths = tuple((places[model], 1 / len(item)) for model in item)
        found[place] = strengths + unknowns.position(place)
    share = 1 / len(pattern.items)
    mean = tuple((i, f * share) for each in found.values() for i, f in each)
    if (pattern.kind, Instead.NONE) in seen:
        found[Instead.NONE] = unknowns.none(pattern.kind)
    if (pattern.kind, Instead.TIE) in seen:
        found[Instead.TIE] = mean + unknowns.tie
    return found


def _precision(unknowns: Unknowns, priors: Priors) -> Matrix:
    precision = zeros(unknowns.size)
    for i in range(unknowns.size):
        width = priors.strength if i < len(unknowns.models) else priors.other
        # Without a prior an unknown that nothing tells about still needs a value.
        precision[i][i] = 1e-9 if width is None else width**-2
    return precision


def _log_likelihood(
    kinds: Mapping[Pattern, _Kind], precision: Matrix, values: Vector, models: int
) -> float:
    found = -dot(values, apply(precision, values)) / 2
    found -= _TIE_TOGETHER * sum(values[:models]) ** 2 / 2
    for kind in kinds.values():
        probabilities = kind.probabilities(values)
        found += sum(n * log(probabilities[c] + 1e-300) for c, n in kind.chosen.items())
    return found


def _maximise(
    kinds: Mapping[Pattern, _Kind], precision: Matrix, unknowns: Unknowns
) -> Vector:
    models = len(unknowns.models)
    values = [0.0] * unknowns.size
    reached = _log_likelihood(kinds, precision, values, models)
    for _ in range(_STEPS):
        slope = _gradient(kinds, precision, values, models)
        curvature = _curvature(kinds, precision, values)
        _add_ones(curvature, models)
        step = apply(inverse(curvature), slope)
        tried, gained = values, reached
        for _halving in range(30):
            tried = [v + s for v, s in zip(values, step, strict=True)]
            gained = _log_likelihood(kinds, precision, tried, models)
            if gained >= reached:
                break
            step = [s / 2 for s in step]
        values, reached = tried, gained
        if max(map(abs, step)) < _CLOSE:
            break
    return values


def _gradient(
    kinds: Mapping[Pattern, _Kind], precision: Matrix, values: Vector, models: int
) -> Vector:
    together = _TIE_TOGETHER * sum(values[:models])
    slope = [-v for v in apply(precision, values)]
    for i in range(models):
        slope[i] -= together
    for kind in kinds.values():
        mean = kind.expected(kind.probabilities(values), len(values))
        for i, expected in enumerate(mean):
            slope[i] -= kind.total * expected
        for choice, count in kind.chosen.items():
            for i, factor in kind.alternatives[choice]:
                slope[i] += count * factor
    return slope


def _curvature(
    kinds: Mapping[Pattern, _Kind], precision: Matrix, values: Sequence[float]
) -> Matrix:
    found = [list(row) for row in precision]
    for kind in kinds.values():
        probabilities = kind.probabilities(values)
        mean = kind.expected(probabilities, len(values))
        used = [i for i, expected in enumerate(mean) if expected]
        for i in used:
            for j in used:
                found[i][j] -= kind.total * mean[i] * mean[j]
        for choice, feature in kind.alternatives.items():
            weight = kind.total * probabilities[choice]
            for i, one in feature:
                for j, other in feature:
                    found[i][j] += weight * one * other
    return found


def _add_ones(matrix: Matrix, models: int) -> None:
    for i in range(models):
        for j in range(models):
            matrix[i][j] += _TIE_TOGETHER


def _scores(kinds: Mapping[Pattern, _Kind], values: Vector) -> dict[Outcome, Vector]:
    """Give the slope of each outcome's log-likelihood."""
    scores = {}
    for pattern, kind in kinds.items():
        mean = kind.expected(kind.probabilities(values), len(values))
        for choice in kind.chosen:
            score = [-expected for expected in mean]
            for i, factor in kind.alternatives[choice]:
                score[i] += factor
            scores[pattern, choice] = score
    return scores
