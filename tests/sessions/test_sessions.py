"""What is recorded equals a second account of the same sessions."""

import time
from secrets import randbelow

from msgspec.structs import replace

from tests.sessions.account import account
from tests.sessions.played import play
from tests.sessions.run import compare
from tests.sessions.session import EDITORS, make

SECONDS = 3.0


def test_the_record_equals_an_account_of_the_whole_session() -> None:
    """Other sessions each time; `scripts/fuzz --sessions` goes on longer."""
    start = randbelow(1_000_000_000)
    until, number = time.monotonic() + SECONDS, start

    while time.monotonic() < until:
        assert (found := compare(number)) is None, str(found)
        number += 1

    assert number > start + 20


def test_a_session_comes_again_by_its_number() -> None:
    """What differed once can be looked at, and no editor is left out."""
    assert make(7) == make(7)
    assert {make(number).editor for number in range(200)} == {*EDITORS}


def test_a_record_that_is_wrong_is_found() -> None:
    """The second account hangs together with what is done, not with the first one."""
    number = next(n for n in range(1000) if play(make(n)))
    session = make(number)

    shorter = replace(session, events=session.events[:0])

    assert play(session) == account(session)
    assert account(shorter) != play(session)
