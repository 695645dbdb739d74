"""One PostgreSQL for all tests of a session, and a team's ledger for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres import Postgres, running
from tests.support.team import Team, a_team, make_template


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """Run a server; databases of tests are copies of one that Hexai has made."""
    with running() as server:
        make_template(server, tmp_path_factory.mktemp("owner"))
        yield server


@pytest.fixture
def team(postgres: Postgres, tmp_path: Path) -> Iterator[Team]:
    """Make a team's ledger on it."""
    with a_team(postgres, tmp_path) as team:
        yield team
