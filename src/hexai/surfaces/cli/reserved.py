"""Command words whose commands come later: known by their form, so never asked.

Without this, `hexai stats` would be sent to a model today and show statistics after
an update.
"""

from collections.abc import Callable
from typing import Any

import click

from hexai.errors import UsageError
from hexai.surfaces.cli.invocation import Invocation, make_parser

_INSTEAD = {
    "action": "there is no tmux action yet",
}
_LEDGER = "nothing is recorded yet"


def parser(name: str) -> click.Command:
    """Make the parser of a command that only says what works instead."""

    def refuse(_invocation: Invocation, **_arguments: Any) -> int:
        raise UsageError(f"`hexai {name}` comes later; {_instead(name)}")

    params = _PARAMETERS.get(name, list)()
    return make_parser(name, refuse, params=params, explanation="Not there yet.")


def _instead(name: str) -> str:
    return _INSTEAD.get(name.partition(" ")[0], _LEDGER)


def _is_run(word: str) -> bool:
    """Tell a run by its form: its number, or at least six digits of its id."""
    is_id = len(word) >= 6 and not set(word.lower()) - set("0123456789abcdef")
    return word.isdecimal() or is_id


def _check_run(
    context: click.Context, parameter: click.Parameter, word: str | None
) -> str | None:
    if word is not None and not _is_run(word):
        raise click.BadParameter("it is no run.", context, parameter)
    return word


def _check_vote(
    context: click.Context, parameter: click.Parameter, words: tuple[str, ...]
) -> tuple[str, ...]:
    if not 1 <= len(words) <= 2 or not all(map(_is_run, words[:-1])):
        raise click.BadParameter("it takes [RUN] WINNER.", context, parameter)
    return words


def _run() -> click.Parameter:
    return click.Argument(["run"], required=False, callback=_check_run)


def _file() -> click.Parameter:
    return click.Argument(["file"], required=False)


def _flags(*names: str) -> list[click.Parameter]:
    return [click.Option([name], is_flag=True) for name in names]


def _values(*names: str) -> list[click.Parameter]:
    return [click.Option([name]) for name in names]


_PARAMETERS: dict[str, Callable[[], list[click.Parameter]]] = {
    "history forget": lambda: [
        _run(),
        *_values("--before", "--project"),
        *_flags("--all"),
    ],
    "history export": lambda: [_file()],
    "history import": lambda: [_file()],
    "show": lambda: [_run()],
    "vote": lambda: [click.Argument(["words"], nargs=-1, callback=_check_vote)],
    "stats": lambda: [
        *_values("--since", "--surface", "--language", "--project", "--model"),
        *_flags("--json", "--csv"),
    ],
    "leaderboard": lambda: _flags("--json", "--csv"),
    "action": lambda: _values("--infile", "--outfile", "--config"),
}
