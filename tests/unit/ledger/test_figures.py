"""Sums and quantiles, and how they are read."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.domain.choice import Choice, Method, Survived
from hexai.domain.figures import Filter, Quantile, Times
from hexai.domain.outcome import Status, Timings
from hexai.domain.record import RunRecord
from hexai.ledger import figures
from hexai.ledger.access import Ledger
from hexai.ledger.database import open_database
from hexai.ledger.store import Store
from hexai.ledger.units import json_list
from tests.support.records import chosen, contender_record, run_id, run_record


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a new ledger."""
    path = tmp_path / "ledger.db"
    path.touch()
    opened = Ledger(path, patience=0.1)
    yield opened
    opened.close()


def taken(number: int, *, total: float, **facts: object) -> RunRecord:
    """Record a run of one contender that took `total` seconds."""
    timings = Timings(ttft=total / 2, generating=total / 2, total=total)
    return run_record(number, contender_record(0, timings=timings, **facts))


@given(st.lists(st.integers(0, 50), min_size=1), st.floats(0.01, 1.0))
def test_a_quantile_is_that_of_the_sorted_times(times: list[int], share: float) -> None:
    """The smallest time that a share of all did not exceed, however often seen."""
    found = Times(seen=Counter(times)).quantile(share)

    assert found is not None
    expected = next(
        t for t in sorted(times) if sum(o <= t for o in times) >= share * len(times)
    )
    assert found == Quantile(seconds=expected / 1000, at_least=False)


def test_a_quantile_among_those_cut_off_is_a_lower_bound() -> None:
    """Who timed out is not dropped: it would have taken longer."""
    times = Times(seen=Counter({100: 1}), cut=Counter({20_000: 1}))

    assert times.quantile(0.5) == Quantile(seconds=0.1, at_least=False)
    assert times.quantile(0.9) == Quantile(seconds=20.0, at_least=True)
    assert Times().quantile(0.5) is None


def test_figures_of_cells_add_up(ledger: Ledger) -> None:
    """Times, tokens, money, and what was taken and stayed."""
    ledger.take(
        taken(1, total=1.0),
        taken(2, total=3.0, late=True),
        taken(3, total=9.0, status=Status.TIMED_OUT, usage=None, cost_usd=None),
        taken(4, total=1.0, cost_usd=None),
        chosen(1, 0, characters=100, method=Method.COMMAND),
        Survived(run_id=run_id(1), after=30, share=0.5),
        Survived(run_id=run_id(1), after=120, share=0.25),
        Survived(run_id=run_id(1), after=300, share=None),
        chosen(2, choice=Choice.NONE, method=Method.INFERRED),
    )

    [(cell, found)] = ledger.figures(Filter())

    assert (cell.provider, cell.model) == ("ollama", "model0")
    assert (found.runs, found.answered, found.timed_out, found.late) == (4, 3, 1, 1)
    assert found.total.seen == Counter({1000: 2, 3000: 1})
    assert found.total.cut == Counter({9000: 1})
    assert found.tokens_per_s == pytest.approx(3 * 159 / 2.5)
    assert found.cost_usd == Decimal("0.000246912")
    assert (found.unpriced, found.accepted) == (1, 1)
    assert (found.characters, found.followed, found.retained) == (100, 100, 25)


def test_an_answer_in_one_piece_has_no_speed(ledger: Ledger) -> None:
    """It would make a model look faster than any is."""
    whole = Timings(ttft=0.5, generating=0.001, total=0.5)
    ledger.take(taken(1, total=2.0), run_record(2, contender_record(0, timings=whole)))

    [(_, found)] = ledger.figures(Filter())

    assert found.runs == 2
    assert found.tokens_per_s == pytest.approx(159 / 1.0)


def test_cached_answers_count_nowhere(ledger: Ledger) -> None:
    """Nobody was asked."""
    ledger.take(taken(1, total=1.0), taken(2, total=5.0, cached=True))

    [(_, found)] = ledger.figures(Filter())

    assert (found.runs, found.total.seen) == (1, Counter({1000: 1}))


def test_statistics_read_one_index_in_its_order(tmp_path: Path) -> None:
    """They touch no table and sort nothing, which is what makes them fast."""
    path = tmp_path / "ledger.db"
    path.touch()
    connection = open_database(path, patience=0.1)

    plan = connection.execute(
        f"EXPLAIN QUERY PLAN {figures.SUMS}", (0, json_list([1, 2]))
    ).fetchall()
    connection.close()

    steps = [step[3] for step in plan]
    assert steps[0].startswith("SEARCH contender USING COVERING INDEX")
    assert not any("TEMP B-TREE" in step for step in steps)


def test_the_file_stays_small(tmp_path: Path) -> None:
    """Under 400 bytes an answer, without texts."""
    path = tmp_path / "ledger.db"
    path.touch()
    connection = open_database(path, patience=0.1)
    contenders = [contender_record(index, text="") for index in range(3)]
    runs = [run_record(number, *contenders, messages=()) for number in range(1, 2001)]

    Store(connection, path).take(*runs)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    [(answers,)] = connection.execute("SELECT count(*) FROM contender")
    connection.close()

    assert answers == 6000
    assert path.stat().st_size / answers < 400


def test_forgotten_names_are_gone(ledger: Ledger, tmp_path: Path) -> None:
    """Models and labels that nothing else needs go with the runs that needed them."""
    ledger.take(
        run_record(1, contender_record(0, model="MARK-model", label="MARK-label")),
        run_record(2),
    )

    ledger.remove([1])

    for path in tmp_path.glob("ledger.db*"):
        assert b"MARK" not in path.read_bytes()
    assert [each.number for each in ledger.newest()] == [2]


def test_prices_that_nobody_pays_break_no_statistics(ledger: Ledger) -> None:
    """An upstream or an import may claim them, and their sum fits in no column."""
    for number in range(1, 4):
        ledger.take(taken(number, total=1.0, cost_usd=Decimal(9 * 10**9)))

    [(_, found)] = ledger.figures(Filter())

    assert found.cost_usd == 27 * 10**9
