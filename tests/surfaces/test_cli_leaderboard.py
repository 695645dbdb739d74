"""`hexai leaderboard`, in process: what it says, and when it says that it cannot."""

import csv
import io
import json
import os
import time
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hexai.config.folders import LEDGER_FILE
from hexai.domain.entry import Surface
from hexai.domain.record import (
    Background,
    Choice,
    Chosen,
    Fact,
    Method,
    RunRecord,
    Shown,
)
from hexai.ledger.access import Ledger
from hexai.surfaces.cli.arguments import read_moment
from hexai.text.cells import width
from tests.support.command_line import run_cli
from tests.support.records import BEGAN_AT, chosen, contender_record, run_record

HOUR, DAY = 3600.0, 86400.0


def record(*facts: Fact) -> None:
    """Write facts to the ledger of the test's user."""
    path = Path(os.environ["XDG_STATE_HOME"]) / "hexai" / LEDGER_FILE  # noqa: TID251
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    ledger = Ledger(path, patience=1.0)
    ledger.take(*facts)
    ledger.close()


def votes(
    count: int,
    *,
    first: int = 1,
    models: tuple[int, int] = (0, 1),
    every: int = 5,
    apart: float = HOUR,
) -> list[Fact]:
    """Vote blind, for the second model every fifth time, each in its own sitting.

    Every second time is as often in either order.
    """
    facts: list[Fact] = []
    for number in range(first, first + count):
        contenders = [
            contender_record(
                index,
                label=f"label{model}",
                model=f"model{model}",
                returned_model=f"model{model}-0711",
                text=f"{number} {index}",
            )
            for index, model in enumerate(models)
        ]
        order = (0, 1) if number % 2 else (1, 0)
        winner = number // 2 % 2 if every == 2 else int(number % every == 0)
        facts += [
            run_record(
                number,
                *contenders,
                order=order,
                blind=True,
                seed=number,
                started_at=BEGAN_AT + apart * number,
            ),
            chosen(number, winner, at=BEGAN_AT + apart * number + 1),
        ]
    return facts


def board(*options: str) -> str:
    """Give what is printed for people."""
    result = run_cli("leaderboard", *options)
    assert (result.code, result.err) == (0, "")
    return result.out


def records(*options: str) -> list[dict[str, Any]]:
    """Give the objects of all surfaces."""
    found: list[dict[str, Any]] = json.loads(board("--json", *options))["surfaces"]
    return found


def test_without_votes_it_cannot_know() -> None:
    """It says so, what to do, and roughly how many votes it takes."""
    said = board()

    assert "Nobody can know yet" in said
    assert "About 60 choices" in said
    assert records() == []


@pytest.mark.parametrize(("count", "said_as"), [(1, "1 choice"), (19, "19 choices")])
def test_with_a_few_votes_it_cannot_know_yet(count: int, said_as: str) -> None:
    """It ranks nobody, and says roughly how many more it takes."""
    record(*votes(count))

    said = board()

    assert f"label1: not enough yet ({said_as}); about " in said
    assert "STRENGTH" not in said
    assert "over" not in said


def test_with_many_votes_it_names_the_winner() -> None:
    """With strengths, intervals and bars."""
    record(*votes(120))

    said = board("--wide").splitlines()

    assert said[0] == "cli"
    assert said[1].split()[:3] == ["ENTRY", "STRENGTH", "weaker"]
    assert said[2].startswith("label0  +")
    assert "█" in said[2]
    assert said[5].startswith("label0 over label1 so far, since 20")
    assert said[5].endswith(" (120 choices)")
    assert "120 votes" in said


def test_the_table_fits_80_columns_and_explains_itself() -> None:
    """The bars are left out, and each heading is told in a legend."""
    record(*votes(120))

    said = board().splitlines()

    header = ["ENTRY", "STRENGTH", "95", "%", "BEST", "SHOWN", "CHOSEN"]
    assert said[1].split() == header
    assert max(map(len, said[1:4])) <= 80
    assert all(f"{heading}: " in said[4] for heading in (*header[1:2], *header[4:]))


@pytest.mark.parametrize(
    ("count", "every", "said_as"),
    [
        (24, 3, "over label1: leaning, 9"),
        (24, 3, "% likely so far (24 choices); about "),
        (700, 2, "not enough yet (700 choices); too close for a verdict any time soon"),
    ],
)
def test_what_is_not_decided_is_said(count: int, every: int, said_as: str) -> None:
    """Who is ahead, or that it is too close, and what it takes."""
    record(*votes(count, every=every))

    assert said_as in board()


def test_an_order_that_never_changed_decides_nothing() -> None:
    """And it says what to do."""
    facts: list[Fact] = []
    for number in range(1, 31):
        contenders = [contender_record(i, text=f"{number} {i}") for i in range(2)]
        facts += [run_record(number, *contenders, order=(0, 1)), chosen(number, 0)]
    record(*facts)

    said = board()

    assert "always in the same order, which may be all that there is to it" in said
    assert "only a drawn order can decide: --blind, or on a terminal shuffle =" in said


def test_choices_in_fixed_orders_lean_with_a_warning() -> None:
    """Entries that were swapped once are in both orders, and still decide nothing."""
    facts: list[Fact] = []
    for number in range(1, 101):
        contenders = [contender_record(i, text=f"{number} {i}") for i in range(2)]
        order = (0, 1) if number <= 50 else (1, 0)
        at = BEGAN_AT + HOUR * number
        facts += [
            run_record(number, *contenders, order=order, started_at=at),
            chosen(number, int(number % 10 == 0), at=at + 1),
        ]
    record(*facts)

    said = board()
    [comparison] = records()[0]["groups"][0]["comparisons"]

    assert "leaning, >99 % likely so far" in said
    assert "only a drawn order can decide" in said
    assert (comparison["choices"], comparison["drawn"]) == (100, 0)
    assert comparison["verdict"] == "leaning"


def test_how_many_orders_were_drawn_is_told() -> None:
    """The others do not count for a verdict."""
    fixed = [
        fact
        for number in range(500, 510)
        for fact in (run_record(number), chosen(number, 0))
    ]
    record(*votes(21, every=2), *fixed)

    assert "(31 choices); 21 of them count, whose order was drawn" in board()


def lists_of_two_servers(numbers: range) -> list[Fact]:
    """Show what two servers give at a place in one list; the first one's is taken."""
    facts: list[Fact] = []
    for number in numbers:
        place = Background(project="/p", language="go", document="d", place=f"{number}")
        for half in (0, 1):
            run = run_record(
                2 * number + half,
                contender_record(0, model=f"model{half}"),
                surface=Surface.COMPLETION,
                background=place,
                messages=(),
                seed=number,
            )
            name, at = run.run_id, BEGAN_AT + number * HOUR + half
            facts += [
                run,
                Shown(run_id=name, at=at, items=((0,),), whole=True),
                Chosen(
                    run_id=name,
                    at=at + 1,
                    choice=Choice.NONE if half else Choice.TAKEN,
                    method=Method.INFERRED,
                    indexes=() if half else (0,),
                ),
            ]
    return facts


def test_lists_of_several_servers_can_not_be_drawn() -> None:
    """Whoever shuffles each server's list is not told to do it."""
    record(*lists_of_two_servers(range(1, 41)))

    said = board()
    [comparison] = records()[0]["groups"][0]["comparisons"]

    assert "0 of them count: the editor orders lists of several servers" in said
    assert "shuffle" not in said
    assert (comparison["choices"], comparison["joined"]) == (40, 40)


def test_one_evening_is_one_sitting() -> None:
    """However many votes there are in it; and it says how many more it takes."""
    record(*votes(120, apart=60.0))

    said = board()

    assert "label0 over label1: leaning" in said
    assert "sittings" in said


def test_a_preference_that_has_moved_is_told() -> None:
    """Since about when, with the ids that the upstreams return, and `--since`."""
    before, after = votes(150, apart=6 * HOUR), votes(300, apart=6 * HOUR, every=1)
    record(*before, *after[300:])

    said = board()
    [comparison] = records()[0]["groups"][0]["comparisons"]

    assert "label0 over label1 from 20" in said
    assert f"to {comparison['until'][:8]}" in said
    assert "and not since (300 choices)" in said
    assert "label1 has become better against label0 since about 20" in said
    assert "label1 is model1-0711 now" in said
    since = said.partition("--since ")[2].partition(" ")[0]
    assert comparison["changed"]["better"] == "label1"
    assert "label1 over label0" in board("--since", since)
    assert "has become better" not in board("--since", since)


def test_a_change_within_a_day_is_looked_at_from_its_hour_on() -> None:
    """What was chosen on that day before it is no part of the time after."""
    before, after = votes(150, apart=HOUR), votes(300, apart=HOUR, every=1)
    record(*before, *after[300:])

    since = board().partition("--since ")[2].partition(" ")[0]

    assert abs(read_moment(since, 0.0) - (BEGAN_AT + 150 * HOUR)) < 8 * HOUR
    assert "T" in since
    assert "has become better" not in board("--since", since)


def test_a_name_that_tells_nothing_is_not_told() -> None:
    """An upstream that calls a model what its user calls it has said nothing."""
    turned = [*votes(150, apart=6 * HOUR), *votes(300, apart=6 * HOUR, every=1)[300:]]
    for fact in turned:
        named = fact
        if isinstance(fact, RunRecord):
            same = (replace(c, returned_model=c.model) for c in fact.contenders)
            named = replace(fact, contenders=tuple(same))
        record(named)

    said = board()

    assert "has become better" in said
    assert " now)" not in said


def test_a_clear_preference_stays_when_a_third_model_comes() -> None:
    """Eight pairs of lists in both orders to none, in 22 votes: one has won."""
    both_ways = [(1, 0), (2, 0)] * 8
    by_place = [(1, 0), (2, 1)] * 3
    facts: list[Fact] = []
    for number, (side, winner) in enumerate([*by_place, *both_ways], 1):
        facts += [
            run_record(
                number,
                order=(0, 1) if side == 1 else (1, 0),
                blind=True,
                seed=number,
                started_at=BEGAN_AT + DAY * number,
            ),
            chosen(number, winner, at=BEGAN_AT + DAY * number + 1),
        ]
    record(*facts)
    before = board()
    record(*votes(1, first=100, models=(1, 2)))
    record(*votes(1, first=101, models=(2, 0)))

    after = board()

    for said in (before, after):
        assert "label0 over label1 so far, since 20" in said
        assert "(22 choices)" in said


def test_replays_from_the_cache_change_no_figure() -> None:
    """A hundred of them, voted for."""
    record(*votes(30))
    before = board(), board("--json")

    for number in range(1000, 1100):
        cached = [contender_record(index, cached=True) for index in range(2)]
        at = BEGAN_AT + 40 * HOUR + number
        record(run_record(number, *cached, started_at=at), chosen(number, 1, at=at + 1))

    assert (board(), board("--json")) == before


def test_models_that_never_met_are_shown_apart() -> None:
    """And it says why."""
    record(*votes(30), *votes(30, first=100, models=(2, 3)))

    said = board()

    assert "Nothing compares these with those above" in said
    assert [len(group["models"]) for group in records()[0]["groups"]] == [2, 2]


def test_a_narrow_terminal_breaks_between_words() -> None:
    """Tables go on below, and sentences on the next line."""
    record(*votes(30), *votes(30, first=100, models=(2, 3)))

    said = run_cli("leaderboard", stdout="terminal").out
    nothing = run_cli("leaderboard", "--since", "2999-01-01", stdout="terminal").out

    assert max(map(width, said.splitlines())) <= 80
    assert " ".join(said.split()) == " ".join(board().split())
    assert max(map(width, nothing.splitlines())) <= 80


def test_a_first_place_that_helps_one_model_is_told() -> None:
    """In one sentence, and with figures in JSON."""
    facts: list[Fact] = []
    for number, order in enumerate([*permutations(range(3))] * 100, start=1):
        contenders = [
            contender_record(index, model=f"model{index}", text=f"{number} {index}")
            for index in range(3)
        ]
        winner = 0 if order[0] == 0 else number // 6 % 3
        facts += [
            run_record(
                number,
                *contenders,
                order=order,
                blind=True,
                seed=number,
                started_at=BEGAN_AT + HOUR * number,
            ),
            chosen(number, winner, at=BEGAN_AT + HOUR * number + 1),
        ]
    record(*facts)

    said = board()
    [group] = records()[0]["groups"]

    assert "standing first helps label0 more than label" in said
    assert group["uneven_positions"] is True
    effects = {each["name"]: each["first_effect"] for each in group["models"]}
    assert max(effects, key=lambda name: effects[name]) == "label0"


def test_json_names_who_is_meant() -> None:
    """Comparisons name models as the models are named."""
    record(*votes(120))

    [surface] = records()
    [group] = surface["groups"]

    assert surface["surface"] == "cli"
    assert group["trials"] == 120
    assert group["uneven_positions"] is False
    assert {model["first_effect"] for model in group["models"]} == {None}
    assert [model["name"] for model in group["models"]] == [
        "label0",
        "label1",
    ]
    [comparison] = group["comparisons"]
    assert comparison["better"] == "label0"
    assert comparison["verdict"] == "over"
    assert comparison["missing"] is None


def test_csv_has_a_line_for_each_model() -> None:
    """With a heading, even when there is nothing."""
    empty = board("--csv")
    record(*votes(40))

    rows = [*csv.DictReader(io.StringIO(board("--csv")))]

    assert empty.count("\n") == 1
    assert [(row["surface"], row["group"], row["model"]) for row in rows] == [
        ("cli", "1", "model0"),
        ("cli", "1", "model1"),
    ]


def test_a_model_is_looked_at_among_all() -> None:
    """`--model` chooses what is shown, not what the strengths are made of."""
    record(*votes(40), *votes(40, first=100, models=(1, 2)))

    [whole] = records()[0]["groups"]
    [part] = records("--model", "MODEL2")[0]["groups"]

    assert [model["model"] for model in part["models"]] == ["model2"]
    assert part["models"][0] in whole["models"]
    assert [{c["better"], c["worse"]} for c in part["comparisons"]] == [
        {"label1", "label2"}
    ]
    assert "model0" not in board("--model", "model2")
    assert "Nobody can know yet" in board("--model", "nobody")


def test_blind_votes_can_be_looked_at_alone() -> None:
    """And the others too."""
    record(*votes(20))

    assert records("--blind")[0]["groups"][0]["trials"] == 20
    assert records("--not-blind") == []
    assert records("--method", "command") == []


def test_a_changed_model_is_told() -> None:
    """The upstream put another one behind the same name."""
    changed = contender_record(0, returned_model="model0-0901", text="other")
    record(
        *votes(3, apart=60.0),
        run_record(50, changed, contender_record(1)),
        chosen(50, 0),
    )

    said = board()

    assert "label0 has changed: model0-0711 since 20" in said
    since = said.partition("; --since ")[2].partition(" ")[0]
    assert " has changed: " not in board("--since", since)
    assert "model0-0901 since 20" in said


def test_a_change_is_told_in_the_time_that_since_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """That of this machine, so that what is printed can be given to --since."""
    changed = contender_record(0, returned_model="model0-0901", text="other")
    record(
        *votes(3, apart=60.0),
        run_record(50, changed, contender_record(1)),
        chosen(50, 0),
    )
    said: dict[str, str] = {}
    for zone in ("Etc/GMT+12", "Etc/GMT-12"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        moment = board().partition("model0-0901 since ")[2].partition(";")[0]
        said[zone] = moment
        assert records("--since", moment)[0]["groups"][0]["trials"] == 1
    monkeypatch.undo()
    time.tzset()

    assert len({*said.values()}) == 2


def test_ties_alone_choose_none_over_another() -> None:
    """Which is what is said of both, and not that nothing compares one of them."""
    facts = [
        replace(each, choice=Choice.TIE, indexes=())
        if isinstance(each, Chosen)
        else each
        for each in votes(3)
    ]
    record(*facts)

    assert "none of them was chosen over another yet" in board()


def test_many_pairs_are_told_by_the_nearest() -> None:
    """And how many there are besides; `--wide` tells all of them."""
    names = [f"m{index}" for index in range(7)]
    runs = [
        run_record(
            number,
            *(contender_record(i, label=n, model=n) for i, n in enumerate(names)),
            blind=True,
            seed=number,
        )
        for number in range(1, 31)
    ]
    record(*runs, *(chosen(number, number % 7) for number in range(1, 31)))

    def told(*options: str) -> list[str]:
        lines = run_cli("leaderboard", *options).out.splitlines()
        return [line for line in lines if ": not enough yet" in line]

    board, stats = run_cli("leaderboard").out, run_cli("stats").out
    assert len(told("--wide")) == 21
    assert len(told()) == 15
    assert "6 more pairs are further from a verdict: --wide names them" in board
    assert "cli: 6 more pairs stood in the same lists: --wide" in stats
    assert "6 more pairs" not in run_cli("stats", "--wide").out
