"""A team on a PostgreSQL of its own: people with homes, who push and look."""

import itertools
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from msgspec import Struct

from hexai.config.folders import LEDGER_FILE
from hexai.domain.entry import Surface
from hexai.domain.record import (
    Background,
    Choice,
    Chosen,
    Fact,
    Method,
    RecordedRun,
    RunRecord,
    Shown,
)
from hexai.ledger.access import Ledger
from tests.support.command_line import Kind, Result, run_cli
from tests.support.postgres import OWNER, TEMPLATE, Postgres
from tests.support.records import contender_record, run_record

DAY = 86_400.0
LATELY = time.time() - 30 * DAY  # noqa: TID251
"""A month before these tests: a team publishes weeks that are over, by its clock."""
_numbers = itertools.count(1)


class Person(Struct):
    """Somebody with a home and a ledger of his own."""

    home: Path
    url: str

    @property
    def environ(self) -> dict[str, str]:
        """What his programs find."""
        return {
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],  # noqa: TID251
            "HEXAI_TEAM_URL": self.url,
            **{
                f"XDG_{name.upper()}_HOME": str(self.home / name)
                for name in ("config", "state", "cache", "data")
            },
        }

    @property
    def state(self) -> Path:
        """The folder of his state."""
        return self.home / "state" / "hexai"

    @property
    def role(self) -> str:
        """The role by which he connects."""
        return self.url.partition("//")[2].partition("@")[0]

    def run(self, *words: str, stdin: str | None = "", stdout: Kind = "file") -> Result:
        """Run `hexai WORDS`."""
        return run_cli(*words, environ=self.environ, stdin=stdin, stdout=stdout)

    def team(self, *words: str) -> str:
        """Run `hexai team WORDS`, which must not fail; gives what it printed."""
        result = self.run("team", *words)
        assert result.code == 0, result.err
        return result.out

    def record(self, *facts: Fact) -> None:
        """Write facts to his ledger."""
        with self.ledger() as ledger:
            ledger.record(*facts)

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """Open his ledger."""
        self.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.state / LEDGER_FILE
        path.touch(mode=0o600)
        ledger = Ledger(path, patience=1.0)
        try:
            yield ledger
        finally:
            ledger.close()

    def runs(self) -> list[RecordedRun]:
        """Give all that is in his ledger."""
        with self.ledger() as ledger:
            return [*ledger.all()]

    def configure(self, text: str) -> None:
        """Write his configuration."""
        folder = self.home / "config" / "hexai"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.toml").write_text(text)


class Team(Struct):
    """A team's ledger, its owner and its people."""

    server: Postgres
    database: str
    folder: Path
    owner: Person
    people: list[Person]

    def enrol(self, name: str) -> Person:
        """Enrol somebody, who connects by the socket and without a password."""
        role = f"{self.database}_{name}"
        self.owner.team("member", "add", role)
        person = self.person(name, role)
        self.people.append(person)
        return person

    def person(self, home: str, role: str) -> Person:
        """Give a person, or another machine of one."""
        return Person(self.folder / home, self.server.url(self.database, role))

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the server as its owner, who sees all."""
        with self.server.connect(self.database) as connection:
            cursor = connection.execute(query.encode(), values)
            return [] if cursor.description is None else cursor.fetchall()

    def count(self, table: str = "fact") -> int:
        """Count the rows of a table."""
        count: int = self.ask(f"SELECT count(*) FROM hexai.{table}")[0][0]
        return count


@contextmanager
def a_team(server: Postgres, folder: Path) -> Iterator[Team]:
    """Make a team's ledger, and drop it with all its roles."""
    name = f"t{os.getpid()}_{next(_numbers)}"
    server.make(name, TEMPLATE)
    owner = Person(folder / "owner", server.url(name, OWNER))
    team = Team(server=server, database=name, folder=folder, owner=owner, people=[])
    try:
        yield team
    finally:
        server.drop(name, *(person.role for person in team.people))


def make_template(server: Postgres, folder: Path) -> None:
    """Make the database that those of teams are copies of."""
    server.make(TEMPLATE)
    owner = Person(folder, server.url(TEMPLATE, OWNER))
    owner.team("init", "--apply")


def psql(team: Team, person: Person) -> "psycopg.Connection[Any]":
    """Connect as a person, past Hexai; the caller closes it."""
    return team.server.connect(team.database, person.role)


def shown_run(
    number: int, winner: int | None = 0, *, at: float = LATELY, **facts: Any
) -> list[Fact]:
    """Record a list of two in an editor, of which one, or none, was taken."""
    first, second = facts.pop("models", ("model0", "model1"))
    order = (0, 1) if number % 2 else (1, 0)
    run: RunRecord = run_record(
        number,
        contender_record(0, model=first),
        contender_record(1, model=second),
        surface=Surface.COMPLETION,
        started_at=at,
        order=order,
        seed=number,
        shuffle=1.0,
        background=Background(
            project="/home/me/secret-project",
            language="python",
            document="d0c" * 8,
            place=f"{number:08x}",
        ),
        messages=(),
        **facts,
    )
    items = tuple((index,) for index in order)
    chosen = Chosen(
        run_id=run.run_id,
        at=at + 3,
        choice=Choice.NONE if winner is None else Choice.TAKEN,
        method=Method.INFERRED if winner is None else Method.COMMAND,
        indexes=() if winner is None else (winner,),
        characters=0 if winner is None else 12,
    )
    shown = Shown(run_id=run.run_id, at=at + 1, items=items, whole=True)
    return [run, shown, chosen]
