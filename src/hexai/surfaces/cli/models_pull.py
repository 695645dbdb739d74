"""`hexai models pull`: a model by its name or address, and never without being asked.

The built-in model comes out of a package, everything else from a hub or another server
(`service/setup`). What comes from there is asked about first, with its size.
"""

import asyncio
import os
import time
from collections.abc import Callable

import click

from hexai.errors import UsageError
from hexai.service.runtime import Loop
from hexai.service.setup.built_in_model import PULLABLE, pull
from hexai.service.setup.download import Download, described
from hexai.service.setup.hub import HOW, LISTED, Source, source_named
from hexai.service.setup.hub_client import Facts
from hexai.surfaces.cli.command_line import Invocation, make_parser
from hexai.surfaces.cli.config import config_file
from hexai.surfaces.cli.output import can_confirm, complain, confirm, say, table
from hexai.surfaces.cli.process import Interrupts, Process, folders_of
from hexai.text.sanitise import visible_line

_MEGABYTE = 1_000_000
_EVERY = 3.0
"""Seconds between two lines that tell how far it is."""


def parser() -> click.Command:
    """Make the parser of `hexai models pull`."""
    return make_parser(
        "models pull",
        pull_model,
        params=[
            click.Argument(["name"], default="", metavar="[NAME]"),
            click.Option(["--yes"], is_flag=True, help="Fetch without asking."),
        ],
        explanation=(
            "Get a model into the store. NAME is one that a bare `models pull` lists, "
            "or hf:OWNER/REPO/FILE.gguf, or the https address of a GGUF file."
        ),
    )


def pull_model(invocation: Invocation, *, name: str, yes: bool) -> int:
    """Fetch a model, unless it is there already; without a name, list some."""
    process = invocation.process
    if not name:
        say(process, _offered(process.columns))
        return 0
    source = source_named(name, process.environ)
    if source is None:
        code = pull_built_in(process, name)
        if code == 0:
            is_first = not os.path.exists(config_file(invocation))
            complain(process, _use(name, is_first=is_first))
        return code
    return _stoppable(
        process,
        lambda: _pull(process, source, yes=yes),
        "; the same command goes on where it ended",
    )


def pull_built_in(process: Process, name: str) -> int:
    """Fetch a model that comes out of a package; gives the exit code.

    Raises `SetupError` if it cannot be fetched.
    """

    def fetch() -> int:
        pull(
            name,
            store=folders_of(process).models,
            environ=process.environ,
            say=lambda line: complain(process, line),
        )
        return 0

    return _stoppable(process, fetch)


def _stoppable(process: Process, fetch: Callable[[], int], again: str = "") -> int:
    """Fetch until a signal ends it, which is told; gives the exit code."""
    with Interrupts(_interrupt) as interrupts:
        try:
            return fetch()
        except KeyboardInterrupt:
            complain(process, f"stopped{again}")
    return interrupts.code or 0


def _pull(process: Process, source: Source, *, yes: bool) -> int:
    def tell(line: str) -> None:
        complain(process, line)

    download = Download(source, folders_of(process).models, process.environ, tell)
    with asyncio.Runner(loop_factory=Loop) as runner:
        facts = runner.run(download.ask())
        if facts is None:
            tell(f"{source.name} is already here: {download.target}")
            return 0
        if not _wanted(process, source, facts, download.begun(facts), yes=yes):
            return 1
        found = runner.run(download.fetch(facts, _progress(tell)))
    tell(f"kept {source.name} in {download.target}")
    tell(f"SHA-256 {found}" + ("" if facts.sha256 else ", which nobody had told"))
    tell(_use(source.name))
    return 0


def _use(name: str, *, is_first: bool = False) -> str:
    """Say what to do with a model; `is_first`: there is no configuration yet."""
    begin = "; `hexai config init` writes a configuration with it" if is_first else ""
    return f"use it as: hexai -m local:{name} …{begin}"


def _wanted(
    process: Process, source: Source, facts: Facts, begun: int, *, yes: bool
) -> bool:
    """Say what would be fetched, and ask whether it is to be."""
    what = f"{source.shown} ({described(facts, begun)})"
    complain(process, f"SHA-256 as told: {facts.sha256 or 'none'}")
    if yes:
        complain(process, f"fetching {what}")
        return True
    if not can_confirm(process):
        raise UsageError(f"nobody can be asked about {what}; say --yes to fetch it")
    return confirm(process, f"Fetch {visible_line(what)}?")


def _progress(tell: Callable[[str], None]) -> Callable[[int, int | None], None]:
    """Tell how far it is, now and then."""
    began = told_at = time.monotonic()
    before = -1

    def progress(have: int, size: int | None) -> None:
        nonlocal told_at, before
        now = time.monotonic()
        before = have if before < 0 else before
        if now - told_at < _EVERY:
            return
        told_at = now
        speed = (have - before) / (now - began)
        of = "" if size is None else f" of {size / _MEGABYTE:,.0f}"
        tell(f"{have / _MEGABYTE:,.0f}{of} MB, {speed / _MEGABYTE:.1f} MB/s")

    return progress


def _offered(columns: int) -> str:
    rows = [
        (each.name, f"{each.size / _MEGABYTE:,.0f} MB", _BUILT_IN) for each in PULLABLE
    ]
    rows += [
        (each.name, f"{each.size / _MEGABYTE:,.0f} MB", each.about) for each in LISTED
    ]
    listed = table(("NAME", "SIZE", "WHAT IT IS FOR"), rows, columns=columns)
    return f"{listed}Fetch one: hexai models pull NAME\nAny other: {HOW}\n"


_BUILT_IN = "trying Hexai out; continues code, fills no gaps"


def _interrupt() -> bool:
    """Stop as Ctrl-C stops a program by default: what is under way is cleared up."""
    raise KeyboardInterrupt
