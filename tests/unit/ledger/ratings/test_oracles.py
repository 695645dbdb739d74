"""The bets, held against a second implementation of them."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from benchmarks.crowd import Crowd, Step
from benchmarks.estimates import DAY, LIMIT, TURNS, daily, everybodys_trials
from benchmarks.lives import Life, blind, steady
from benchmarks.trios import PAIRS, THREE, Lists, Three, Trio
from hexai.ledger.ratings.bets import Bets
from hexai.ledger.ratings.trials import Pattern, Trial, Trials
from hexai.ledger.ratings.verdicts import decide, find_change

USERS, CHOICES = 8, 400


def trials_of(user: int, steps: Sequence[Step]) -> list[Trial]:
    """Give what one of a crowd chose."""
    found: list[Trial] = []
    for step in steps:
        items = (("a",), ("b",)) if step.upright[user] else (("b",), ("a",))
        file = int(step.file[user])
        if step.counts[user]:
            found.append(
                Trial(
                    Pattern("list", items, drawn=bool(step.drawn[user])),
                    int(not step.first[user]),
                    f"file {file}" if file >= 0 else "",
                    f"sitting {step.sitting[user]}",
                )
            )
    return found


@pytest.mark.parametrize(
    "life",
    [
        Life(name="choices", preference=0.5, habit=steady(0.8)),
        Life(name="half blind", habit=blind(0.82, 0.55), drawn=0.5, ties=0.3),
        Life(name="sittings", sitting=10, topics=0.8, preference=0.6),
        Life(name="files", file=20, files=0.5, preference=0.6),
        Life(name="both", sitting=12, file=4, large=0.3, topics=0.5, preference=0.8),
    ],
    ids=lambda life: life.name,
)
def test_two_implementations_bet_alike(life: Life) -> None:
    """The same capital in the end, and a winner after the same choice."""
    steps = [*life.steps(USERS, CHOICES, seed=3)]
    crowd = Crowd(USERS, CHOICES)
    for step in steps:
        crowd.take(step)

    for user in range(USERS):
        trials = trials_of(user, steps)
        [bet] = Bets(Trials(trials)).pairs.values()
        assert bet.capital == pytest.approx(float(crowd.capital[user]), rel=1e-9)
        needed = int(crowd.decided[user])
        assert bool(decide(Bets(Trials(trials)).born)) is (needed <= CHOICES)
        if 20 < needed <= len(trials):
            assert not decide(Bets(Trials(trials[: needed - 1])).born)
            assert decide(Bets(Trials(trials[:needed])).born)


def list_of(user: int, lists: Lists) -> Trial:
    """Give one list of one of a crowd."""
    places = [int(place) for place in lists.places[user]]
    items = tuple(
        tuple(name for name, place in zip("abc", places, strict=True) if place == each)
        for each in range(max(places) + 1)
    )
    sitting = int(lists.sitting[user])
    return Trial(
        Pattern("list", items, drawn=True),
        int(lists.taken[user]),
        sitting=f"sitting {sitting}" if sitting >= 0 else "",
    )


@pytest.mark.parametrize("setting", THREE, ids=lambda setting: setting.name)
def test_two_implementations_decide_alike_of_three(setting: Three) -> None:
    """The same capitals and the same verdicts, whenever one looks."""
    clear = replace(setting, ahead=0.9, two=setting.two and (lambda n: 2 + (n > 20)))
    lists = [*clear.lists(USERS, 300, seed=5)]
    trio = Trio(USERS)
    winners = 0
    for number, each in enumerate(lists, 1):
        trio.take(each)
        if number % 50 == 0:
            for user, sees in enumerate(trio.decided()):
                bets = Bets(Trials(list_of(user, one) for one in lists[:number]))
                assert bool(decide(bets.born)) is bool(sees)
                winners += bool(sees)
                capitals = {bet.models: bet.capital for bet in bets.pairs.values()}
                for pair, bet in zip(PAIRS, trio.bets, strict=True):
                    names = "abc"[pair[0]], "abc"[pair[1]]
                    if names in capitals:
                        found = float(bet.capital[user])
                        assert capitals[names] == pytest.approx(found, rel=1e-9)
    assert 0 < winners < USERS * 6


@pytest.mark.parametrize(("life", "a_day"), TURNS, ids=["choices", "sittings"])
def test_two_implementations_tell_of_a_change_alike(life: Life, a_day: int) -> None:
    """On the same days, of all on which somebody looks."""
    told = set[bool]()
    for trials in everybodys_trials(life, 3, 250 * a_day, seed=8, a_day=a_day):
        [bet] = Bets(Trials(trials)).pairs.values()
        sums, days = daily([unit for unit in bet.all_units if unit.weight > 0])
        for day, total in [*zip(days, sums, strict=True)][100::6]:
            seen = Trials(trial for trial in trials if trial.at // DAY <= day)
            [so_far] = Bets(seen).pairs.values()
            told.add(bool(total >= LIMIT))
            assert (find_change(so_far) is not None) is bool(total >= LIMIT)
    assert told == {True, False}
