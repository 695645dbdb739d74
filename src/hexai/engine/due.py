"""Whether a time has come, by the clock of a loop."""

_TICK = 1e-6
"""The loop rings a little early, by the resolution of its clock."""


def is_due(at: float, now: float) -> bool:
    """Tell whether what is to happen `at` is to happen now; infinity never comes."""
    return at <= now + _TICK
