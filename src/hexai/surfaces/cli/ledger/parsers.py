"""The commands of the ledger; each loads its module when it is named."""

from collections.abc import Callable

import click


def parser(name: str) -> click.Command:
    """Make the parser of `hexai NAME`."""
    return _PARSERS[name]()


def _history() -> click.Command:
    from hexai.surfaces.cli.ledger.history import parser

    return parser()


def _forget() -> click.Command:
    from hexai.surfaces.cli.ledger.forget import parser

    return parser()


def _export() -> click.Command:
    from hexai.surfaces.cli.ledger.transfer import export_parser

    return export_parser()


def _import() -> click.Command:
    from hexai.surfaces.cli.ledger.transfer import import_parser

    return import_parser()


def _show() -> click.Command:
    from hexai.surfaces.cli.ledger.show import parser

    return parser()


def _vote() -> click.Command:
    from hexai.surfaces.cli.ledger.vote import parser

    return parser()


def _stats() -> click.Command:
    from hexai.surfaces.cli.ledger.stats import parser

    return parser()


def _leaderboard() -> click.Command:
    from hexai.surfaces.cli.ledger.leaderboard import parser

    return parser()


_PARSERS: dict[str, Callable[[], click.Command]] = {
    "history": _history,
    "history forget": _forget,
    "history export": _export,
    "history import": _import,
    "show": _show,
    "vote": _vote,
    "stats": _stats,
    "leaderboard": _leaderboard,
}
