"""What upstreams send as JSON, read quickly and without trust.

msgspec decodes a delta in a microsecond but refuses what real upstreams do send: half
a surrogate pair in one delta and the other half in the next, a character's bytes cut
in two, numbers beyond any meaning. Only when it refuses, the standard library reads
the payload again, which costs several times as much and is rare.
"""

from decimal import Decimal
from typing import TypeVar

import msgspec

from hexai.domain.entry import Options

T = TypeVar("T")

LARGEST_FIGURE = 10**9
"""No token count is larger; what claims to be is as good as not said."""


def decode(decoder: msgspec.json.Decoder[T], payload: bytes) -> T:
    """Decode one payload; raises `ValueError` or `RecursionError` where it cannot.

    Text may hold lone surrogates afterwards; the client joins or replaces them.
    """
    try:
        return decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return msgspec.convert(loosely(payload), decoder.type, strict=True)


def loosely(payload: bytes) -> object:
    """Decode JSON of any shape, with the leniency of the standard library.

    Bytes that are not UTF-8 become U+FFFD, and integers that nobody counts to None.
    """
    import json

    text = payload.decode("utf-8-sig", "replace")
    value: object = json.loads(text, parse_int=_bounded)
    return value


def _bounded(digits: str) -> int | None:
    return int(digits) if len(digits) <= 20 else None


def figure(value: object) -> int | None:
    """Give a token count as it may be used: an integer from 0 to 10⁹, else None."""
    if type(value) is int and 0 <= value <= LARGEST_FIGURE:
        return value
    return None


def money(value: object) -> Decimal | None:
    """Give an amount as it may be used: a number from 0 to 10⁹, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Decimal(str(value)) if 0 <= value <= LARGEST_FIGURE else None


def field(value: object, *names: str) -> object:
    """Walk into nested objects by name; None as soon as a name is not there."""
    for name in names:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def further(options: Options) -> dict[str, object]:
    """Give the options that are sent as the user wrote them."""
    return {name: msgspec.json.decode(text) for name, text in options.more}


def words(value: object) -> str:
    """Give a field as text if it is text, else an empty string."""
    return value if isinstance(value, str) else ""
