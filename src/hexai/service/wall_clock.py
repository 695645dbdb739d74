"""The clock of this machine, which may have lost its battery or be set by hand."""

import time

from hexai.domain.moments import within_calendars


def wall_clock() -> float:
    """Give the seconds since 1970, within what can be recorded and shown as a date."""
    return within_calendars(time.time())  # noqa: TID251 - read only here
