"""Threads in the ledger: what belongs together, goes together, and counts once."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from hexai.domain.figures import Filter
from hexai.domain.ranking import Counted
from hexai.domain.record import Background, RecordedRun, RunRecord
from hexai.ledger.access import Ledger
from hexai.service.ledger_transfer import from_lines, to_lines
from tests.support.records import BEGAN_AT, chosen, contender_record, run_id, run_record


def turn(number: int, follows: int, begins: int = 1) -> RunRecord:
    """Record a run that goes on with another."""
    return run_record(
        number,
        contender_record(0, follows=0, turns=1),
        contender_record(1, follows=1, turns=1),
        thread=run_id(begins),
        follows=run_id(follows),
    )


@pytest.fixture(name="ledger")
def fixture_ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open an empty ledger."""
    (tmp_path / "ledger.db").touch(mode=0o600)
    with closing(Ledger(tmp_path / "ledger.db", patience=1.0)) as ledger:
        yield ledger


def runs(ledger: Ledger) -> list[RecordedRun]:
    """Give what is recorded, the oldest first."""
    return [*ledger.all()]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_a_thread_reads_as_it_was_told(ledger: Ledger, order: tuple[int, ...]) -> None:
    """Whichever of its runs is told first; the first learns that it began one."""
    told = [run_record(1), turn(2, 1), turn(3, 2)]
    for place in order:
        ledger.take(told[place])

    first, second, third = (each.run for each in runs(ledger))

    assert [first.thread, second.thread, third.thread] == [run_id(1)] * 3
    assert [first.follows, second.follows, third.follows] == ["", run_id(1), run_id(2)]
    assert [each.follows for each in third.contenders] == [0, 1]
    assert [each.turns for each in third.contenders] == [1, 1]


def test_a_thread_is_as_old_as_its_beginning(ledger: Ledger) -> None:
    """Whoever forgets what is older, a project or a run forgets threads whole."""
    ledger.take(run_record(1), run_record(2), turn(3, 1), turn(4, 1))

    assert ledger.before(BEGAN_AT + 90) == [1, 3, 4]
    assert ledger.thread_of(4) == [1, 3, 4]
    assert ledger.thread_of(2) == [2]


def test_a_turn_of_a_wrong_clock_takes_no_thread_along(ledger: Ledger) -> None:
    """It goes with its beginning, however old it seems; without one it counts."""
    early = replace(turn(2, 1), started_at=0.0)
    ledger.take(run_record(1), early, turn(3, 2), run_record(4))
    orphan = replace(turn(6, 5, begins=5), started_at=0.0)
    ledger.take(orphan, turn(7, 6, begins=5))

    assert ledger.before(BEGAN_AT + 30) == [5, 6]
    assert ledger.before(BEGAN_AT + 90) == [1, 2, 3, 5, 6]


def test_a_thread_counts_once(ledger: Ledger) -> None:
    """By the vote that came first, whichever run it is about."""
    ledger.take(run_record(1), turn(2, 1), turn(3, 2), run_record(4))
    ledger.take(chosen(2, 0), chosen(3, 1), chosen(4, 1))
    ledger.take(chosen(1, 1, at=BEGAN_AT + 9999))

    [board] = ledger.leaderboard(Filter(), Counted(now=BEGAN_AT + 10**6))
    [ranking] = board.rankings
    [pair] = ranking.comparisons

    assert (pair.won, pair.choices) == (1, 2)
    [surface] = {each.run.surface for each in runs(ledger)}
    stood = [ledger.standing(n, surface, BEGAN_AT + 10**6) for n in (1, 2, 3, 4)]
    assert [each.decided_before for each in stood] == [True, False, True, False]


def test_the_last_at_a_terminal_is_found(ledger: Ledger) -> None:
    """The newest of late; other terminals and older ones are others."""
    for number, terminal in enumerate(["a", "b", "a", ""], start=1):
        background = Background(terminal=terminal)
        ledger.take(run_record(number, background=background))

    assert ledger.last_at("cli", "a", 0.0) == 3
    assert ledger.last_at("cli", "b", BEGAN_AT + 150) is None


def test_a_thread_travels(ledger: Ledger, tmp_path: Path) -> None:
    """With all but the terminal, which is none elsewhere."""
    background = Background(terminal="a", project="/p")
    ledger.take(run_record(1, background=background), turn(2, 1))
    lines = [*to_lines(runs(ledger), texts=True)]
    (tmp_path / "other.db").touch(mode=0o600)
    with closing(Ledger(tmp_path / "other.db", patience=1.0)) as other:
        for facts in from_lines(lines):
            other.take(*facts)
        taken = runs(other)

    assert [each.run.thread for each in taken] == [run_id(1)] * 2
    assert taken[1].run.follows == run_id(1)
    assert taken[0].run.background == Background(project="/p")
