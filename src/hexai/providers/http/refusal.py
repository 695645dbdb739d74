"""What a refusal holds beside its status: its body, and how long to wait."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC

from hexai.errors import ProviderError
from hexai.providers.http.client import Answer

_BODY_LIMIT = 64 * 1024
"""Bytes of a refusal that are read."""
_BODY_WAIT = 1.0
"""Seconds in which they have to come."""
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")


async def error_body(answer: Answer) -> bytes:
    """Read what an upstream says about its refusal.

    It never fails, as `Answer.read_into` raises nothing but a `ProviderError`. Of a
    body that breaks, or takes too long, it gives the part that has come, which may be
    empty: the status alone tells enough to go on.
    """
    said = bytearray()
    with suppress(TimeoutError, ProviderError):
        async with asyncio.timeout(_BODY_WAIT):
            await answer.read_into(said, _BODY_LIMIT)
    return bytes(said)


def retry_after(header: Callable[[str], str]) -> float | None:
    """Read how many seconds an upstream asks to wait; None if it does not say.

    `header` gives the value of a header, or an empty text if there is none.
    A date is compared with the upstream's own, so no clock of ours is involved.
    """
    milliseconds = header("retry-after-ms").strip()
    if _NUMBER.fullmatch(milliseconds):
        return float(milliseconds) / 1000
    asked = header("retry-after").strip()
    if _NUMBER.fullmatch(asked):
        return float(asked)
    if not asked:
        return None
    until, now = _moment(asked), _moment(header("date"))
    if until is None or now is None:
        return None
    return max(0.0, until - now)


def _moment(date: str) -> float | None:
    from email.utils import parsedate_to_datetime  # few refusals name a date

    try:
        moment = parsedate_to_datetime(date)
        # One that ends in "-0000" is given without a zone, as if it were our time.
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
