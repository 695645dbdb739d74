"""How much the scores of trials vary, if those of one cluster belong together; pure.

The middle of the sandwich covariance: the outer products of the scores, summed within
each cluster before they are squared (Liang and Zeger 1986).

With few clusters their sum is itself uncertain. Student's t, and not the normal
distribution, then says how wide an interval must be, with one degree of freedom less
than there are clusters. One large file among many small ones is hardly more than one,
so what counts is the effective number of them, (sum n)^2 / sum n^2 (Kish 1965; Carter,
Schnepel and Steigerwald 2017). The outer products are made larger by the square of what
t is more than normal, so that whoever uses them need not know.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from operator import mul

from hexai.ledger.ratings.matrices import Matrix, Vector, zeros
from hexai.ledger.ratings.trials import Trials

QUANTILE = 1.959964
"""Of the normal distribution, for 95 %."""


def outer_products(trials: Trials, scores: Mapping[int, Vector], size: int) -> Matrix:
    """Sum them over the clusters, corrected for there being few.

    `scores` are by the number of the outcome. A trial without a cluster is one.
    """
    files: defaultdict[str, list[int]] = defaultdict(list)
    for number, cluster in zip(trials.numbers, trials.clusters, strict=True):
        files[cluster].append(number)
    alone = Counter(files.pop("", ()))
    alone.update(numbers[0] for numbers in files.values() if len(numbers) == 1)
    together = [numbers for numbers in files.values() if len(numbers) > 1]
    found = _squared([_summed(scores, numbers) for numbers in together], size)
    for number, count in alone.items():
        add_outer(found, scores[number], count)
    clusters = len(together) + alone.total()
    squares = alone.total() + sum(len(numbers) ** 2 for numbers in together)
    correction = clusters / max(1, clusters - 1)
    if together:
        correction *= _few(len(trials.numbers) ** 2 / squares)
    return [[correction * part for part in row] for row in found]


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


def _few(effective: float) -> float:
    """Give the factor by which few clusters make a variance uncertain.

    Student's quantile by the expansion of Abramowitz and Stegun (1964), 26.7.5.
    """
    freedom = max(1.0, effective - 1)
    z = QUANTILE
    student = z + (z**3 + z) / (4 * freedom)
    student += (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
    return (student / z) ** 2


def add_outer(matrix: Matrix, vector: Vector, weight: float) -> None:
    """Add the weighted products of all two elements."""
    used = [(i, part) for i, part in enumerate(vector) if part]
    for i, one in used:
        row, weighted = matrix[i], weight * one
        for j, other in used:
            row[j] += weighted * other
