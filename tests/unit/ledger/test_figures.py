"""Sums and quantiles, and how they are read."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.domain.entry import Surface
from hexai.domain.figures import (
    Figures,
    Filter,
    Quantile,
    Subject,
    Times,
    Traffic,
    TrafficWindow,
)
from hexai.domain.figures_by_week import put_together
from hexai.domain.outcome import Status, Timings
from hexai.domain.provider import Given, Usage
from hexai.domain.record import (
    SAMPLED_AFTER,
    Background,
    Choice,
    Fact,
    Method,
    RunRecord,
    Shown,
    Survived,
)
from hexai.ledger import figures
from hexai.ledger.access import Ledger
from hexai.ledger.database import json_list, open_database
from hexai.ledger.forget import UNUSED_CELLS
from hexai.ledger.store import Store
from tests.support.records import BEGAN_AT, chosen, contender_record, run_id, run_record


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
    [found] = Times(seen=Counter(times)).quantiles(share)

    assert found is not None
    expected = next(
        t for t in sorted(times) if sum(o <= t for o in times) >= share * len(times)
    )
    assert found == Quantile(seconds=expected / 1000, at_least=False)


def test_a_quantile_among_those_cut_off_is_a_lower_bound() -> None:
    """Who timed out is not dropped: it would have taken longer."""
    times = Times(seen=Counter({100: 1}), cut=Counter({20_000: 1}))

    assert times.quantiles(0.5, 0.9) == [
        Quantile(seconds=0.1, at_least=False),
        Quantile(seconds=20.0, at_least=True),
    ]
    assert Times().quantiles(0.5, 0.9) == [None, None]


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
        Shown(run_id=run_id(1), at=0.0, items=((0,),)),
        Shown(run_id=run_id(4), at=0.0, items=((), (0,))),
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
    assert (found.shown, found.first, found.shown_unpriced) == (2, 1, 1)
    assert found.shown_in == {0: 2}
    assert found.accepted_in == {0: 1.0}
    assert found.kept_in[0].texts == (1, 1, 0, 0)
    assert found.kept_in[0].before == (100.0, 50.0, 0.0, 0.0)
    assert found.kept_in[0].after == (50.0, 25.0, 0.0, 0.0)


def test_an_answer_in_one_piece_has_no_speed(ledger: Ledger) -> None:
    """It would make a model look faster than any is."""
    whole = Timings(ttft=0.5, generating=0.001, total=0.5)
    ledger.take(taken(1, total=2.0), run_record(2, contender_record(0, timings=whole)))

    [(_, found)] = ledger.figures(Filter())

    assert found.runs == 2
    assert found.tokens_per_s == pytest.approx(159 / 1.0)


def test_only_who_tells_of_its_cache_counts_for_it(ledger: Ledger) -> None:
    """What an upstream does not say is no 0; reading and writing are told apart."""

    def used(cached: int | None = None, written: int | None = None) -> Usage:
        return Usage(
            input=300, output=160, cached=cached, written=written, source="reported"
        )

    usages = (used(), used(0), used(240), used(30, 60))
    ledger.take(*(taken(n, total=1.0, usage=u) for n, u in enumerate(usages, 1)))

    [(_, found)] = ledger.figures(Filter())

    assert (found.cached_input, found.cached_of) == (270, 900)
    assert (found.written_input, found.written_of) == (60, 300)


def test_what_is_not_offered_is_counted_by_its_reason(ledger: Ledger) -> None:
    """Of each model, since when one asks; it is read back as it was told."""
    for number, reason in enumerate(("prose", "empty", "prose", None)):
        odd, good = contender_record(0, refused=reason), contender_record(1)
        ledger.take(run_record(number, odd, good))

    first, second = ledger.figures(Filter())
    late = ledger.figures(Filter(since=run_record(2).started_at))

    assert first[1].refused == Counter({"prose": 2, "empty": 1})
    assert second[1].refused == Counter()
    assert late[0][1].refused == Counter({"prose": 1})
    read = [each.run.contenders[0].refused for each in ledger.newest()]
    assert read == [None, "prose", "empty", "prose"]


def test_what_answers_a_cut_prompt_costs_and_compares_with_nothing(
    ledger: Ledger,
) -> None:
    """It was paid for; its times, its speed and what became of it are of another."""
    cut = Given(tokens=9000, held=4096, cut=True)
    ledger.take(
        taken(1, total=1.0),
        taken(2, total=9.0, given=cut, late=True),
        taken(3, total=7.0, given=cut, status=Status.FAILED, usage=None),
        *(Shown(run_id=run_id(n), at=0.0, items=((0,),)) for n in (1, 2)),
        *(chosen(n, 0, characters=10, method=Method.COMMAND) for n in (1, 2)),
    )

    [(_, found)] = ledger.figures(Filter())
    [(_, newer)] = ledger.figures(Filter(since=run_record(3).started_at))

    assert (found.runs, found.answered, found.failed) == (3, 2, 1)
    assert (found.cut, found.late) == (2, 1)
    price = contender_record(0).cost_usd
    assert price is not None
    assert found.cost_usd == 3 * price
    assert found.total == Times(seen=Counter({1000: 1}))
    assert found.first_token == Times(seen=Counter({500: 1}))
    assert (found.generating_ms, found.characters) == (500, 10)
    assert (found.shown, found.first, found.accepted) == (1, 1, 1)
    assert (newer.runs, newer.cut) == (1, 1)


def test_loads_and_waits_are_counted_from_a_tenth_of_a_second(ledger: Ledger) -> None:
    """What an upstream tells of a model that is there is no load."""
    held_up = ((12.8, 0.0), (0.001, 0.1), (0.099, 3.0), (0.0, 0.0))
    for number, (loading, queued) in enumerate(held_up, 1):
        timings = Timings(loading=loading, queued=queued, total=1.0)
        ledger.take(run_record(number, contender_record(0, timings=timings)))

    [(_, found)] = ledger.figures(Filter())
    [(_, later)] = ledger.figures(Filter(since=run_record(2).started_at))

    assert (found.loads, found.loading_ms) == (1, 12_800)
    assert (found.waits, found.queued_ms) == (2, 3_100)
    assert (later.loads, later.waits) == (0, 2)


def test_one_model_is_one_whatever_was_worked_on(ledger: Ledger) -> None:
    """Projects and languages are added up, and a sitting over two of them is one."""
    for number, language in enumerate(("go", "python", "go", "python"), 1):
        ledger.take(
            run_record(
                number,
                contender_record(0),
                background=Background(language=language, project="/p"),
                sitting=f"{1:032x}",
            ),
            chosen(number, 0, characters=10),
            Survived(run_id=run_id(number), after=30, share=0.5),
        )

    [(subject, found)] = ledger.figures(Filter())
    [(_, of_go)] = ledger.figures(Filter(language="go"))

    assert (subject.surface, subject.model) == ("cli", "model0")
    assert (found.runs, found.shown_in, found.accepted_in) == (4, {1: 4}, {1: 4.0})
    assert found.kept_in[1].after[0] == 20.0
    assert (of_go.runs, of_go.accepted, of_go.kept_in[1].after[0]) == (2, 2.0, 10.0)


def test_to_forget_a_run_looks_at_no_other(tmp_path: Path) -> None:
    """Whether a cell is still used is one step in an index, however large it is."""
    path = tmp_path / "ledger.db"
    path.touch()
    with closing(open_database(path, patience=0.1)) as connection:
        query = f"EXPLAIN QUERY PLAN {UNUSED_CELLS}"
        steps = [step[3] for step in connection.execute(query)]

    assert any("(cached=? AND cut=? AND status=? AND cell=?)" in step for step in steps)


def test_cached_answers_count_nowhere(ledger: Ledger) -> None:
    """Nobody was asked."""
    ledger.take(taken(1, total=1.0), taken(2, total=5.0, cached=True))

    [(_, found)] = ledger.figures(Filter())

    assert (found.runs, found.total.seen) == (1, Counter({1000: 1}))


@pytest.mark.parametrize("cut", [figures.WHOLE[0], figures.BY_WEEK[0]])
def test_statistics_read_one_index_in_its_order(
    tmp_path: Path, cut: figures.Cut
) -> None:
    """They touch no table and sort nothing, which is what makes them fast."""
    path = tmp_path / "ledger.db"
    path.touch()
    connection = open_database(path, patience=0.1)

    cells = json_list([1, 2])
    queries = (
        (cut.of(figures.SUMS, "count(ttft)"), (Status.ANSWERED, cells, 0)),
        (cut.of(figures.CUT), (Status.ANSWERED, cells, 0)),
        (cut.of(figures.TAKEN), (cells, 0)),
    )
    for query, values in queries:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {query}", values).fetchall()
        steps = [step[3] for step in plan]
        assert steps[0].startswith("SEARCH contender USING COVERING INDEX")
        assert not any("TEMP B-TREE" in step for step in steps)
    connection.close()


def test_parts_add_up_to_the_whole(ledger: Ledger) -> None:
    """Cut by language and week, with sittings or without, figures lose nothing."""
    dice = Random(3)
    for number in range(60):
        fact = run_record(
            number,
            contender_record(0, timings=Timings(total=dice.random() * 9)),
            contender_record(1, status=dice.choice([*Status])),
            surface=Surface.COMPLETION,
            background=Background(language=dice.choice(["go", "python"])),
            started_at=BEGAN_AT + number * 86_400.0,
            sitting="" if number < 20 else f"{number // 4:032x}",
        )
        ledger.take(fact, *_taken_and_kept(number, dice))
    parts = ledger.parts(Filter())
    by_subject: dict[Subject, list[Figures]] = {}
    for part, figured in parts:
        by_subject.setdefault(part.subject, []).append(figured)
    whole = dict(ledger.figures(Filter()))

    assert len({(part.language, part.week) for part, _ in parts}) > 12
    assert {s: put_together(each) for s, each in by_subject.items()} == whole
    assert sum(each.accepted for each in whole.values()) > 10


def _taken_and_kept(number: int, dice: Random) -> list[Fact]:
    took = (number % 2,)
    return [
        Shown(run_id=run_id(number), at=BEGAN_AT, items=((0,), (1,))),
        chosen(number, *took, method=Method.COMMAND, characters=40),
        Survived(run_id=run_id(number), after=30, share=dice.choice([0.5, 1.0])),
    ]


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


def test_a_vote_moves_no_row_of_an_editors_list(tmp_path: Path) -> None:
    """Whatever comes first, what was shown comes back as it was told."""
    run = run_record(1, *(contender_record(index) for index in range(3)))
    shown = Shown(run_id=run_id(1), at=1_800_000_070.0, items=((2,), (0,)), whole=True)
    vote = chosen(1, 0, at=1_800_000_090.0)
    told: tuple[Fact, ...] = (run, shown, vote)
    for number, facts in enumerate(permutations(told)):
        path = tmp_path / f"{number}.db"
        path.touch()
        with closing(Ledger(path, patience=0.1)) as ledger:
            ledger.take(*facts)

            [recorded] = ledger.all()
            figures = {cell.model: found for cell, found in ledger.figures(Filter())}

        assert recorded.shown == shown
        assert [figures[f"model{i}"].shown for i in range(3)] == [1, 0, 1]
        assert figures["model2"].first == 1


def test_who_is_no_longer_chosen_keeps_nothing(ledger: Ledger) -> None:
    """A newer choice takes the credit with all that was counted for it."""
    ledger.take(
        run_record(1),
        chosen(1, 0, characters=100, at=1_800_000_100.0),
        Survived(run_id=run_id(1), after=30, share=0.5),
        chosen(1, 0, 1, characters=40, at=1_800_000_200.0),
        chosen(1, 1, characters=40, at=1_800_000_300.0),
    )

    first, second = (found for _, found in ledger.figures(Filter()))

    assert (first.accepted, first.characters, first.kept_in) == (0, 0, {})
    assert (second.accepted, second.kept_in[0].after[0]) == (1, 20.0)


def test_a_ledger_of_before_tells_the_same(tmp_path: Path) -> None:
    """What statistics read is made of what an older program recorded."""
    path = tmp_path / "ledger.db"
    path.touch()
    facts = [
        fact
        for number in range(1, 9)
        for fact in (
            run_record(number, sitting=f"{number % 3:032x}"),
            chosen(number, *range(number % 3), characters=30),
            Survived(run_id=run_id(number), after=30, share=0.5),
        )
    ]
    with closing(Ledger(path, patience=0.1)) as ledger:
        ledger.take(*facts)
        expected = ledger.figures(Filter())
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.execute("DROP INDEX contender_figures")
        old.execute("DROP INDEX contender_taken")
        old.execute("DROP INDEX contender_held_up")
        old.execute("DROP INDEX contender_refused")
        old.execute("DROP INDEX run_unsettled")
        old.execute("DROP INDEX run_place")
        old.execute("DROP INDEX run_narrowed")
        old.execute("DROP INDEX run_thread")
        benches = ("bench", "bench_cell", "bench_reserved", "bench_change")
        for table in (*benches, "bench_vote", "change", "team_push", "team_forgotten"):
            old.execute(f"DROP TABLE {table}")
        later = ("given", "held", "cut", "refused", "beside", "follows", "turns")
        kept = (f"kept_{a}" for a in SAMPLED_AFTER)
        for column in ("sitting", "sharing", *kept, *later):
            old.execute(f"ALTER TABLE contender DROP COLUMN {column}")
        for column in (
            "narrowed",
            "settles_at",
            "thread",
            "follows",
            "terminal",
            "withheld",
            "named_at",
        ):
            old.execute(f"ALTER TABLE run DROP COLUMN {column}")
        old.execute("ALTER TABLE answer DROP COLUMN asked_with")
        old.execute("UPDATE contender SET position = NULL")
        old.execute("ALTER TABLE cell RENAME TO newer")
        columns = "id INTEGER PRIMARY KEY, surface, language, project, model"
        old.execute(f"CREATE TABLE cell ({columns})")
        old.execute(
            "INSERT INTO cell SELECT id, surface, language, project, model FROM newer"
        )
        old.execute("DROP TABLE newer")
        old.execute("DROP TABLE told_apart")
        old.execute("CREATE INDEX contender_figures ON contender (cached, cell)")
        old.execute("PRAGMA user_version = 4")

    with closing(Ledger(path, patience=0.1)) as ledger:
        assert ledger.figures(Filter()) == expected


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
    window = TrafficWindow(minutes=60)
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


def test_what_was_asked_beside_a_bench_has_no_times_and_all_else(
    ledger: Ledger,
) -> None:
    """Two models shared the machine then; what was taken was taken all the same."""
    ledger.take(
        taken(1, total=1.0),
        taken(2, total=50.0, beside=True),
        taken(3, total=60.0, beside=True, status=Status.CANCELLED),
        chosen(2, 0, characters=100, method=Method.COMMAND),
    )

    [(_, found)] = ledger.figures(Filter())

    assert found.runs == 3
    assert found.total.seen == Counter({1000: 1})
    assert not found.total.cut
    assert found.first_token.seen.total() == 1
    assert found.generating_ms < 50_000
    assert found.accepted == 1
