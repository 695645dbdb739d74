"""How sure estimates are, beside scipy and by simulation."""

from math import exp, inf
from random import Random

import pytest
from msgspec.structs import astuple
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from hexai.domain.estimates import Estimate, Sum, price, share, student, wilson

USERS = 1500


@pytest.mark.parametrize("freedom", [5, 6, 9, 20, 100, 1000])
def test_quantiles_of_student_are_those_of_scipy(freedom: int) -> None:
    """From the fewest sittings on that are believed."""
    assert student(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), abs=0.003)


@pytest.mark.parametrize(("part", "whole"), [(0, 7), (1, 50), (5, 50), (50, 50)])
def test_an_interval_is_that_of_statsmodels(part: int, whole: int) -> None:
    """Wilson's, also where nothing or everything was taken."""
    expected = proportion_confint(part, whole, method="wilson")

    assert wilson(part / whole, whole, 1.959964) == pytest.approx(expected, abs=1e-6)


def covered(users: list[list[Sum]], true: float) -> float:
    """Give how often the interval of a share holds the true one."""
    found = [share(sums) for sums in users]
    return sum(e is not None and e.low <= true <= e.high for e in found) / len(found)


def sitting(dice: Random, lists: int, true: float, alike: float) -> Sum:
    """Sit once: its own share is drawn around the true one, then its lists."""
    if not alike:
        return Sum(sum(dice.random() < true for _ in range(lists)), lists)
    own = dice.betavariate(true * (1 / alike - 1), (1 - true) * (1 / alike - 1))
    return Sum(sum(dice.random() < own for _ in range(lists)), lists)


@pytest.mark.parametrize("alike", [0.0, 0.1, 0.3])
@pytest.mark.parametrize("sittings", [8, 20, 60])
def test_intervals_hold_the_true_share(sittings: int, alike: float) -> None:
    """However alike the lists of one sitting are: in 92 to 98.5 of 100 cases."""
    dice = Random(sittings)
    users = [
        [sitting(dice, dice.randrange(5, 15), 0.3, alike) for _ in range(sittings)]
        for _ in range(USERS)
    ]

    assert 0.92 <= covered(users, 0.3) <= 0.985


def test_lists_that_are_alike_are_less_sure() -> None:
    """All or nothing of each sitting is as good as one list a sitting."""
    mixed = share([Sum(5, 10)] * 20)
    moody = share([Sum(10, 10), Sum(0, 10)] * 10)

    assert mixed is not None
    assert moody is not None
    assert (mixed.value, moody.value) == (0.5, 0.5)
    assert not moody.is_rough
    assert moody.high - moody.low > 3 * (mixed.high - mixed.low)


@pytest.mark.parametrize(
    ("sums", "is_known"), [([Sum(5, 10)] * 5, True), ([Sum(50, 100)] * 9, False)]
)
def test_few_sittings_make_a_rough_estimate(sums: list[Sum], is_known: bool) -> None:
    """Nobody can tell yet how alike lists of one sitting are."""
    found = share(sums, is_known=is_known)

    assert found is not None
    assert found.is_rough


def test_of_nothing_there_is_no_share() -> None:
    """It is not 0."""
    assert share([]) is None
    assert share([Sum(0, 0)]) is None


def test_a_price_rises_as_the_share_falls() -> None:
    """And has no upper end where nothing may have been taken."""
    half = Estimate(value=0.5, low=0.25, high=1.0)
    unknown = Estimate(value=0.1, low=0.0, high=0.2, is_rough=True)
    alike = [Sum(2.0, 1), Sum(4.0, 2), Sum(2.0, 1)]

    ends = price(alike, half), price(alike, unknown)

    assert [astuple(each) for each in ends] == [
        (4.0, pytest.approx(2.0), pytest.approx(8.0), False),
        (20.0, pytest.approx(10.0), inf, True),
    ]


def test_what_was_free_costs_nothing() -> None:
    """However little of it was taken."""
    taken = Estimate(value=0.1, low=0.0, high=0.2)

    assert price([Sum(0, 5), Sum(0, 3)], taken) == Estimate(value=0, low=0, high=0)


@pytest.mark.parametrize(
    ("taken", "answers", "prompts", "lists"),
    [(0.5, 0.0, 0.0, 10), (0.5, 1.0, 0.0, 10), (0.8, 0.6, 0.0, 5), (0.5, 0.6, 0.4, 10)],
    ids=["one price", "answers differ", "mostly taken", "sittings differ"],
)
def test_intervals_hold_the_true_price(
    taken: float, answers: float, prompts: float, lists: int
) -> None:
    """Of 20 sittings, whatever answers cost and however long prompts are."""
    dice = Random(5)
    true = exp((answers**2 + prompts**2) / 2) / taken

    def holds() -> bool:
        accepted, spent = [], []
        for _ in range(20):
            long = exp(dice.gauss(0, prompts))
            costs = [long * exp(dice.gauss(0, answers)) for _ in range(lists)]
            accepted.append(Sum(sum(dice.random() < taken for _ in costs), lists))
            spent.append(Sum(sum(costs), lists))
        of_lists = share(accepted)
        assert of_lists is not None
        each = price(spent, of_lists)
        return each.low <= true <= each.high

    assert 0.92 <= sum(holds() for _ in range(600)) / 600 <= 0.985
