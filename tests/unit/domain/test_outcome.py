"""Outcomes."""

import pytest

from hexai.domain.outcome import Outcome, Status, Timings
from hexai.domain.provider import Usage


@pytest.mark.parametrize(
    ("output", "generating", "speed"),
    [
        (149, 2.0, 74.0),
        (3, 0.5, 4.0),
        (1, 0.5, None),
        (9, 0.009, None),
        (9, None, None),
        (5000, 0.02, None),
    ],
)
def test_speed_is_told_only_where_the_time_is_long_enough(
    output: int, generating: float | None, speed: float | None
) -> None:
    """One token, or an answer that came in one piece, says nothing about speed."""
    outcome = Outcome(
        index=0,
        label="home",
        status=Status.ANSWERED,
        provider="p",
        model="m",
        usage=Usage(input=1, output=output, source="reported"),
        timings=Timings(generating=generating),
    )

    assert outcome.tokens_per_s == speed


def test_nothing_generated_has_no_speed() -> None:
    """Without usage there is nothing to divide."""
    outcome = Outcome(
        index=0, label="home", status=Status.CANCELLED, provider="p", model="m"
    )

    assert outcome.tokens_per_s is None
