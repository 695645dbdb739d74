"""Command words whose commands come later: known by their form, so never asked.

Without this, `hexai stats` would be sent to a model today and show statistics after
an update.
"""

from collections.abc import Callable
from typing import Any

import click

from hexai.errors import UsageError
from hexai.surfaces.cli.invocation import Invocation, make_parser

_LEDGER = "nothing is recorded yet"
_INSTEAD = {
    "config": "edit the config file with your editor: {config}",
    "history": _LEDGER,
    "show": _LEDGER,
    "vote": _LEDGER,
    "stats": _LEDGER,
    "leaderboard": _LEDGER,
    "lsp": "the editor server is not there yet",
    "action": "the tmux action is not there yet",
}


def parser(name: str) -> click.Command:
    """Make the parser of a command that only says what works instead."""

    def refuse(invocation: Invocation, **_arguments: Any) -> int:
        instead = _INSTEAD[name.split()[0]]
        path = config_path(invocation)
        raise UsageError(
            f"`hexai {name}` comes with a later version; {instead.format(config=path)}"
        )

    params = _PARAMETERS.get(name, list)()
    return make_parser(name, refuse, params=params, explanation="Not there yet.")


class _Run(click.ParamType):
    """A run by its form alone: its number, or at least six digits of its id."""

    name = "run"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        text = str(value)
        is_id = len(text) >= 6 and not set(text.lower()) - set("0123456789abcdef")
        if not (text.isdecimal() or is_id):
            self.fail(f"{text!r} is not a run", param, ctx)
        return text


def _vote() -> list[click.Parameter]:
    def check(
        context: click.Context, parameter: click.Parameter, words: tuple[str, ...]
    ) -> tuple[str, ...]:
        if not 1 <= len(words) <= 2:
            raise click.UsageError("vote takes [RUN] WINNER", context)
        for word in words[:-1]:
            _Run().convert(word, parameter, context)
        return words

    return [click.Argument(["words"], nargs=-1, callback=check)]


def _flags(*names: str) -> list[click.Parameter]:
    return [click.Option([name], is_flag=True) for name in names]


def _values(*names: str) -> list[click.Parameter]:
    return [click.Option([name]) for name in names]


def _argument(name: str, kind: click.ParamType = click.STRING) -> list[click.Parameter]:
    return [click.Argument([name], type=kind, required=False)]


_PARAMETERS: dict[str, Callable[[], list[click.Parameter]]] = {
    "config show": lambda: _flags("--origin"),
    "config trust": lambda: _values("--yes"),
    "history forget": lambda: [
        *_argument("run", _Run()),
        *_values("--before", "--project"),
        *_flags("--all"),
    ],
    "history export": lambda: _argument("file"),
    "history import": lambda: _argument("file"),
    "show": lambda: _argument("run", _Run()),
    "vote": _vote,
    "stats": lambda: [
        *_values("--since", "--surface", "--language", "--project", "--model"),
        *_flags("--json", "--csv"),
    ],
    "leaderboard": lambda: _flags("--json", "--csv"),
    "lsp": lambda: _values("--only", "--log", "--config"),
    "action": lambda: _values("--infile", "--outfile", "--config"),
}
