"""Command words whose commands come later: known by their form, so never asked.

Without this, `hexai action` would be sent to a model today and show a menu after an
update.
"""

from collections.abc import Callable
from typing import Any

import click

from hexai.errors import UsageError
from hexai.surfaces.cli.invocation import Invocation, make_parser

_INSTEAD = {
    "action": "there is no tmux action yet",
}


def parser(name: str) -> click.Command:
    """Make the parser of a command that only says what works instead."""

    def refuse(_invocation: Invocation, **_arguments: Any) -> int:
        raise UsageError(f"`hexai {name}` comes later; {_INSTEAD[name]}")

    params = _PARAMETERS.get(name, list)()
    return make_parser(name, refuse, params=params, explanation="Not there yet.")


def _values(*names: str) -> list[click.Parameter]:
    return [click.Option([name]) for name in names]


_PARAMETERS: dict[str, Callable[[], list[click.Parameter]]] = {
    "action": lambda: _values("--infile", "--outfile", "--config"),
}
