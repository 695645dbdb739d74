"""Strengths of models from what was chosen among them, and how sure they are; pure.

The most plausible values are found by Newton's method; how sure they are tells the
sandwich covariance, whose middle sums within clusters before it squares.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from math import log
from operator import mul

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.estimates import QUANTILE
from hexai.domain.ranking import Model
from hexai.ledger.ratings.likelihood import (
    DEFAULT_PRIORS,
    Likelihood,
    Matrix,
    Priors,
    Unknowns,
    Vector,
    apply,
    dot,
    inverse,
    log_determinant,
    product,
    zeros,
)
from hexai.ledger.ratings.trials import Outcome, Trials

# A list of suggestions is one choice among its items and "none", not a set of duels: to
# split it into pairs counts the same click several times. So lists and votes are one
# conditional logit (McFadden 1974; top-1 Plackett-Luce). Every alternative of a trial
# has a utility, linear in the unknowns, and is chosen with a probability that is
# proportional to its exponential:
#
#     item at position k      theta_m + beta_k      (mean over all models that gave it)
#     nothing taken, bad      gamma                 (one for lists, one for votes)
#     tie of K items          tau + mean of their utilities
#
# For two items and no "none", the tie makes it Davidson's model (Davidson 1970, with
# log nu = tau); without ties it is Bradley and Terry's, and `beta` is the effect that
# what stands first is taken more often.
#
# Standing first may help one model more than another. Then an item's utility has a term
# more, delta_m times 1 at the first of K positions and 0 elsewhere, less 1/K, so that a
# strength remains what it is on average over all positions. These terms are in the
# model once there are choices enough to tell them, or once they are shown to be needed:
# by the marginal likelihood with them over that without (Laplace's approximation; Kass
# and Raftery 1995), a betting score as in `ratings.bets`, with the same limit. Of
# two models nobody can tell what the first place does to one from what the others do to
# the other, and the difference of their strengths does not depend on it.
#
# The unknowns have weak Gaussian priors, so that an unbeaten model stays finite. Only
# differences of strengths mean anything, so the strengths of models that are connected
# by comparisons sum to zero. The logarithm of the likelihood is concave; Newton's
# method with halved steps finds its maximum.
#
# Intervals come from the sandwich H^-1 (M + P) H^-1: H is the curvature, M the outer
# products of the scores summed within each cluster (Liang and Zeger 1986), since what
# is chosen in one sitting or in one file is not independent, and P the precision of the
# priors, so that what the data do not tell keeps its prior's width instead of none. Few
# trials that all went one way have scores near zero, and a sandwich that is much too
# sure; so H^-1, which trusts the model instead, is taken where it is the wider of the
# two.
#
# Orders that were drawn and orders that were not have positions' effects of their own.

_STEPS = 60
_CLOSE = 1e-9
_ENOUGH = 500
"""Choices from which what standing first does may be each model's own."""
_UNEVEN_AT = 20.0
"""How many times likelier the choices are if it is, so that fewer will do."""


class Fit(Struct, frozen=True, kw_only=True):
    """The most plausible values of all unknowns, and how sure they are."""

    unknowns: Unknowns
    values: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    uneven: bool = False
    """Whether standing first is shown to do more to some models than to others."""

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

    def first_effect(self, model: Model) -> float | None:
        """Give what standing first does to a model, against the other positions.

        In logits; None where it is taken to be the same for all.
        """
        if not self.unknowns.own:
            return None
        number, positions = self.unknowns.models.index(model), self.unknowns.positions
        others = self.values[len(self.unknowns.models) :][:positions]
        return self.values[self.unknowns.shared + number] - sum(others) / positions


def fit(trials: Trials, priors: Priors = DEFAULT_PRIORS) -> Fit:
    """Find the strengths of all models in the trials.

    The models should be connected (see `ratings.trials`): between groups that never
    met, only the priors compare.
    """
    totals = Counter(trials.numbers)
    counts = {trials.outcomes[number]: count for number, count in totals.items()}
    unknowns = _unknowns(counts, priors)
    shared = _maximum(Likelihood(counts, unknowns, priors))
    if unknowns.positions == 0 or len(unknowns.models) < 3:
        return _with_covariance(shared, _middle(shared, trials))
    with_own = Likelihood(counts, replace(unknowns, own=True), priors)
    own = _maximum(with_own, shared.values)
    middle = _middle(own, trials)
    effect = _design_effect(own, middle, totals, trials.outcomes)
    uneven = _log_score(own, shared, effect, priors) >= log(_UNEVEN_AT)
    chosen = sum(count for (_pattern, item), count in counts.items() if item >= 0)
    if uneven or chosen > _ENOUGH:
        return replace(_with_covariance(own, middle), uneven=uneven)
    return _with_covariance(shared, _middle(shared, trials))


class _Maximum(Struct, frozen=True):
    """Where a likelihood is highest."""

    likelihood: Likelihood
    values: Vector
    reached: float
    """The logarithm of the likelihood there."""
    curvature: Matrix
    bread: Matrix
    """The inverse of the curvature."""


def _unknowns(counts: Iterable[Outcome], priors: Priors) -> Unknowns:
    patterns = [pattern for pattern, _choice in counts]
    models = frozenset[Model]().union(*(pattern.models for pattern in patterns))
    longest = max((len(pattern.items) for pattern in patterns), default=1)
    return Unknowns(
        models=tuple(sorted(models)),
        positions=longest - 1 if priors.positions else 0,
        orders=tuple(sorted({pattern.drawn for pattern in patterns}, reverse=True)),
    )


def _maximum(likelihood: Likelihood, start: Sequence[float] = ()) -> _Maximum:
    """Find it by Newton's method; `start` are the first of the values, where known."""
    values = [*start, *[0.0] * (likelihood.unknowns.size - len(start))]
    reached = likelihood.log(values)
    for _ in range(_STEPS):
        curvature = likelihood.curvature(values, together=True)
        step = apply(inverse(curvature), likelihood.gradient(values))
        tried, gained = values, reached
        for _halving in range(30):
            tried = [v + s for v, s in zip(values, step, strict=True)]
            gained = likelihood.log(tried)
            if gained >= reached:
                break
            step = [s / 2 for s in step]
        values, reached = tried, gained
        if max(map(abs, step)) < _CLOSE:
            break
    curvature = likelihood.curvature(values)
    return _Maximum(likelihood, values, reached, curvature, inverse(curvature))


def _middle(found: _Maximum, trials: Trials) -> Matrix:
    """Give how much the scores vary, without the priors."""
    scores = found.likelihood.scores(found.values)
    used = {number: scores[trials.outcomes[number]] for number in {*trials.numbers}}
    return outer_products(trials, used, len(found.values))


def _with_covariance(found: _Maximum, middle: Matrix) -> Fit:
    for i, precision in enumerate(found.likelihood.precision):
        middle[i][i] += precision
    sandwich = product(product(found.bread, middle), found.bread)
    models = range(len(found.likelihood.unknowns.models))
    covariance = max(
        found.bread, sandwich, key=lambda each: sum(each[i][i] for i in models)
    )
    return Fit(
        unknowns=found.likelihood.unknowns,
        values=tuple(found.values),
        covariance=tuple(tuple(row) for row in covariance),
    )


def _design_effect(
    found: _Maximum, middle: Matrix, totals: Mapping[int, int], outcomes: list[Outcome]
) -> float:
    """Give how much more the own effects vary than if all trials were independent.

    The mean generalised design effect (Rao and Scott 1981); at least 1.
    """
    scores = found.likelihood.scores(found.values)
    alone = zeros(len(found.values))
    for number, count in totals.items():
        add_outer(alone, scores[outcomes[number]], count)
    own = range(found.likelihood.unknowns.shared, len(found.values))
    together, apart = (
        product(product(found.bread, each), found.bread) for each in (middle, alone)
    )
    return max(1.0, sum(together[i][i] for i in own) / sum(apart[i][i] for i in own))


def _log_score(own: _Maximum, shared: _Maximum, effect: float, priors: Priors) -> float:
    """Give the logarithm of the score for effects of their own, against shared ones.

    The likelihood is the `effect`th root of itself, as if there were fewer trials.
    """
    gained = (own.reached - shared.reached) / effect
    widths = log_determinant(shared.curvature) - log_determinant(own.curvature)
    terms = len(own.values) - len(shared.values)
    return gained + widths / 2 - terms * log(priors.own)


# The middle of the sandwich covariance: the outer products of the scores, summed within
# each cluster before they are squared (Liang and Zeger 1986).
#
# Trials belong together that share a sitting, or a file. Where each file was worked on
# in one sitting only, sittings are the coarser and the clusters, and the other way
# round. Else it is both at once: the sum of the two, less that of what shares both
# (Cameron, Gelbach and Miller 2011), and no less than either.
#
# With few clusters their sum is too small and itself uncertain. It is too small since
# the estimate leans towards each cluster, by its share of all trials, n / N; so its
# square is divided by 1 - n / N (Bell and McCaffrey 2002). How wide an interval must be
# then says Student's t, with one degree of freedom less than there are clusters. One
# large file among many small ones is hardly more than one, so what counts is the
# effective number of them, (sum n)^2 / sum n^2 (Kish 1965; Carter, Schnepel and
# Steigerwald 2017).
#
# Of two clusters t would be right, and of no use: an interval four times as wide. So
# what is lacking to a few degrees of freedom is filled up with what is usual (moderated
# t; Smyth 2004). The outer products are made larger by the square of what t is more
# than normal, so that whoever uses them need not know.

_ALIKE = 0.03
"""How alike two scores of one cluster usually are, as a correlation."""
_ENOUGH_FREEDOM = 4.5
"""Degrees of freedom from which clusters are taken at their word."""


def outer_products(trials: Trials, scores: Mapping[int, Vector], size: int) -> Matrix:
    """Sum them over the clusters, corrected for there being few.

    `scores` are by the number of the outcome. What has neither sitting nor file is a
    cluster of its own.
    """
    sittings, files = trials.sittings, trials.clusters
    if not any(sittings):
        return _one_way(trials, files, scores, size)
    if not any(files):
        return _one_way(trials, sittings, scores, size)
    both = [*zip(sittings, files, strict=True)]
    cells = len({*both})
    if cells == len({*sittings}):
        return _one_way(trials, files, scores, size)
    if cells == len({*files}):
        return _one_way(trials, sittings, scores, size)
    by_sitting = _one_way(trials, sittings, scores, size)
    by_file = _one_way(trials, files, scores, size)
    by_both = _one_way(
        trials, [cell if all(cell) else "" for cell in both], scores, size
    )
    crossed = [
        [a + b - c for a, b, c in zip(*rows, strict=True)]
        for rows in zip(by_sitting, by_file, by_both, strict=True)
    ]
    return max(crossed, by_sitting, by_file, key=_trace)


def _trace(matrix: Matrix) -> float:
    return sum(matrix[i][i] for i in range(len(matrix)))


def _one_way(
    trials: Trials,
    clusters: Iterable[Hashable],
    scores: Mapping[int, Vector],
    size: int,
) -> Matrix:
    """Sum the outer products over clusters; the empty one is many of one trial."""
    members: defaultdict[Hashable, list[int]] = defaultdict(list)
    for number, cluster in zip(trials.numbers, clusters, strict=True):
        members[cluster].append(number)
    alone = Counter(members.pop("", ()))
    alone.update(numbers[0] for numbers in members.values() if len(numbers) == 1)
    together = [numbers for numbers in members.values() if len(numbers) > 1]
    found = _squared([_summed(scores, numbers) for numbers in together], size)
    for number, count in alone.items():
        add_outer(found, scores[number], count)
    if not together:
        factor = alone.total() / max(1, alone.total() - 1)
        return [[factor * part for part in row] for row in found]
    sizes = [*(len(numbers) for numbers in together), *[1] * alone.total()]
    usual = zeros(size)
    for number, count in Counter(trials.numbers).items():
        add_outer(usual, scores[number], count)
    return _drawn_together(found, usual, sizes)


def _drawn_together(found: Matrix, usual: Matrix, sizes: Sequence[int]) -> Matrix:
    """Draw what clusters show towards what is usual, and allow for there being few.

    `usual` are the outer products of trials that are independent.
    """
    total, squares = sum(sizes), sum(size**2 for size in sizes)
    effect = 1 + _ALIKE * (squares / total - 1)
    freedom = max(0.0, total**2 / squares - 1)
    lacking = max(0.0, _ENOUGH_FREEDOM - freedom)
    known = freedom + lacking
    widen = (_student(known) / QUANTILE) ** 2 / known
    shown = freedom * _leaning(sizes, total) / squares
    return [
        [widen * (shown * a + lacking * effect * b) for a, b in zip(*rows, strict=True)]
        for rows in zip(found, usual, strict=True)
    ]


def _leaning(sizes: Sequence[int], total: int) -> float:
    """Sum squares of sizes, each for as much as the estimate leans towards it."""
    return sum(size**2 / (1 - size / total) for size in sizes if size < total)


def _summed(scores: Mapping[int, Vector], numbers: Sequence[int]) -> Vector:
    return [*map(sum, zip(*(scores[number] for number in numbers), strict=True))]


def _squared(vectors: Sequence[Vector], size: int) -> Matrix:
    """Sum the outer products of many vectors."""
    found = zeros(size)
    columns = [*enumerate(zip(*vectors, strict=True))]
    for i, one in columns:
        for j, other in columns[: i + 1]:
            found[i][j] = found[j][i] = sum(map(mul, one, other))
    return found


def _student(freedom: float) -> float:
    """Give Student's quantile for 95 %.

    By the expansion of Abramowitz and Stegun (1964), 26.7.5, which is right to 0.001
    from `_ENOUGH` degrees of freedom on.
    """
    z = QUANTILE
    student = z + (z**3 + z) / (4 * freedom)
    student += (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
    return student + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)


def add_outer(matrix: Matrix, vector: Vector, weight: float) -> None:
    """Add the weighted products of all two elements."""
    used = [(i, part) for i, part in enumerate(vector) if part]
    for i, one in used:
        row, weighted = matrix[i], weight * one
        for j, other in used:
            row[j] += weighted * other
