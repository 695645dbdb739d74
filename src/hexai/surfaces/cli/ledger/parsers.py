"""The commands of the ledger; each loads its module when it is named."""

import click


def parser(name: str) -> click.Command:
    """Make the parser of `hexai NAME`."""
    match name:
        case "history":
            from hexai.surfaces.cli.ledger.history import parser as make
        case "history forget":
            from hexai.surfaces.cli.ledger.forget import parser as make
        case "history export":
            from hexai.surfaces.cli.ledger.transfer import export_parser as make
        case "history import":
            from hexai.surfaces.cli.ledger.transfer import import_parser as make
        case "show":
            from hexai.surfaces.cli.ledger.show import parser as make
        case "vote":
            from hexai.surfaces.cli.ledger.vote import parser as make
        case "stats":
            from hexai.surfaces.cli.ledger.stats import parser as make
        case "leaderboard":
            from hexai.surfaces.cli.ledger.leaderboard import parser as make
        case _:
            raise LookupError(name)
    return make()
