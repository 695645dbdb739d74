"""Confidence sequences by betting."""

from math import exp, inf, log, log1p
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.bench.bets import (
    CERTAIN,
    STAKES,
    Bet,
    Bounds,
    bounds,
    capital_above,
)

_VALUES = st.lists(st.floats(-1, 1), min_size=1, max_size=40)


def slowly(values: list[float], bound: float, limit: float) -> Bounds:
    """Find the same interval another way: logarithms, and a grid of all means."""
    grid = [-bound + bound * step / 500 for step in range(1, 1000)]

    def log_capital(mean: float, sign: int) -> float:
        logs = [
            log(part)
            + sum(
                log1p(stake * sign * (value - mean) / (bound + sign * mean))
                for value in values
            )
            for stake, part in STAKES.items()
        ]
        most = max(logs)
        return most + log(sum(exp(each - most) for each in logs))

    inside = [
        mean
        for mean in grid
        if log_capital(mean, 1) < log(limit) and log_capital(mean, -1) < log(limit)
    ]
    return Bounds(min(inside, default=inf), max(inside, default=-inf))


@pytest.mark.parametrize("bound", [1.0, 2.0])
@pytest.mark.parametrize("mean", [-0.7, 0.0, 0.05, 0.6])
@pytest.mark.parametrize("count", [1, 2, 7, 150])
def test_an_interval_is_that_of_a_second_implementation(
    count: int, mean: float, bound: float
) -> None:
    """A search of all means by logarithms finds the same ends."""
    dice = Random(count)
    values = [max(-1.0, min(1.0, dice.gauss(mean, 0.4))) for _ in range(count)]
    found, expected = bounds(values, bound=bound), slowly(values, bound, CERTAIN)

    assert found.low == pytest.approx(expected.low, abs=2.6e-3 * bound)
    assert found.high == pytest.approx(expected.high, abs=2.6e-3 * bound)


@given(_VALUES)
def test_an_interval_holds_the_mean_of_what_was_seen(values: list[float]) -> None:
    """Ends are within the bounds, and on both sides of the mean."""
    found = bounds(values, bound=1.0)

    assert -1 <= found.low <= sum(values) / len(values) + 1e-9
    assert sum(values) / len(values) - 1e-9 <= found.high <= 1


@given(_VALUES)
def test_an_interval_is_turned_with_its_values(values: list[float]) -> None:
    """It treats both directions alike."""
    found = bounds(values, bound=2.0)
    turned = bounds([-value for value in values], bound=2.0)

    assert turned == Bounds(-found.high, -found.low)


@given(_VALUES, st.floats(-0.9, 0.9))
def test_a_bet_step_by_step_is_that_of_all_at_once(
    values: list[float], above: float
) -> None:
    """The order of values does not matter to what a bet has made by then."""
    bet = Bet(above=above, bound=1.0)
    for value in reversed(values):
        bet.add(value)

    assert bet.capital == pytest.approx(capital_above(values, above, 1.0))
    assert bet.capital >= 0


@given(st.floats(-1, 1), st.floats(-0.9, 0.9))
def test_a_bet_is_fair(value: float, above: float) -> None:
    """Of a game whose mean is the value bet on, a step wins nothing on average.

    Each of two outcomes around it, as often as makes their mean that value.
    """
    other = 1.0 if value < above else -1.0
    if value == above:
        return
    share = (above - other) / (value - other)
    capitals = [capital_above([one], above, 1.0) for one in (value, other)]

    assert share * capitals[0] + (1 - share) * capitals[1] == pytest.approx(1)


def test_an_interval_narrows() -> None:
    """More values of the same kind make it narrower."""
    dice = Random(1)
    values = [dice.choice((-0.2, 0.9)) for _ in range(1600)]
    widths = [
        (found := bounds(values[:count], bound=1.0)).high - found.low
        for count in (25, 100, 400, 1600)
    ]

    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 0.13


def test_a_mean_at_the_bound_has_an_end_there() -> None:
    """Values that are all the greatest leave no room above."""
    found = bounds([1.0] * 50, bound=1.0)

    assert found.high == pytest.approx(1, abs=1e-3)
    assert found.low > 0.8
