"""Whether a time has come."""

from math import inf

from hexai.engine.due import is_due


def test_a_timer_that_rings_a_little_early_is_on_time() -> None:
    """Else it would be armed again for nothing."""
    assert is_due(3.0, 3.0)
    assert is_due(3.0, 2.999_999_9)
    assert is_due(3.0, 4.0)


def test_what_is_to_come_is_not_due() -> None:
    """Nor is what never comes."""
    assert not is_due(3.0, 2.999)
    assert not is_due(inf, 1e9)
