"""Benches in the ledger: each cell once, and gone when they are removed."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from hexai.domain.bench import (
    BenchContender,
    BenchRecord,
    Ending,
    Plan,
    State,
    TaskRecord,
)
from hexai.errors import LedgerError
from hexai.ledger.access import Ledger
from hexai.service.recorder import make_ledger_file
from tests.support.benches import cell, task

PLAN = Plan(
    project="/home/ada/code",
    contenders=(
        BenchContender(
            label="a", provider="p", model="m", upstream="https://x:443", local=False
        ),
    ),
    tasks=(TaskRecord.of(task(1)), TaskRecord.of(task(2))),
)
DAY = 86_400.0


def record(key: str = "ab" * 16, started_at: float = 1000.0) -> BenchRecord:
    """Make a bench that is to be begun."""
    return BenchRecord(number=0, id=key, name="n", started_at=started_at, plan=PLAN)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a new ledger."""
    opened = Ledger(make_ledger_file(tmp_path), patience=1.0)
    yield opened
    opened.close()


def test_a_bench_is_read_as_it_was_written(ledger: Ledger) -> None:
    """Its plan, its cells, and why it ended."""
    begun = ledger.benches.begin(record())
    cells = [
        cell("00000001", 0, cost_usd=Decimal("0.000123456")),
        cell("00000002", 0, state=State.FAILED, score=None, error="no"),
    ]
    for each in cells:
        ledger.benches.put(begun.number, each)
    ledger.benches.end(begun.number, Ending.DECIDED, {0: "wrong key"})

    read = ledger.benches.read(begun.number)

    assert read is not None
    assert read.plan == PLAN
    assert [*read.cells] == cells
    assert (read.ending, read.aside) == (Ending.DECIDED, {0: "wrong key"})
    assert read.cost_usd == Decimal("0.000123456")


def test_a_cell_that_is_told_twice_counts_once(ledger: Ledger) -> None:
    """The first telling is the one that was paid for."""
    number = ledger.benches.begin(record()).number
    ledger.benches.put(number, cell("00000001", 0, saved=0.5))
    ledger.benches.put(number, cell("00000001", 0, saved=0.1))

    read = ledger.benches.read(number)

    assert read is not None
    assert [each.score and each.score.saved for each in read.cells] == [0.5]


def test_what_was_reserved_for_a_cell_that_never_came_is_lost(ledger: Ledger) -> None:
    """A killed process leaves it behind; an answer takes it away."""
    number = ledger.benches.begin(record()).number
    ledger.benches.reserve(number, "00000001", 0, Decimal("0.02"))
    ledger.benches.reserve(number, "00000002", 0, Decimal("0.03"))
    ledger.benches.put(number, cell("00000001", 0))

    read = ledger.benches.read(number)

    assert read is not None
    assert read.lost_usd == Decimal("0.03")


def test_what_a_cell_may_have_cost_beyond_its_price_is_spent(ledger: Ledger) -> None:
    """Once, however often it is told; a price that nobody knows is none of it."""
    number = ledger.benches.begin(record()).number
    for _ in range(2):
        priced = cell("00000001", 0, cost_usd=Decimal("0.004"))
        ledger.benches.put(number, priced, Decimal("0.01"))
    ledger.benches.put(number, cell("00000002", 0, cost_usd=None), Decimal("0.03"))

    read = ledger.benches.read(number)

    assert read is not None
    assert read.cost_usd + read.lost_usd == Decimal("0.04")


def test_what_was_spent_on_no_cell_stays_spent(ledger: Ledger) -> None:
    """Whether it was put off or killed, and whatever is answered after that."""
    number = ledger.benches.begin(record()).number
    ledger.benches.reserve(number, "00000001", 0, Decimal("0.02"))
    ledger.benches.drop(number, "00000001", 0, Decimal("0.005"))
    ledger.benches.reserve(number, "00000002", 0, Decimal("0.03"))
    ledger.benches.drop(number, "00000002", 0, Decimal(0))
    ledger.benches.reserve(number, "00000001", 0, Decimal("0.02"))  # and is killed

    for _ in range(2):
        ledger.benches.take_over(number)
    ledger.benches.reserve(number, "00000001", 0, Decimal("0.02"))
    ledger.benches.put(number, cell("00000001", 0))

    read = ledger.benches.read(number)

    assert read is not None
    assert read.lost_usd == Decimal("0.025")


@pytest.mark.parametrize(
    ("word", "found"),
    [("1", 1), ("ababab", 1), ("ABABABA", 1), ("2", 0), ("abab", 0), ("ab****", 0)],
)
def test_a_bench_is_found_by_number_or_id(
    ledger: Ledger, word: str, found: int
) -> None:
    """Signs that patterns have mean nothing."""
    ledger.benches.begin(record())

    assert len(ledger.benches.find(word)) == found


def test_benches_are_removed_with_all_that_is_theirs(ledger: Ledger) -> None:
    """And others stay."""
    one = ledger.benches.begin(record()).number
    other = ledger.benches.begin(record("cd" * 16)).number
    for number in (one, other):
        ledger.benches.put(number, cell("00000001", 0))
        ledger.benches.reserve(number, "00000002", 0, Decimal(1))

    ledger.benches.remove([one])

    assert ledger.benches.read(one) is None
    assert ledger.benches.ids() == {"cd" * 16}
    assert ledger.benches.count_cells(one) == 0
    assert ledger.benches.count_cells(other) == 1
    ledger.remove_all()
    assert not ledger.benches.ids()


def test_no_number_is_given_twice(ledger: Ledger) -> None:
    """What somebody wrote down never means another bench."""
    first = ledger.benches.begin(record()).number
    ledger.benches.remove([first])

    assert ledger.benches.begin(record()).number == first + 1


def test_retention_forgets_old_benches(ledger: Ledger) -> None:
    """By the day on which they began."""
    ledger.benches.begin(record(started_at=1 * DAY))
    young = ledger.benches.begin(record("cd" * 16, started_at=9 * DAY))

    ledger.expire(10 * DAY, days=5)

    assert [each.number for each in ledger.benches.listed()] == [young.number]


def test_a_damaged_bench_is_left_out_of_the_list(
    ledger: Ledger, tmp_path: Path
) -> None:
    """It keeps no other from being read."""
    ledger.benches.begin(record())
    whole = ledger.benches.begin(record("cd" * 16))
    connection = ledger.benches._connection
    connection.execute("UPDATE bench SET plan = '{' WHERE number = 1")

    assert [each.number for each in ledger.benches.listed()] == [whole.number]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE bench SET plan = '{'",
        "UPDATE bench_cell SET cell = '[]'",
        "UPDATE bench_change SET contender = 7; UPDATE bench_cell SET contender = 7",
    ],
)
def test_a_damaged_bench_is_named_where_its_cells_are_new(
    ledger: Ledger, damage: str
) -> None:
    """With what removes it: nothing more could be pushed to a team else."""
    begun = ledger.benches.begin(record())
    ledger.benches.put(begun.number, cell("00000001", 0))
    assert len(ledger.changes.cells(0, most=9)) == 1
    for statement in damage.split(";"):
        ledger.benches._connection.execute(statement)

    with pytest.raises(LedgerError, match="`hexai bench forget 1` removes it"):
        ledger.changes.cells(0, most=9)
