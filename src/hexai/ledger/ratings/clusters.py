"""How much the scores of trials vary, if those of one cluster belong together; pure.

The middle of the sandwich covariance: the outer products of the scores, summed within
each cluster before they are squared (Liang and Zeger 1986).

Trials belong together that share a sitting, or a file. Where each file was worked on in
one sitting only, sittings are the coarser and the clusters, and the other way round.
Else it is both at once: the sum of the two, less that of what shares both (Cameron,
Gelbach and Miller 2011), and no less than either.

With few clusters their sum is too small and itself uncertain. It is too small since the
estimate leans towards each cluster, by its share of all trials, n / N; so its square is
divided by 1 - n / N (Bell and McCaffrey 2002). How wide an interval must be then says
Student's t, with one degree of freedom less than there are clusters. One large file
among many small ones is hardly more than one, so what counts is the effective number of
them, (sum n)^2 / sum n^2 (Kish 1965; Carter, Schnepel and Steigerwald 2017).

Of two clusters t would be right, and of no use: an interval four times as wide. So what
is lacking to a few degrees of freedom is filled up with what is usual (moderated t;
Smyth 2004). The outer products are made larger by the square of what t is more than
normal, so that whoever uses them need not know.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from operator import mul

from hexai.ledger.ratings.matrices import Matrix, Vector, zeros
from hexai.ledger.ratings.trials import Trials

QUANTILE = 1.959964
"""Of the normal distribution, for 95 %."""
_ALIKE = 0.03
"""How alike two scores of one cluster usually are, as a correlation."""
_ENOUGH = 4.5
"""Degrees of freedom from which clusters are taken at their word."""


def outer_products(trials: Trials, scores: Mapping[int, Vector], size: int) -> Matrix:
    """Sum them over the clusters, corrected for there being few.

    `scores` are by the number of the outcome. What has neither sitting nor file is a
    cluster of its own.
    """
    sittings, files = trials.sittings, trials.clusters
    both = [*zip(sittings, files, strict=True)]
    cells = len({*both})
    if not any(sittings) or (any(files) and cells == len({*sittings})):
        return _one_way(trials, files, scores, size)
    if not any(files) or cells == len({*files}):
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
    lacking = max(0.0, _ENOUGH - freedom)
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
