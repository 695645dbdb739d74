"""`hexai stats` over simulated lives: what it shows is what is true.

Somebody uses two or three models of known worth; the facts go through the real store,
and the figures come from the real command. C1 to C8 are rows of the cases that failed.
"""

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from hexai.config.folders import LEDGER_FILE
from hexai.domain.entry import Surface
from hexai.domain.outcome import Status, Timings
from hexai.domain.provider import Usage
from hexai.domain.record import (
    SAMPLED_AFTER,
    Background,
    Choice,
    ContenderRecord,
    Fact,
    Method,
    RunRecord,
    Shown,
    Survived,
)
from hexai.ledger.access import Ledger
from hexai.service.recorder import make_ledger_file
from hexai.text.cells import width
from tests.support.command_line import run_cli, simulated
from tests.support.records import BEGAN_AT, chosen, contender_record, run_id, run_record

_LISTS_A_SITTING = 20
_HOUR = 3600.0
PRICE = Decimal("0.001")


class Life(Struct):
    """Lists that somebody saw, one a minute, with an hour between sittings."""

    dice: Random
    number: int = 0

    def facts(
        self,
        order: Iterable[int],
        taken: Iterable[int] = (),
        *,
        late: Iterable[int] = (),
        language: str = "python",
        items: tuple[tuple[int, ...], ...] | None = None,
        seed: int | None = None,
    ) -> Iterator[Fact]:
        """Show models in an order, and take an answer or none; `late` ones are not."""
        self.number += 1
        sitting, within = divmod(self.number, _LISTS_A_SITTING)
        at = BEGAN_AT + sitting * _HOUR + within * 60
        shown, given, slow = [*order], tuple(taken), [*late]
        indexes = sorted({*shown, *slow})
        yield run_record(
            self.number,
            *(self._contender(index, late=index in slow) for index in indexes),
            surface=Surface.COMPLETION,
            started_at=at,
            sitting=f"{sitting:032x}",
            messages=(),
            seed=seed,
            background=Background(language=language, place=f"{self.number:016x}"),
        )
        stood = items or tuple((index,) for index in shown)
        yield Shown(run_id=run_id(self.number), at=at + 1, items=stood, whole=True)
        yield chosen(
            self.number,
            *given,
            at=at + 2,
            choice=Choice.TAKEN if given else Choice.NONE,
            method=Method.COMMAND if given else Method.INFERRED,
            characters=100 if given else 0,
        )

    def _contender(self, index: int, *, late: bool) -> ContenderRecord:
        return contender_record(index, late=late, cost_usd=PRICE, text="")


@pytest.fixture
def life() -> Life:
    """Begin a life."""
    return Life(dice=Random(11))


def tell(facts: Iterable[Fact]) -> None:
    """Tell the user's ledger."""
    state = Path(os.environ["XDG_STATE_HOME"]) / "hexai"  # noqa: TID251
    path = make_ledger_file(state)
    assert path.name == LEDGER_FILE
    ledger = Ledger(path, patience=1.0)
    ledger.take(*facts)
    ledger.close()


def stats(*options: str) -> dict[str, dict[str, Any]]:
    """Give the rows of `hexai stats --json` by model."""
    printed = json.loads(run_cli("stats", "--json", *options).out)
    return {row["model"]: row for row in printed["models"]}


def holds(estimate: dict[str, Any], true: float, *, within: float) -> bool:
    """Tell whether an interval holds the truth, and the figure is near it."""
    is_near = abs(estimate["value"] - true) <= within
    return bool(is_near and estimate["low"] <= true <= estimate["high"])


def test_c1_a_late_answer_was_in_no_list(life: Life) -> None:
    """Taken 30 % when shown, late half the time: 30 %, and its price by what stood."""

    def lived() -> Iterator[Fact]:
        for _ in range(3000):
            late = life.dice.random() < 0.5
            taken = [] if late or life.dice.random() > 0.3 else [1]
            yield from life.facts([0] if late else [0, 1], taken, late=[1] * late)

    tell(lived())

    row = stats()["model1"]

    assert row["answered"] == 3000
    assert abs(row["shown"] - 1500) < 120
    assert row["late"] == 3000 - row["shown"]
    assert holds(row["accepted_share"], 0.3, within=0.04)
    assert holds(row["cost_per_accepted"], float(PRICE) / 0.3, within=0.0005)
    assert row["cost_usd"] == pytest.approx(3.0)
    assert row["shown_cost_usd"] == pytest.approx(float(PRICE) * row["shown"])


def _habit(life: Life, orders: Callable[[], list[int]], lists: int) -> Iterator[Fact]:
    """Take from 60 % of the lists: what stands first in 82 % of those."""
    for _ in range(lists):
        order = orders()
        first = order[life.dice.random() > 0.82]
        yield from life.facts(order, [first] if life.dice.random() < 0.6 else [])


def test_c2_places_are_told_of(life: Life) -> None:
    """Equal models in entry order differ fivefold, and it is said why."""
    tell(_habit(life, lambda: [0, 1], 600))

    rows, drawn = stats(), run_cli("stats", "--wide").out

    [compared] = rows["model0"]["comparisons"]
    assert (rows["model0"]["first_share"], rows["model1"]["first_share"]) == (1, 0)
    assert (compared["above"], compared["even"]) == (1, False)
    assert (
        "completion: stood first in their lists: label0 100 %, label1 "
        "0 %; so ACCEPTED and EACH tell places as well as models" in drawn
    )
    assert "stood above label1 in 100 % of their lists, so DIFFERENCE" in drawn
    assert "until each order has come 10 times" in drawn


def test_c2_chance_alone_calls_for_no_word(life: Life) -> None:
    """Of 40 drawn lists some model stands first in 24."""
    orders = [[0, 1]] * 24 + [[1, 0]] * 16
    tell(fact for order in orders for fact in life.facts(order, [0]))

    assert "stood first" not in run_cli("stats", "--wide").out


def test_c2_drawn_orders_weigh_the_same(life: Life) -> None:
    """Equal models of which one stands first in three of four lists are equal."""
    tell(_habit(life, lambda: life.dice.choice(([0, 1], [0, 1], [0, 1], [1, 0])), 4000))

    row = stats()["model0"]

    [compared] = row["comparisons"]
    assert compared["even"]
    assert row["accepted_share"]["low"] > 0.35
    assert holds(compared["accepted_share"], 0.3, within=0.04)
    assert holds(compared["difference"], 0.0, within=0.05)


def test_c2_drawn_orders_are_not_mixed_with_others(life: Life) -> None:
    """Equal models, half the lists drawn: the first is taken more often in the rest."""

    def lived() -> Iterator[Fact]:
        for number in range(4000):
            drawn = number % 2
            order = [0, 1] if not drawn or life.dice.random() < 0.5 else [1, 0]
            first = order[life.dice.random() > (0.55 if drawn else 0.82)]
            yield from life.facts(order, [first], seed=number if drawn else None)

    tell(lived())

    [compared] = stats()["model0"]["comparisons"]
    assert compared["even"]
    assert compared["lists"] == 2000
    assert holds(compared["difference"], 0.0, within=0.07)


def test_few_lists_that_all_went_one_way_are_not_certain(life: Life) -> None:
    """Of 25 lists one took all, so it is taken more often, by at least so much."""
    tell(
        fact
        for number in range(25)
        for fact in life.facts([0, 1] if number % 2 else [1, 0], [0])
    )

    [compared] = stats()["model0"]["comparisons"]
    difference = compared["difference"]
    assert difference["value"] == difference["high"] == 1
    assert 0.7 < difference["low"] < 0.95


def test_notes_are_broken_between_words(life: Life) -> None:
    """On a screen of 80 cells none runs over its edge."""
    tell(_habit(life, lambda: [0, 1], 60))

    drawn = run_cli("stats", "--wide", stdout="terminal").out.replace("\r", "")

    assert max(map(width, drawn.splitlines())) <= 80
    assert "so ACCEPTED" in " ".join(drawn.split())


def test_loads_and_waits_are_told_with_all_columns() -> None:
    """How often and how long, of who had any; a legend says what they are."""
    timings = Timings(loading=12.8, queued=0.001, total=1.0)
    tell(run_record(n, contender_record(0, timings=timings)) for n in (1, 2))

    row, wide = stats()["model0"], run_cli("stats", "--wide").out

    assert (row["loads"], row["loading_ms"]) == (2, 25_600)
    assert (row["waits"], row["queued_ms"]) == (0, 0)
    assert "LOADING" not in run_cli("stats").out
    [cells] = [line.split() for line in wide.splitlines() if "2 for" in line]
    assert cells[2:] == ["2", "for", "25.6", "s", "-"]
    assert "LOADING: runs that waited for its model" in " ".join(wide.split())


def test_the_tables_fit_80_columns(life: Life) -> None:
    """With fewer columns, and a legend for each heading; --wide has all."""
    tell(_habit(life, lambda: [0, 1], 60))

    drawn, wide = run_cli("stats").out, run_cli("stats", "--wide").out
    header = drawn.splitlines()[1].split()

    assert max(map(width, drawn.split("\n\n")[0].splitlines())) <= 80
    assert header == [
        *["ENTRY", "RUNS", "ANSWERED", "FAILED", "FIRST", "TOTAL", "TOK/S", "COST"]
    ]
    assert all(f"{heading}: " in drawn for heading in header[1:])
    assert "EACH: money" in drawn
    assert "--wide" in drawn
    assert "TOTAL p50" not in drawn
    assert "TOTAL p50" in wide


def test_on_a_terminal_of_80_columns_no_line_is_longer(life: Life) -> None:
    """Nor are legend and notes."""
    tell(_habit(life, lambda: [0, 1], 60))

    drawn = run_cli("stats", stdout="terminal").out.replace("\r", "")

    assert max(map(width, drawn.splitlines())) <= 80


def test_c3_harder_places_are_compared_where_both_stood(life: Life) -> None:
    """Asked alone in hard places too: 18 % for 32 %, and as good beside the other."""

    def lived() -> Iterator[Fact]:
        for _ in range(3000):
            order = life.dice.sample([0, 1], 2)
            taken = [life.dice.choice(order)] if life.dice.random() < 0.64 else []
            yield from life.facts(order, taken)
            hard = [1] if life.dice.random() < 0.04 else []
            yield from life.facts([1], hard, language="bash")

    tell(lived())

    rows = stats()

    assert rows["model0"]["accepted_share"]["value"] == pytest.approx(0.32, abs=0.03)
    assert rows["model1"]["accepted_share"]["value"] == pytest.approx(0.18, abs=0.03)
    [compared] = rows["model1"]["comparisons"]
    assert compared["lists"] == 3000
    assert holds(compared["accepted_share"], 0.32, within=0.03)
    assert holds(compared["difference"], 0.0, within=0.05)


def test_c4_a_price_has_an_interval(life: Life) -> None:
    """Of 50 answers, true 10 each: the interval holds it for 23 of 25 users."""
    held = 0
    for user in range(25):
        facts = [
            fact
            for number in range(50)
            for fact in life.facts([user], [user] if life.dice.random() < 0.1 else [])
        ]
        tell(facts)
    rows = stats().values()
    assert len(rows) == 25
    for row in rows:
        each, spent = row["cost_per_accepted"], row["shown_cost_usd"]
        if each is None:
            assert (row["accepted"], spent) == (0, pytest.approx(0.05))
            held += 1
        else:
            assert each["rough"]
            held += each["low"] <= 0.01 <= (each["high"] or 1e9)
    assert held >= 23


def test_c4_a_price_is_no_surer_than_the_prices(life: Life) -> None:
    """Half of the lists are taken, as exactly as can be; the prices differ."""

    def lived(*costs: str) -> Iterator[Fact]:
        for number in range(240):
            cost = Decimal(costs[number // _LISTS_A_SITTING % len(costs)])
            run, *rest = life.facts([0], [0] if number % 2 else [])
            assert isinstance(run, RunRecord)
            [one] = run.contenders
            yield replace(run, contenders=(replace(one, cost_usd=cost),))
            yield from rest

    tell(lived("0.001", "0.003"))

    each = stats()["model0"]["cost_per_accepted"]
    assert each["value"] == pytest.approx(0.004, rel=0.05)
    assert (each["low"], each["high"]) == (
        pytest.approx(0.0028, rel=0.05),
        pytest.approx(0.0057, rel=0.05),
    )


def test_c4_before_anything_is_accepted_the_money_is_shown(life: Life) -> None:
    """What cannot be known yet says so."""
    tell(fact for _ in range(5) for fact in life.facts([0]))

    [row] = stats().values()
    drawn = run_cli("stats", "--wide").out

    assert row["cost_per_accepted"] is row["cost_per_accepted_usd"] is None
    assert row["shown_cost_usd"] == pytest.approx(0.005)
    assert "0 of 5" in drawn
    assert "none for $0.0050" in drawn


def test_c5_what_stays_is_told_for_stated_ages(life: Life) -> None:
    """Half of the texts are followed for 30 s only; 62 % stay for ten minutes."""
    lasting = (0.9, 0.8, 0.7, 0.62)

    def lived() -> Iterator[Fact]:
        for _ in range(1500):
            yield from life.facts([0], [0])
            followed = 1 if life.dice.random() < 0.5 else 4
            luck = life.dice.random()
            for place, after in enumerate(SAMPLED_AFTER):
                share = float(luck < lasting[place]) if place < followed else None
                yield Survived(run_id=run_id(life.number), after=after, share=share)

    tell(lived())

    [row] = stats().values()

    names = ("kept_30s", "kept_2min", "kept_5min", "kept_10min")
    for name, true in zip(names, lasting, strict=True):
        assert holds(row[name], true, within=0.05)
        assert not row[name]["rough"]
    naive = row["retained_characters"] / row["followed_characters"]
    assert naive > 0.72


def _timed(number: int, timings: Timings, status: Status) -> Fact:
    return run_record(
        number,
        contender_record(0, timings=timings, status=status, text=""),
        surface=Surface.COMPLETION,
        messages=(),
    )


def test_c6_timeouts_are_beyond_the_limit(life: Life) -> None:
    """30 % were given up at 20 s without a first token."""
    tell(
        _timed(number, Timings(total=20.0), Status.TIMED_OUT)
        if number % 10 < 3
        else _timed(number, Timings(ttft=0.4, total=1.0), Status.ANSWERED)
        for number in range(1, 201)
    )

    [row] = stats().values()
    drawn = run_cli("stats", "--wide").out

    assert (row["ttft_p50_ms"], row["ttft_p90_ms"]) == (400, 20_000)
    assert row["beyond"] == ["ttft_p90_ms", "total_p90_ms"]
    assert ">20 s" in drawn
    assert "nobody was waited for any longer" in drawn


def test_almost_all_is_neither_all_nor_a_time_beyond_the_limit(life: Life) -> None:
    """One of 300 failed at once, and nobody was waited for in vain."""
    tell(
        _timed(
            number,
            Timings(ttft=0.4, total=1.0),
            Status.FAILED if number == 7 else Status.ANSWERED,
        )
        for number in range(1, 301)
    )

    drawn = run_cli("stats", "--wide").out

    assert " >99 % " in drawn
    assert "nobody was waited for any longer" not in drawn


def test_c7_unequal_limits_and_cancels_are_in_the_times(life: Life) -> None:
    """Half are given up at 2 s or 30 s, others cancelled: the true half and tenth."""
    true = sorted(life.dice.lognormvariate(0.4, 0.9) for _ in range(6000))

    def lived() -> Iterator[Fact]:
        for number, time in enumerate(life.dice.sample(true, len(true)), start=1):
            limit, left = life.dice.choice((2.0, 30.0)), life.dice.expovariate(0.2)
            waited = min(time, limit, left)
            status = Status.ANSWERED
            if waited < time:
                status = Status.TIMED_OUT if waited == limit else Status.CANCELLED
            yield _timed(number, Timings(ttft=waited / 2, total=waited), status)

    tell(lived())

    [row] = stats().values()

    assert row["total_p50_ms"] == pytest.approx(1000 * true[3000], rel=0.07)
    assert row["total_p90_ms"] == pytest.approx(1000 * true[5400], rel=0.12)
    assert row["beyond"] == []


def test_c8_one_accept_of_two_is_half_of_each(life: Life) -> None:
    """What both gave is paid for once: together they have as many as were taken."""
    tell(
        fact for _ in range(100) for fact in life.facts([0, 1], [0, 1], items=((0, 1),))
    )

    rows = stats()

    assert {row["accepted"] for row in rows.values()} == {50}
    for row in rows.values():
        assert row["cost_per_accepted_usd"] == pytest.approx(2 * float(PRICE))
        assert row["comparisons"][0]["difference"]["value"] == 0


def test_what_was_not_offered_says_why() -> None:
    """By the reason, the most frequent first; a row for who had any."""
    tell(
        run_record(number, contender_record(0, refused=reason), contender_record(1))
        for number, reason in enumerate(("echo", "prose", "prose"))
    )

    assert "NOT OFFERED" in run_cli("stats", "--wide").out
    assert "prose 2, echo 1" in run_cli("stats", "--wide").out
    assert [each["refused"] for each in stats().values()] == [
        {"prose": 2, "echo": 1},
        {},
    ]


def test_csv_carries_all_of_it(life: Life) -> None:
    """Estimates with their ends, and the comparison with most lists."""
    tell(_habit(life, lambda: life.dice.sample([0, 1], 2), 300))

    [row, _] = csv.DictReader(io.StringIO(run_cli("stats", "--csv").out))
    printed = stats()["model0"]

    share, compared = printed["accepted_share"], printed["comparisons"][0]
    assert float(row["accepted_share"]) == share["value"]
    assert float(row["accepted_share_low"]) == share["low"]
    assert row["accepted_share_rough"] == "False"
    assert row["compared_model"] == "model1"
    assert int(row["compared_lists"]) == compared["lists"] == 300
    assert float(row["compared_difference_high"]) == compared["difference"]["high"]
    assert row["kept_10min"] == row["kept_10min_low"] == ""


def test_filters_hold_for_comparisons_too(life: Life) -> None:
    """By language; a model that is asked for is compared with all others."""

    def lived() -> Iterator[Fact]:
        for number in range(60):
            language = "go" if number % 2 else "rust"
            yield from life.facts([0, 1], [0], language=language)

    tell(lived())

    assert stats("--language", "go")["model0"]["comparisons"][0]["lists"] == 30
    [row] = stats("--model", "model1").values()
    assert row["comparisons"][0]["model"] == "model0"
    assert stats("--language", "go", "--since", "2999-01-01") == {}


def test_votes_stand_in_the_order_shown(life: Life) -> None:
    """A vote is a list of those that could win; who failed had no place in it."""
    failed = contender_record(1, status=Status.FAILED, text="")
    for number in range(1, 31):
        tell(
            (
                run_record(
                    number,
                    contender_record(0),
                    failed,
                    contender_record(2),
                    order=(1, 2, 0),
                ),
                chosen(number, 2),
            )
        )

    rows = stats("--surface", "cli")

    assert (rows["model2"]["shown"], rows["model2"]["first_share"]) == (30, 1.0)
    assert (rows["model0"]["shown"], rows["model0"]["first_share"]) == (30, 0.0)
    assert rows["model1"]["shown"] == 0
    assert rows["model2"]["comparisons"][0]["above"] == 1.0


def _kept(
    number: int, index: int, cached: int | None = None, written: int | None = None
) -> Fact:
    usage = Usage(
        input=1000, output=160, cached=cached, written=written, source="reported"
    )
    return run_record(number, contender_record(index, usage=usage))


def test_cached_input_is_a_share_of_what_was_told() -> None:
    """In JSON, CSV and the table; who says nothing is unknown, and not 0."""
    tell(
        [
            _kept(1, 0),
            _kept(2, 1, cached=0),
            _kept(3, 2, cached=250, written=500),
            _kept(4, 2, cached=750),
            _kept(5, 2),
        ]
    )

    rows = stats()
    flat = list(csv.DictReader(io.StringIO(run_cli("stats", "--csv").out)))
    drawn = run_cli("stats", "--wide").out

    names = ("cached_input_share", "written_input_share")
    told = {model: tuple(row[name] for name in names) for model, row in rows.items()}
    assert told == {
        "model0": (None, None),
        "model1": (0, None),
        "model2": (0.5, 0.5),
    }
    assert {row["model"]: tuple(row[name] for name in names) for row in flat} == {
        "model0": ("", ""),
        "model1": ("0.0", ""),
        "model2": ("0.5", "0.5"),
    }
    assert re.search(r"label0 .* not told ", drawn)
    assert re.search(r"label1 .* 0 % ", drawn)
    assert re.search(r"label2 .* 50 % \+50 % ", drawn)
    assert "CACHED: of the input" in drawn


def test_what_was_kept_has_saved_or_cost_money() -> None:
    """Less what the writing cost, by the prices of today; in JSON and the table."""
    at = "https://api.anthropic.com"
    usage = [
        Usage(input=10_000, output=1, cached=9_000, written=0, source="reported"),
        Usage(input=10_000, output=1, cached=0, written=9_000, source="reported"),
    ]
    tell(
        [
            run_record(
                number,
                contender_record(
                    number, model=model, provider="anthropic", upstream=at, usage=each
                ),
            )
            for number, (model, each) in enumerate(
                zip(("claude-sonnet-4-5", "claude-opus-4-1"), usage, strict=True)
            )
        ]
    )

    rows, drawn = stats(), run_cli("stats", "--wide").out

    assert rows["claude-sonnet-4-5"]["cache_saved_usd"] == pytest.approx(0.0243)
    assert rows["claude-opus-4-1"]["cache_saved_usd"] == pytest.approx(-0.03375)
    assert "has saved $0.0243 in all" in drawn
    assert "has cost $0.0338 in all" in drawn


def test_nothing_is_said_of_caches_that_nobody_told_of() -> None:
    """One legend less."""
    tell([_kept(1, 0)])

    assert "has saved" not in run_cli("stats", "--wide").out


def test_only_headings_that_are_shown_are_explained() -> None:
    """Votes have no text that could have been kept."""
    simulated("echo", "lorem")
    run_cli("hi")
    run_cli("vote", "a")
    told = run_cli("stats").out
    assert "SHARE, EACH: in 95 of 100 cases" in told
    assert "KEPT" not in told
