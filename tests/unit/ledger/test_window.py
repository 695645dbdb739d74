"""The ledger's sums for a status: what lies in the window, and nothing else."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hexai.domain.outcome import Status
from hexai.domain.record import RunRecord
from hexai.domain.window import Traffic, Window
from hexai.ledger.access import Ledger
from tests.support.records import (
    BEGAN_AT,
    chosen,
    contender_record,
    run_id,
    run_record,
)


@pytest.fixture(name="ledger")
def fixture_ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open an empty ledger."""
    path = tmp_path / "ledger.db"
    path.touch()
    with closing(Ledger(path, patience=1.0)) as ledger:
        yield ledger


def told(*numbers: int) -> list[RunRecord]:
    """Make runs in which some answered, one of them from the cache."""
    return [
        run_record(
            number,
            contender_record(0, sent=100 + number, received=number),
            contender_record(1, model=f"model{number % 3}", sent=7, received=2),
            contender_record(2, sent=9, received=9, status=Status.FAILED),
            contender_record(3, sent=9, received=9, status=Status.TIMED_OUT),
            contender_record(4, sent=0, received=0, cached=True),
        )
        for number in numbers
    ]


def added_up(*runs: RunRecord) -> set[Traffic]:
    """Add runs up one by one."""
    window = Window(minutes=60)
    for run in runs:
        window = window.plus(run)
    return set(window.traffic)


def test_it_says_what_adding_up_the_runs_says(ledger: Ledger) -> None:
    """The sums of the database are those of the runs told one by one."""
    runs = told(*range(1, 10))
    ledger.take(*runs)

    assert set(ledger.traffic(BEGAN_AT)) == added_up(*runs)


def test_what_began_before_is_left_out(ledger: Ledger) -> None:
    """Runs are a minute apart; the one that begins with the window is in it."""
    ledger.take(*told(1, 2, 3, 4))

    assert set(ledger.traffic(BEGAN_AT + 180)) == added_up(*told(3, 4))
    assert ledger.traffic(BEGAN_AT + 241) == ()


def test_runs_can_be_left_out(ledger: Ledger) -> None:
    """They are there already, or not yet, and whoever asks adds them."""
    ledger.take(*told(1, 2, 3))

    found = ledger.traffic(BEGAN_AT, without=(run_id(2), run_id(3), run_id(4)))

    assert set(found) == added_up(*told(1))


def test_runs_of_before_the_bytes_count_as_requests(ledger: Ledger) -> None:
    """How much was said in them nobody knows."""
    ledger.take(run_record(1, contender_record(0)))

    [traffic] = ledger.traffic(BEGAN_AT)

    assert (traffic.requests, traffic.sent, traffic.received) == (1, 0, 0)


def test_a_blind_run_counts_once_there_is_a_choice(ledger: Ledger) -> None:
    """Before that, a status would tell its letters apart."""
    ledger.take(run_record(1, contender_record(0), blind=True))
    before = ledger.traffic(BEGAN_AT)
    ledger.take(chosen(1, 0))
    after = ledger.traffic(BEGAN_AT)

    assert before == ()
    assert [each.requests for each in after] == [1]
