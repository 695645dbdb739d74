"""The command whose time comes later: known by its form, so that it is never asked.

Without this, `hexai action` would be sent to a model today and show a menu after an
update.
"""

from typing import Any

import click

from hexai.errors import UsageError
from hexai.surfaces.cli.invocation import Invocation, make_parser

_OPTIONS = ("--infile", "--outfile", "--config")


def parser(name: str) -> click.Command:
    """Make a parser whose command only says that it is not there yet."""

    def refuse(_invocation: Invocation, **_arguments: Any) -> int:
        raise UsageError(f"`hexai {name}` comes later; there is no tmux action yet")

    params = [click.Option([option]) for option in _OPTIONS]
    return make_parser(name, refuse, params=params, explanation="Not there yet.")
