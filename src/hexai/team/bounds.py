"""What a team's server believes of a figure; pure.

The server refuses what is beyond, and a batch with it, since one figure that nothing
can have come to would be enough to spoil a sum of all people. So each is brought within
these bounds before it goes: a clock that is wrong is no reason to lose a fact.
"""

from datetime import UTC, datetime
from functools import lru_cache
from math import isnan

LARGEST = 2**31 - 1
"""Of what a column of whole numbers holds."""
_DEAREST = 10**13
"""Ten thousand dollars for one answer, in billionths."""
_LONG_AGO, _LATEST = 1_577_836_800_000, 4_102_444_799_000
"""2020 and 2099 in ms."""
_DAY = 86_400_000


def small(value: int | None) -> int | None:
    """Clamp a count or a duration."""
    if value is None or 0 <= value <= LARGEST:
        return value
    return LARGEST if value > 0 else 0


def milliseconds(seconds: float | None) -> int | None:
    """Give a duration in ms."""
    return None if seconds is None else small(round(seconds * 1000))


def cost(billionths: int | None) -> int | None:
    """Clamp a price in billionths of a dollar."""
    return None if billionths is None else min(max(billionths, 0), _DEAREST)


def share(value: float | None, least: float = 0.0) -> float | None:
    """Clamp a share; what is not a number is none."""
    if value is None or isnan(value):
        return None
    return min(max(value, least), 1.0)


def day(moment: int) -> str:
    """Give the day of a moment in ms."""
    return _date(min(max(moment, _LONG_AGO), _LATEST) // _DAY)


@lru_cache(maxsize=1000)
def _date(number: int) -> str:
    return datetime.fromtimestamp(number * 86_400, tz=UTC).date().isoformat()
