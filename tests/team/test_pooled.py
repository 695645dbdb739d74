"""A team's ledger behind pgbouncer, which gives each transaction another session."""

from collections.abc import Iterator
from contextlib import closing
from itertools import chain

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from hexai.team.session import Session
from tests.support.pgbouncer import pooled
from tests.support.team import Person, Team, shown_run

pytestmark = pytest.mark.debian


@pytest.fixture
def person(team: Team) -> Iterator[Person]:
    """Enrol somebody who knows the pooler alone."""
    enrolled = team.enrol("anna")
    straight = enrolled.url
    with pooled(team.server, [enrolled.role]) as folder:
        socket = str(folder).replace("/", "%2F")
        server = str(team.server.folder).replace("/", "%2F")
        enrolled.url = straight.replace(server, socket)
        yield enrolled


def test_pushes_go_on_where_another_session_was_left(person: Person) -> None:
    """What one push has left there is in no other's way."""
    for begin in (1, 301, 601):
        runs = (shown_run(number) for number in range(begin, begin + 300))
        person.record(*chain.from_iterable(runs))
        assert person.team("push") == "1,500 facts of 300 runs sent\n"

    assert "there: 4,500 facts of 900 runs" in person.team("status")
    assert "forgotten 900 runs" in person.team("forget", "--yes")


def test_what_holds_is_set_in_each_transaction_and_not_left_behind(
    person: Person,
) -> None:
    """Whichever session the server gives, and whoever has it next."""
    where = {key: str(word) for key, word in conninfo_to_dict(person.url).items()}
    path = b"SHOW search_path"
    with (
        Session.opened(where) as session,
        closing(psycopg.connect(person.url, autocommit=True)) as other,
    ):
        usual = other.execute(path).fetchall()
        session.begin()
        with other.transaction():
            other.execute("SELECT 1")  # has the session that was set up
            assert session.execute(path).fetchall() == [("",)]
        with session.transaction():
            assert session.execute(path).fetchall() == [("",)]
            with session.transaction():
                assert session.execute(path).fetchall() == [("",)]

        assert other.execute(path).fetchall() == usual != [("",)]
