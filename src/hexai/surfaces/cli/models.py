"""`hexai models`: what is configured, whether it answers, and the built-in model."""

import asyncio
from operator import attrgetter

import click

from hexai.service.inventory import ConfiguredEntry, take_inventory
from hexai.service.runtime import Loop
from hexai.surfaces.cli.command_line import Invocation, make_parser
from hexai.surfaces.cli.configured_entries import configured, others
from hexai.surfaces.cli.json_records import to_json
from hexai.surfaces.cli.loaded_config import Session, open_session
from hexai.surfaces.cli.models_pull import parser as pull_parser
from hexai.surfaces.cli.models_test import parser as test_parser
from hexai.surfaces.cli.output import complain, say, table


def parser(name: str) -> click.Command:
    """Make the parser of `hexai NAME`; a bare `models` lists."""
    makers = {"models test": test_parser, "models pull": pull_parser}
    return makers.get(name, _list_parser)()


def _list_parser() -> click.Command:
    return make_parser(
        "models list",
        list_models,
        params=[_json()],
        explanation="Show every configured entry, and what your servers hold of it. "
        "Asks no model.",
    )


def list_models(invocation: Invocation, *, json: bool) -> int:
    """Show what is configured."""
    session = open_session(invocation.process, invocation.options)
    with asyncio.Runner(loop_factory=Loop) as runner:
        items = runner.run(_inventory(session))
    if json:
        say(session.process, to_json(items) + "\n")
    else:
        say(session.process, _item_table(items, session.process.columns))
        troubles = dict.fromkeys(map(_trouble, filter(attrgetter("trouble"), items)))
        complain(session.process, *troubles, *others(session))
    return 0


def _json() -> click.Option:
    return click.Option(["--json"], is_flag=True, help="Print JSON.")


async def _inventory(session: Session) -> tuple[ConfiguredEntry, ...]:
    async with session.services() as services, services.lease() as lease:
        return await take_inventory(
            [entry for _, entry in configured(session)],
            services.targets(session.snapshot.settings, lease),
            session.process.environ,
            session.process.home,
        )


def _trouble(item: ConfiguredEntry) -> str:
    """Say whom it is about, which some troubles do themselves."""
    told = item.trouble
    is_said = item.origin.removeprefix("local:") in told  # its file
    return told if is_said else f"{item.origin}: {told}"


def _item_table(items: tuple[ConfiguredEntry, ...], columns: int) -> str:
    header = ("SURFACE", "LABEL", "MODEL", "WHERE", "CONTEXT", "UPSTREAM", "KEY")
    rows = [
        (
            *(i.surface, i.label, f"{i.provider}:{i.model}", i.where),
            *(_context(i), i.origin, i.key),
        )
        for i in items
    ]
    return table(header, rows, columns=columns)


def _context(item: ConfiguredEntry) -> str:
    """Say how many tokens are held, or why that is not known."""
    if item.missing:
        return "no such model"
    held = "" if item.context is None else str(item.context)
    held = held or ("not loaded" if item.loaded is False else "")
    return f"{held}, fills gaps".strip(", ") if _fills_gaps(item) else held


def _fills_gaps(item: ConfiguredEntry) -> bool:
    return "insert" in item.capabilities
