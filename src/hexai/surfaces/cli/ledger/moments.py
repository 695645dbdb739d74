"""A moment on a command line: a date, or how long ago."""

import re
from datetime import datetime

import click

_AGE = re.compile(r"(\d{1,6})([hdwmy])")
_SECONDS = {"h": 3600, "d": 86_400, "w": 604_800, "m": 2_629_800, "y": 31_557_600}


def read_moment(text: str, now: float) -> float:
    """Read a date, a date with a time, or an age; raises `ValueError`."""
    if age := _AGE.fullmatch(text):
        return now - int(age[1]) * _SECONDS[age[2]]
    return datetime.fromisoformat(text).astimezone().timestamp()


def check_moment(
    context: click.Context, parameter: click.Parameter, text: str | None
) -> str | None:
    """Refuse what is neither a date nor an age."""
    try:
        if text is not None:
            read_moment(text, 0.0)
    except (ValueError, OverflowError):
        raise click.BadParameter(
            "it is a date such as 2026-11-22, or an age such as 12h, 30d, 6w, 3m, 1y.",
            context,
            parameter,
        ) from None
    return text
