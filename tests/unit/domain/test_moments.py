"""Moments that calendars have."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest

from hexai.domain.moments import within_calendars


@pytest.mark.parametrize("clock", [-math.inf, -1e18, -1.0, 2e11, 1e18, math.inf])
def test_what_a_wrong_clock_says_can_be_written_as_a_date(clock: float) -> None:
    """In every zone that there is."""
    moment = datetime.fromtimestamp(within_calendars(clock), UTC)
    years = {
        moment.astimezone(timezone(timedelta(hours=hours))).year
        for hours in (-12, 0, 14)
    }
    assert years <= {1969, 1970, 5138}


def test_a_right_clock_is_left_alone() -> None:
    """To its last digit."""
    assert within_calendars(1_800_000_000.123) == 1_800_000_000.123
