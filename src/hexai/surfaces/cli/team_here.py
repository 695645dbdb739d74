"""The user's side of a team's ledger: whose configuration, and which server."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from hexai.config.folders import Folders
from hexai.config.order import load
from hexai.config.schema_team import Team
from hexai.service.recorded_runs import History, open_history
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.command_line import Invocation
from hexai.surfaces.cli.output import complain
from hexai.surfaces.cli.process import Process, folders_of
from hexai.team.address import Words, address
from hexai.team.server import check_installed, connect, translated

if TYPE_CHECKING:
    from hexai.team.server import Link


class Here(Struct, frozen=True, kw_only=True):
    """The user's side."""

    process: Process
    folders: Folders
    team: Team

    def words(self, url: str = "") -> Words:
        """Say where the server is."""
        home = Path(self.process.home)
        return address(self.team, self.process.environ, home, url=url)

    @contextmanager
    def connected(self, url: str = "") -> "Iterator[Link]":
        """Open a connection, and translate what goes wrong on it."""
        check_installed()
        with connect(self.words(url)) as connection, translated():
            yield connection

    def history(self) -> AbstractContextManager[History]:
        """Open the user's ledger."""
        return open_history(self.folders, wall_clock)


def here_of(invocation: Invocation) -> Here:
    """Read the user's own configuration; no project has a say in these commands."""
    process = invocation.process
    folders = folders_of(process)
    path = invocation.options.config
    snapshot = load(
        folders, process.environ, config=None if path is None else Path(path)
    )
    complain(process, *(f"warning: {warning}" for warning in snapshot.warnings))
    return Here(process=process, folders=folders, team=snapshot.settings.team)
