"""Since when it is known who is who in a blind run, and what is a blind choice."""

from collections.abc import Iterator
from contextlib import closing
from itertools import permutations
from pathlib import Path

import pytest

from hexai.domain.entry import Surface
from hexai.domain.figures import Filter
from hexai.domain.ranking import Counted
from hexai.domain.record import Choice, Fact, Method, Named, RecordedRun
from hexai.ledger.access import Ledger
from hexai.service.ledger_transfer import from_lines, to_lines
from tests.support.records import BEGAN_AT, chosen, contender_record, run_id, run_record

RUN = run_record(1, blind=True, seed=7)
NOW = BEGAN_AT + 10_000


@pytest.fixture(name="ledger")
def fixture_ledger(path: Path) -> Iterator[Ledger]:
    """Open an empty ledger."""
    with closing(Ledger(path, patience=1.0)) as ledger:
        yield ledger


def named(after: float, number: int = 1) -> Named:
    """Name a run so many seconds after a vote of `chosen` would have come."""
    return Named(run_id=run_id(number), at=chosen(number).at + after)


def read(ledger: Ledger, number: int = 1) -> RecordedRun:
    """Give a run by its place in the order of the ids."""
    return [*ledger.all()][number - 1]


def blind_votes(ledger: Ledger) -> int:
    """Count what a leaderboard of blind choices is made of."""
    counted = Counted(now=NOW, blind=True)
    boards = ledger.leaderboard(Filter(), counted, "entry")
    return sum(ranking.trials for board in boards for ranking in board.rankings)


@pytest.mark.parametrize(
    ("facts", "is_blind"),
    [
        ((RUN, chosen(1, 0)), True),
        ((RUN, chosen(1, 0), named(after=0)), True),
        ((RUN, chosen(1, 0), named(after=-5)), False),
        ((RUN, chosen(1, 0), named(after=-5), named(after=3)), False),
        ((RUN, chosen(1, 0), chosen(1, 1, at=chosen(1).at + 9)), False),
    ],
    ids=["a vote", "named by it", "named before", "named twice", "changed"],
)
def test_a_vote_is_blind_until_names_were_told(
    ledger: Ledger, facts: tuple[Fact, ...], is_blind: bool
) -> None:
    """Whichever of these facts is told first, and however often."""
    for order in permutations(facts):
        ledger.take(*order, *order)

        assert read(ledger).is_blind_choice is is_blind
        assert blind_votes(ledger) == is_blind
        [told] = ledger.changes.runs(0, most=9, now=NOW)
        assert bool(told.is_blind_choice) is is_blind
        ledger.remove_all()


def test_with_names_in_sight_no_vote_is_blind(ledger: Ledger) -> None:
    """And nothing has to be named."""
    ledger.take(run_record(1), chosen(1, 0), named(after=9))

    assert not read(ledger).is_blind_choice
    assert read(ledger).named is None


def test_what_an_editor_corrects_stays_blind(ledger: Ledger) -> None:
    """Who was who is said as a row is taken; its tail may be cut after that."""
    ledger.take(
        run_record(1, blind=True, surface=Surface.COMPLETION),
        chosen(1, 0, method=Method.COMMAND),
        named(after=1),
        chosen(1, 0, at=chosen(1).at + 2, method=Method.INFERRED, choice=Choice.PARTLY),
    )

    assert read(ledger).is_blind_choice


def test_a_list_that_settled_by_itself_was_named_then(ledger: Ledger) -> None:
    """A later vote on it has seen what everything shows since."""
    left = chosen(1, choice=Choice.NONE, method=Method.INFERRED, settles_at=NOW)
    vote = chosen(1, 0, at=NOW + 1)
    ledger.take(RUN, left, vote)

    recorded = read(ledger)

    assert recorded.named == Named(run_id=run_id(1), at=NOW)
    assert not recorded.is_blind_choice


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_who_is_named_in_a_thread_is_named_in_all_of_it(
    ledger: Ledger, order: tuple[int, ...]
) -> None:
    """Letters are drawn once for a thread, whichever of its runs comes first."""
    goes_on = run_record(
        2,
        contender_record(0, follows=0, turns=1),
        contender_record(1, follows=1, turns=1),
        blind=True,
        thread=run_id(1),
        follows=run_id(1),
    )
    facts: tuple[Fact, ...] = (RUN, goes_on, named(after=0))
    ledger.take(*(facts[place] for place in order))
    ledger.take(chosen(2, 0))

    assert [read(ledger, n).named for n in (1, 2)] == [
        Named(run_id=run_id(n), at=named(after=0).at) for n in (1, 2)
    ]
    assert not read(ledger, 2).is_blind_choice


def test_it_travels(ledger: Ledger) -> None:
    """With what is exported, and taken in elsewhere."""
    ledger.take(RUN, named(after=-5), chosen(1, 0))
    lines = [*to_lines(ledger.all(), texts=True)]
    ledger.remove_all()

    for facts in from_lines(lines):
        ledger.take(*facts)

    assert read(ledger).named == named(after=-5)
    assert not read(ledger).is_blind_choice
