"""Arguments that several commands take: a run, by its form, a moment, one at all."""

import re
from datetime import datetime

import click

from hexai.surfaces.cli.command_line import wants_help

# Whether there is such a run is for the command to say: what looks like one must never
# be sent to a model because it has been forgotten.


def is_run(word: str) -> bool:
    """Tell a run by its form: its number, or at least six digits of its id."""
    is_id = 6 <= len(word) <= 32 and not set(word.lower()) - set("0123456789abcdef")
    return (word.isascii() and word.isdecimal()) or is_id


def run_argument() -> click.Parameter:
    """Make the argument RUN, which may be left out."""
    return click.Argument(["run"], required=False, callback=_check_run)


def vote_argument() -> click.Parameter:
    """Make the arguments [RUN] WINNER."""
    return click.Argument(
        ["words"], nargs=-1, metavar="[RUN] WINNER", callback=_check_vote
    )


def yes_option() -> click.Parameter:
    """Make the option of what removes for good: see `output.is_sure`."""
    return click.Option(
        ["--yes"],
        is_flag=True,
        help="Do not ask first; needed where nobody can be asked.",
    )


def _check_run(
    context: click.Context, parameter: click.Parameter, word: str | None
) -> str | None:
    if word is not None and not is_run(word):
        raise click.BadParameter("it is no run.", context, parameter)
    return word


def _check_vote(
    context: click.Context, parameter: click.Parameter, words: tuple[str, ...]
) -> tuple[str, ...]:
    if wants_help(context):
        return words
    if not 1 <= len(words) <= 2 or not all(map(is_run, words[:-1])):
        raise click.BadParameter("it takes [RUN] WINNER.", context, parameter)
    return words


def required(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> str | None:
    """Refuse to go without an argument, unless help is asked for."""
    if value is None and not wants_help(context):
        raise click.MissingParameter(None, context, parameter)
    return value


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
