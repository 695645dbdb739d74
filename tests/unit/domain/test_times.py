"""Quantiles of times of which some were cut short, beside statsmodels."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from hexai.domain.figures import Quantile, Times

SHARES = (0.1, 0.5, 0.9)
ENDS = st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=1, max_size=60)


def times_of(ends: list[tuple[int, bool]]) -> Times:
    """Count times, each with whether it was an end or the end of waiting."""
    return Times(
        seen=Counter(time for time, seen in ends if seen),
        cut=Counter(time for time, seen in ends if not seen),
    )


@given(ENDS)
def test_quantiles_are_those_of_statsmodels(ends: list[tuple[int, bool]]) -> None:
    """Kaplan-Meier, whatever is tied; beyond the end of the curve only a bound."""
    found = times_of(ends).quantiles(*SHARES)

    longest = Quantile(seconds=max(time for time, _ in ends) / 1000, at_least=True)
    if not any(seen for _, seen in ends):
        assert found == [longest] * 3
        return
    curve = SurvfuncRight([time for time, _ in ends], [int(seen) for _, seen in ends])
    for share, quantile in zip(SHARES, found, strict=True):
        below = [
            time
            for time, left in zip(curve.surv_times, curve.surv_prob, strict=True)
            if left <= 1 - share + 1e-9
        ]
        expected = (
            Quantile(seconds=float(below[0]) / 1000, at_least=False)
            if below
            else longest
        )
        assert quantile == expected


def test_who_timed_out_makes_the_slow_tenth_unknown() -> None:
    """30 % that were given up at 20 s are beyond it, not left out (C6)."""
    dice = Random(1)
    ends = [(round(dice.lognormvariate(-1, 0.4) * 1000), True) for _ in range(700)]

    median, slow = times_of([*ends, *[(20_000, False)] * 300]).quantiles(0.5, 0.9)

    assert median is not None
    assert median.seconds < 1
    assert slow == Quantile(seconds=20.0, at_least=True)


def test_unequal_limits_and_cancels_hide_no_slowness() -> None:
    """Half were given up at 2 s, others cancelled at any time (C7)."""
    dice = Random(2)
    true = [dice.lognormvariate(0.4, 0.9) for _ in range(40_000)]
    ends = []
    for time in true:
        limit = dice.choice((2.0, 30.0))
        given_up = min(limit, dice.expovariate(0.2))
        ends.append((round(min(time, given_up) * 1000) + 1, time <= given_up))

    found = times_of(ends).quantiles(0.5, 0.9)

    ordered = sorted(true)
    for share, quantile in zip((0.5, 0.9), found, strict=True):
        assert quantile is not None
        assert not quantile.at_least
        expected = ordered[int(share * len(ordered))]
        assert quantile.seconds == pytest.approx(expected, rel=0.05)
