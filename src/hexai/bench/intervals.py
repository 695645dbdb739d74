"""Means over commits, and how sure they are where they are looked at once; pure.

Tasks of one commit are alike, so a commit is one observation: the mean of its tasks.
Each commit counts the same, since how many tasks it gave is what our limit of three
made of it. The spread between commits is then what a cluster-robust variance is
(Liang and Zeger 1986; for evaluations of models: Miller, arXiv 2411.00640), and the
quantile is that of Student with one degree of freedom less than commits.

That holds where there are many commits and values that differ. With few of either the
interval is too narrow (it held in 67 to 91 of 100 cases), and that of
`bench.bets` is given instead.
"""

from collections import Counter
from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

from hexai.bench.bets import Bounds, bounds
from hexai.domain.estimates import student

MANY = 200
"""Tasks from which on the spread between commits is believed."""
_SAME = 0.8
"""The share of tasks with one and the same value above which it is not."""
_FEW = (12.706, 4.303, 3.182, 2.776, 2.571)
"""Student's 97.5 % quantiles of 1 to 5 degrees of freedom."""


def interval(
    commits: Sequence[float], tasks: Counter[float], *, bound: float = 1.0
) -> Bounds | None:
    """Give the 95 % interval of a mean; None if there are no two commits.

    `commits` are the means of each, `tasks` how often each value of a task was seen.
    """
    if len(commits) < 2:
        return None
    count = tasks.total()
    common = max(tasks.values())
    if count < MANY or common > _SAME * count:
        return bounds(commits, bound=bound)
    return student_interval(commits)


def student_interval(commits: Sequence[float]) -> Bounds:
    """Give the 95 % interval of a mean by the spread between two commits or more."""
    mean, error = mean_and_error(commits)
    half = quantile(len(commits) - 1) * error
    return Bounds(mean - half, mean + half)


def mean_and_error(commits: Sequence[float]) -> tuple[float, float]:
    """Give a mean over two commits or more, and its standard error."""
    count = len(commits)
    mean = sum(commits) / count
    spread = sum((each - mean) ** 2 for each in commits) / (count - 1)
    return mean, sqrt(spread / count)


def quantile(freedom: int) -> float:
    """Give Student's 97.5 % quantile."""
    return _FEW[freedom - 1] if freedom <= len(_FEW) else student(freedom)


def chance_above_zero(commits: Sequence[float]) -> float:
    """Give about how likely a mean is to be above 0, for the commits so far."""
    if len(commits) < 2:
        return 0.5
    mean, error = mean_and_error(commits)
    if not error:
        return 0.5 if not mean else float(mean > 0)
    freedom = len(commits) - 1
    distance = mean / error
    # From Student to normal: Abramowitz and Stegun, 26.7.8.
    scale = (1 - 1 / (4 * freedom)) / sqrt(1 + distance**2 / (2 * freedom))
    return NormalDist().cdf(distance * scale)
