"""How values are written in the database, and how they are read back."""

from collections.abc import Iterable
from decimal import Decimal
from typing import overload

import msgspec

_BILLION = 10**9


@overload
def milliseconds(seconds: float) -> int: ...
@overload
def milliseconds(seconds: float | None) -> int | None: ...
def milliseconds(seconds: float | None) -> int | None:
    """Write a time or a duration."""
    return None if seconds is None else round(seconds * 1000)


@overload
def seconds(milliseconds: int) -> float: ...
@overload
def seconds(milliseconds: int | None) -> float | None: ...
def seconds(milliseconds: int | None) -> float | None:
    """Read a time or a duration."""
    return None if milliseconds is None else milliseconds / 1000


def billionths(dollars: Decimal | None) -> int | None:
    """Write a price."""
    return None if dollars is None else round(dollars * _BILLION)


def dollars(billionths: int | None) -> Decimal | None:
    """Read a price."""
    return None if billionths is None else Decimal(billionths) / _BILLION


def run_key(run_id: str) -> bytes:
    """Write a run's global id, which is hex digits; raises `ValueError` if not."""
    return bytes.fromhex(run_id)


def json_list(numbers: Iterable[int | str]) -> str:
    """Write values for `json_each`; the standard library's JSON is slow to load."""
    return msgspec.json.encode([*numbers]).decode("ascii")
