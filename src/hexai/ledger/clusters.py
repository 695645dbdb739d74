"""How much the scores of trials vary, if those of one cluster belong together; pure.

The middle of the sandwich covariance: the outer products of the scores, summed within
each cluster before they are squared (Liang and Zeger 1986).
"""

from collections import Counter
from collections.abc import Mapping
from operator import add

from hexai.ledger.matrices import Matrix, Vector, zeros
from hexai.ledger.trials import Trials


def outer_products(trials: Trials, scores: Mapping[int, Vector], size: int) -> Matrix:
    """Sum them over the clusters, corrected for there being few.

    `scores` are by the number of the outcome. A trial without a cluster is one.
    """
    sizes = Counter(trials.clusters)
    sizes[""] = 1
    sums: dict[str, Vector] = {}
    alone: Counter[int] = Counter()
    for number, cluster in zip(trials.numbers, trials.clusters, strict=True):
        if sizes[cluster] == 1:
            alone[number] += 1
        elif (total := sums.get(cluster)) is not None:
            sums[cluster] = [*map(add, total, scores[number])]
        else:
            sums[cluster] = scores[number]
    found = zeros(size)
    for number, count in alone.items():
        _add_outer(found, scores[number], count)
    for vector in sums.values():
        _add_outer(found, vector, 1)
    clusters = len(sums) + alone.total()
    correction = clusters / (clusters - 1) if clusters > 1 else 1.0
    return [[correction * part for part in row] for row in found]


def _add_outer(matrix: Matrix, vector: Vector, weight: float) -> None:
    used = [(i, part) for i, part in enumerate(vector) if part]
    for i, one in used:
        row, weighted = matrix[i], weight * one
        for j, other in used:
            row[j] += weighted * other
