"""Means over commits."""

from collections import Counter
from random import Random
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from hexai.bench.bets import bounds
from hexai.bench.intervals import (
    chance_above_zero,
    interval,
    mean_and_error,
    quantile,
    student_interval,
)


def drawn(seed: int, commits: int) -> list[list[float]]:
    """Draw tasks of commits, of one to three, alike within a commit."""
    dice = Random(seed)
    return [
        [effect + dice.gauss(0.3, 0.3) for _ in range(dice.randint(1, 3))]
        for effect in (dice.gauss(0, 0.2) for _ in range(commits))
    ]


def fitted(commits: list[list[float]]) -> Any:
    """Fit a mean with cluster-robust errors, each commit counting the same."""
    tasks = np.array([task for commit in commits for task in commit])
    weights = np.array([1 / len(commit) for commit in commits for _ in commit])
    groups = np.repeat(np.arange(len(commits)), [len(commit) for commit in commits])
    model = sm.WLS(tasks, np.ones_like(tasks), weights=weights)
    return model.fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)


@pytest.mark.parametrize("commits", [2, 3, 5, 12, 70, 400])
def test_a_mean_is_statsmodels(commits: int) -> None:
    """Mean, error and interval are those of weighted, cluster-robust least squares."""
    data = drawn(commits, commits)
    means = [sum(commit) / len(commit) for commit in data]
    expected = fitted(data)
    low, high = expected.conf_int()[0]

    mean, error = mean_and_error(means)
    found = student_interval(means)

    assert mean == pytest.approx(expected.params[0])
    # statsmodels counts tasks in its correction for few of them, which has no sense
    # for a mean: (N - 1) / (N - 1) is 1 here, and G / (G - 1) the whole of it.
    assert error == pytest.approx(expected.bse[0])
    assert found.low == pytest.approx(low, rel=2e-3, abs=2e-3)
    assert found.high == pytest.approx(high, rel=2e-3, abs=2e-3)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 9, 40, 1000])
def test_quantiles_are_students(freedom: int) -> None:
    """The quantile is that of the distribution, from one degree of freedom on."""
    assert quantile(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), abs=2e-3)


@pytest.mark.parametrize("mean", [-0.3, -0.05, 0.0, 0.02, 0.2])
def test_a_chance_is_students(mean: float) -> None:
    """How likely a mean is above 0 is what Student's distribution says."""
    values = [mean + each for each in (-0.3, 0.1, 0.2, -0.1, 0.05, 0.15, -0.2, 0.1)]
    average, error = mean_and_error(values)

    assert chance_above_zero(values) == pytest.approx(
        stats.t.cdf(average / error, len(values) - 1), abs=0.01
    )


@pytest.mark.parametrize(
    ("values", "chance"),
    [([], 0.5), ([0.4], 0.5), ([0.0] * 9, 0.5), ([0.1] * 9, 1.0), ([-0.1] * 9, 0.0)],
)
def test_what_does_not_differ_is_sure_or_says_nothing(
    values: list[float], chance: float
) -> None:
    """Values without a spread leave no doubt about their sign."""
    assert chance_above_zero(values) == pytest.approx(chance, abs=1e-3)


def test_one_commit_says_nothing_of_others() -> None:
    """Without a second commit nobody knows how much they differ."""
    assert interval([0.4], Counter([0.2, 0.6])) is None


def test_few_tasks_have_the_interval_of_a_sequence() -> None:
    """Below 200 tasks the spread between commits is not believed."""
    dice = Random(2)
    tasks = [dice.uniform(-0.5, 1) for _ in range(200)]

    assert interval(tasks[:199], Counter(tasks[:199])) == bounds(tasks[:199], bound=1)
    assert interval(tasks, Counter(tasks)) == student_interval(tasks)


def test_values_that_are_mostly_the_same_have_that_of_a_sequence() -> None:
    """With over 80 % zeros the spread between commits is not believed either."""
    dice = Random(3)
    others = [dice.uniform(-0.5, 1) for _ in range(60)]
    few, many = [0.0] * 240 + others, [0.0] * 241 + others[:59]

    assert interval(few, Counter(few)) == student_interval(few)
    assert interval(many, Counter(many)) == bounds(many, bound=1)
