"""How a run is named on a command line, by form alone.

Whether there is such a run is for the command to say: what looks like one must never
be sent to a model because it has been forgotten.
"""

import click

from hexai.surfaces.cli.invocation import wants_help


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
