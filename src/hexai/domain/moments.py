"""Which moments a calendar has, in seconds since 1970, whatever a clock says."""

EARLIEST, LATEST = 0.0, 1e11 - 1
"""From 1970 to the year 5138: what any library can write as a date, in any zone."""


def within_calendars(moment: float) -> float:
    """Give a moment, or the nearest one that every calendar has."""
    return min(max(moment, EARLIEST), LATEST)
