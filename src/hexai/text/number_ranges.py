"""A number or a range of numbers, as people write it: `12`, `8-16` or `4:9`."""

import re

from msgspec import Struct

_RANGE = re.compile(r"([\d.]+)\s*[-:]\s*([\d.]+)")


class Range(Struct, frozen=True):
    """From `low` to `high`, both included; equal for a single number."""

    low: float
    high: float

    def at(self, fraction: float) -> float:
        """Give the number that lies at a fraction (0 to 1) of the way up."""
        return self.low + (self.high - self.low) * fraction


def parse_range(text: str, *, zero: bool = False) -> Range:
    """Read a range of positive numbers; `zero` allows 0 too.

    Raises `ValueError` whose text follows well on the name of what was read.
    """
    match = _RANGE.fullmatch(text.strip())
    low, high = match.groups() if match else (text, text)
    found = Range(_number(low, text, zero=zero), _number(high, text, zero=zero))
    if found.low > found.high:
        raise ValueError(f"minimum {found.low:.2f} exceeds maximum {found.high:.2f}")
    return found


def _number(digits: str, text: str, *, zero: bool) -> float:
    try:
        number = float(digits)
    except ValueError:
        raise ValueError(f'invalid value "{text}"') from None
    if not (0 <= number < float("inf") if zero else 0 < number < float("inf")):
        raise ValueError(f'requires a positive value, got "{text}"')
    return number
