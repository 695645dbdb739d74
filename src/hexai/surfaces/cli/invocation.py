"""How a command is parsed and run, whichever it is."""

from collections.abc import Callable, Sequence
from typing import Any

import click
from msgspec import Struct

from hexai.surfaces.cli.options import AskOptions
from hexai.surfaces.cli.process import Process
from hexai.surfaces.cli.speak import say


class Invocation(Struct, frozen=True, kw_only=True):
    """What a command is run with."""

    process: Process
    options: AskOptions
    """Of which only the general ones are given."""


def make_parser(
    name: str,
    callback: Callable[..., int],
    *,
    params: Sequence[click.Parameter] = (),
    explanation: str = "",
) -> click.Command:
    """Make the Click command of `hexai NAME`.

    `callback` is called with an `Invocation` and what was parsed, by name; it gives
    the exit code. `wants_help` tells the callbacks of `params` not to miss anything.
    """
    helping = click.Option(
        ["-h", "--help"], is_flag=True, is_eager=True, help="Print this help."
    )
    return click.Command(
        name,
        params=[*params, helping],
        callback=callback,
        help=explanation,
        add_help_option=False,
    )


def run_command(context: click.Context, invocation: Invocation) -> int:
    """Run a parsed command, or print its help; gives the exit code."""
    arguments: dict[str, Any] = dict(context.params)
    if arguments.pop("help"):
        say(invocation.process, context.get_help() + "\n")
        return 0
    callback = context.command.callback
    return callback(invocation, **arguments) if callback is not None else 0


def wants_help(context: click.Context) -> bool:
    """Tell, while arguments are parsed, whether only the help is wanted."""
    return bool(context.params.get("help"))
