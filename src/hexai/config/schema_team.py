"""The `[team]` table: the server on which a team's ledger lies."""

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, field

from hexai.config.schema_types import Table

SslMode = Literal[
    "", "disable", "allow", "prefer", "require", "verify-ca", "verify-full"
]
TeamName = Annotated[str, Meta(min_length=1, max_length=100)]


PUSHED_EVERY = 600.0
"""Seconds from one push by itself to the next, at least; the docs name it."""


class Team(Table, frozen=True, kw_only=True):
    """A team's ledger on a PostgreSQL server; passwords are libpq's affair."""

    enabled: bool = True
    """Send what is recorded to the server, where one is named. A project may say false,
    for which `team = false` above all tables is short."""
    service: str = ""
    """The server, as a service of ~/.pg_service.conf. Only in your own file."""
    url_env: str = "HEXAI_TEAM_URL"
    """The variable that holds the server's address, where no service is named. Only in
    your own file."""
    sslmode: SslMode = ""
    """How the connection is secured, as libpq calls it. Blank: verify-full, but on this
    machine as libpq has it. Only in your own file."""
    background: bool = True
    """The editor server pushes what is new by itself, every ten minutes at most."""
    projects: dict[str, TeamName] = field(default_factory=dict)
    """By folder, the name that the team has for a project; others are not told apart.
    Only in your own file."""

    def is_named(self, environ: Mapping[str, str]) -> bool:
        """Tell whether a server is named, and is to be used."""
        named = self.service or environ.get(self.url_env, "").strip()
        return self.enabled and bool(named)
