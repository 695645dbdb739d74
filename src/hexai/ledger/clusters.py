"""How much the scores of trials vary, if those of one cluster belong together; pure.

The middle of the sandwich covariance: the outer products of the scores, summed within
each cluster before they are squared (Liang and Zeger 1986).
"""

from collections.abc import Mapping

from hexai.ledger.matrices import Matrix, Vector, zeros


def outer_products(
    rows: Mapping[tuple[int, str], int], scores: Mapping[int, Vector], size: int
) -> Matrix:
    """Sum them over the clusters, corrected for there being few.

    `rows` counts trials by the number of their outcome, and by cluster; `""` is none,
    so that each of its trials stands alone.
    """
    sums: dict[str, Vector] = {}
    found, number = zeros(size), 0
    for (outcome, cluster), count in rows.items():
        if not cluster:
            _add_outer(found, scores[outcome], count)
            number += count
            continue
        total = sums.get(cluster)
        if total is None:
            sums[cluster] = [count * part for part in scores[outcome]]
            continue
        for i, part in enumerate(scores[outcome]):
            total[i] += count * part
    for vector in sums.values():
        _add_outer(found, vector, 1)
    number += len(sums)
    correction = number / (number - 1) if number > 1 else 1.0
    return [[correction * part for part in row] for row in found]


def _add_outer(matrix: Matrix, vector: Vector, weight: float) -> None:
    used = [(i, part) for i, part in enumerate(vector) if part]
    for i, one in used:
        row, weighted = matrix[i], weight * one
        for j, other in used:
            row[j] += weighted * other
