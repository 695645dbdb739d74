"""What a simulated model is to do, read from its name.

A name is a model and options, written as in a URL:

    echo                          says the last user message again
    lorem?tokens=200&rate=40      says 200 tokens of filler, 40 a second
    lorem?delay=0.3&fail=503      fails after 0.3 seconds
    echo?fail=broken&after=5      is cut off after five tokens

| option | meaning | default |
| --- | --- | --- |
| `tokens` | length of `lorem` | 60 |
| `load`, `connect`, `delay` | seconds to load, to connect, and from there to the first token | 0 |
| `rate` | tokens a second | no pauses |
| `reasoning` | tokens of reasoning before the answer | 0 |
| `fail` | a status (`429`) or a name of `FAILURES`: how the attempt fails | answers |
| `after` | tokens of the answer before it fails | 0 |
| `times` | only so many attempts fail, the later ones answer | all fail |
| `retry_after` | seconds that the failure asks for | none |
| `finish` | `stop`, `length`, `filtered`, `broken`, `failed`, `tool` or `loaded` | `stop` |
| `usage` | `none`: figures are not reported | reported |
| `seed` | varies what is drawn | 0 |

`load`, `connect`, `delay` and `rate` take ranges, `8-16` or `8:16`; `rate` is drawn
anew for every word. A token is four characters, a begun one counts.
"""  # noqa: E501 - a table's row is one line

from collections.abc import Callable
from enum import Enum, StrEnum
from typing import Any, get_args

from msgspec import Struct

from hexai.domain.provider import FinishReason, StopReason
from hexai.text.number_ranges import Range, parse_range

NONE = Range(0.0, 0.0)

MOST = 1_000_000
"""Of tokens, and of whatever else is counted: beyond the limit of an answer."""


class Simulation(StrEnum):
    """What is said."""

    ECHO = "echo"
    LOREM = "lorem"


class Failure(Enum):
    """How an attempt can fail, beside failing with a status."""

    BROKEN = "broken"
    CONNECTION = "connection"
    TLS = "tls"
    BAD_ANSWER = "bad-answer"
    TOO_LARGE = "too-large"
    CONTENT_FILTER = "content-filter"
    CONTEXT = "context"
    CREDIT = "credit"
    HANG = "hang"
    """Nothing more comes, ever."""
    BUG = "bug"
    """An exception that no provider may raise."""


class Script(Struct, frozen=True, kw_only=True):
    """What one simulated model does; the fields are the options."""

    model: Simulation
    tokens: int = 60
    load: Range = NONE
    connect: Range = NONE
    delay: Range = NONE
    rate: Range | None = None
    reasoning: int = 0
    fail: int | Failure | None = None
    after: int = 0
    times: int | None = None
    retry_after: float | None = None
    finish: StopReason = FinishReason.STOP
    usage: bool = True
    seed: int = 0


def _count(text: str) -> int:
    if not text.isdecimal() or len(text) > 9 or int(text) > MOST:
        raise ValueError(f'must be a whole number up to {MOST}, got "{text}"')
    return int(text)


def _seconds(text: str) -> Range:
    return parse_range(text, zero=True)


def _failure(text: str) -> int | Failure:
    if text.isdecimal():
        if 400 <= int(text[:9]) <= 599:
            return int(text)
        raise ValueError(f"must be a status from 400 to 599, got {text}")
    try:
        return Failure(text)
    except ValueError:
        known = ", ".join(failure.value for failure in Failure)
        raise ValueError(f'must be a status or one of {known}, got "{text}"') from None


def _finish(text: str) -> StopReason:
    reasons: tuple[StopReason, ...] = get_args(StopReason)
    for reason in reasons:
        if text == reason:
            return reason
    raise ValueError(f'must be one of {", ".join(reasons)}, got "{text}"')


def _usage(text: str) -> bool:
    if text != "none":
        raise ValueError(f'can only be none, got "{text}"')
    return False


OPTIONS: dict[str, Callable[[str], Any]] = {
    "tokens": _count,
    "load": _seconds,
    "connect": _seconds,
    "delay": _seconds,
    "rate": parse_range,
    "reasoning": _count,
    "fail": _failure,
    "after": _count,
    "times": _count,
    "retry_after": lambda text: _seconds(text).low,
    "finish": _finish,
    "usage": _usage,
    "seed": _count,
}


def read_script(name: str) -> Script:
    """Read a simulated model's name; raises `ValueError` saying what is wrong."""
    model, _, options = name.partition("?")
    if model not in set(Simulation):
        known = " and ".join(Simulation)
        raise ValueError(f'no simulated model "{model}"; there are {known}')
    values: dict[str, Any] = {}
    for option in filter(None, options.split("&")):
        key, _, value = option.partition("=")
        if key not in OPTIONS:
            raise ValueError(f'no option "{key}"; there are {", ".join(OPTIONS)}')
        try:
            values[key] = OPTIONS[key](value)
        except ValueError as error:
            raise ValueError(f"{key} {error}") from None
    return Script(model=Simulation(model), **values)
