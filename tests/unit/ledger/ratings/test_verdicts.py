"""Pairs that are decided, of all that are looked at."""

from collections.abc import Sequence
from itertools import islice
from math import log
from random import Random

import pytest
from msgspec.structs import replace

from hexai.domain.ranking import Model
from hexai.ledger.ratings.bets import DECIDED_AT, Bet, Bets
from hexai.ledger.ratings.trials import Pattern, Trial, Trials
from hexai.ledger.ratings.verdicts import decide, find_change, goals, reached
from tests.support.voters import Voter

AB = frozenset("ab")


def votes(strength: float, count: int, seed: int = 1) -> list[Trial]:
    """Vote between two models."""
    voter = Voter(strengths={"a": strength / 2, "b": -strength / 2})
    return [*islice(voter.trials(Random(seed)), count)]


def with_third(other: str, winner: int = 0) -> Trial:
    """Vote between one of them and a third."""
    return Trial(Pattern("vote", ((other,), ("c",)), drawn=True), winner)


def decided(trials: list[Trial]) -> dict[frozenset[Model], Model]:
    """Give the winners."""
    return decide(Bets(Trials(trials)).born)


def test_a_verdict_stays_when_a_third_model_appears() -> None:
    """One vote with it does not take back what was shown before."""
    trials = votes(log(4), 100)
    first = next(n for n in range(101) if decided(trials[:n]))

    assert decided(trials[:first]) == {AB: "a"}
    for third in ([with_third("a")], [with_third("b", 1), with_third("a")] * 5):
        assert decided([*trials[:first], *third]) == {AB: "a"}
        assert decided([*trials[:first], *third, *votes(0.0, 50)])[AB] == "a"


def test_how_a_verdict_grew_is_what_was_known_then() -> None:
    """At each moment it is what the trials of before come to, to the verdict itself."""
    trials = [replace(t, at=float(n)) for n, t in enumerate(votes(log(4), 80))]
    grown: list[tuple[float, float]] = []

    def look(at: float, born: Sequence[Bet]) -> None:
        grown.append((at, reached(born)[AB]))

    Bets(Trials(trials), [9.0, 19.0, 79.0], look)
    before = [reached(Bets(Trials(trials[:n])).born)[AB] for n in (10, 20)]

    assert grown == [(9.0, before[0]), (19.0, before[1]), (79.0, 1.0)]
    assert 0 < before[0] < before[1] < 1


def test_a_pair_alone_needs_the_whole_limit() -> None:
    """Three at once need three times as much each."""
    one = Bets(Trials(votes(0.0, 30)))
    three = Voter(strengths=dict.fromkeys("abc", 0.0), kind="list")
    all_three = Bets(Trials(islice(three.trials(Random(1)), 30)))

    assert goals(one.born) == {AB: [DECIDED_AT]}
    needed = [limits[-1] for limits in goals(all_three.born).values()]
    assert all(3 * DECIDED_AT <= each <= 3.5 * DECIDED_AT for each in needed)


def test_who_comes_late_starts_with_what_is_left() -> None:
    """What bets on equals have lost is gone; of a decided pair nothing is asked."""
    equal = [*votes(0.0, 400), with_third("a")]
    clear = [*votes(2.0, 400), with_third("a")]

    late, after_clear = (Bets(Trials(trials)).born for trials in (equal, clear))

    [ab, ac] = late
    assert goals(late)[frozenset("ac")] == [2 * DECIDED_AT / min(1.0, ab.kept[1])]
    assert goals([bet for bet in after_clear if frozenset(bet.models) != AB]) == {
        frozenset("ac"): [DECIDED_AT]
    }
    assert ac.born == 1


def test_the_sum_over_all_sets_never_grows_by_a_birth() -> None:
    """Each set's mean of what its bets hold is no more after it than before."""
    dice = Random(5)
    trials = votes(0.3, 60)
    trials += [
        with_third(dice.choice("ab"), int(dice.random() < 0.5)) for _ in range(60)
    ]

    born = Bets(Trials(trials)).born

    for chosen in ([0, 1], [0, 2], [0, 1, 2], [1, 2]):
        some = [born[number] for number in chosen]
        for era in sorted({bet.born or 0 for bet in some})[1:]:
            before = [bet for bet in some if (bet.born or 0) < era]
            assert held(some, era) <= held(before, era) + 1e-12


def held(bets: list[Bet], era: int) -> float:
    """Give the mean of what bets hold at the beginning of an era."""
    there = [bet for bet in bets if (bet.born or 0) <= era]
    limits = goals(there)
    total = 0.0
    for bet in there:
        # The limit is 20 times the members over the part.
        members = len(there)
        part = DECIDED_AT * members / limits[frozenset(bet.models)][-1]
        total += part * bet.kept[era] / members
    return total


def test_three_equals_rarely_have_a_winner() -> None:
    """Over all pairs together, and with a third that comes late."""
    wrong = 0
    for user in range(100):
        dice = Random(user)
        trials = votes(0.0, 300, seed=user)
        names = "abc"
        for _ in range(900):
            one, other = dice.sample(names, 2)
            pattern = Pattern("vote", ((one,), (other,)), drawn=True)
            trials.append(Trial(pattern, int(dice.random() < 0.4)))
        wrong += bool(decided(trials))

    assert wrong <= 9


DAY = 86400.0


def bet_on(
    *parts: tuple[float, int], habits: Sequence[float] = (0.0,), seed: int = 1
) -> Bet:
    """Vote twice a day, with one preference after the other."""
    trials: list[Trial] = []
    for number, (preference, count) in enumerate(parts):
        habit = habits[number % len(habits)]
        voter = Voter(
            strengths={"a": preference / 2, "b": -preference / 2},
            positions=(0.0, -habit),
            pause=DAY / 2,
        )
        begin = len(trials) * DAY / 2
        for each in islice(voter.trials(Random(seed + number)), count):
            trials.append(
                Trial(each.pattern, each.choice, "", f"{len(trials)}", begin + each.at)
            )
    [bet] = Bets(Trials(trials)).pairs.values()
    return bet


@pytest.mark.parametrize("turn", [1.7, -1.7])
def test_a_model_that_became_worse_is_found(turn: float) -> None:
    """With about when, and for whom it is better now."""
    change = find_change(bet_on((turn, 150), (-turn, 100)))

    assert change is not None
    assert change.at == pytest.approx(75 * DAY, abs=14 * DAY)
    assert (change.shift < 0) is (turn > 0)


def lived(seed: int, day: int, *, each: int = 10) -> list[Trial]:
    """Vote so often a day, each time by itself, and turn round on the given day."""
    dice, trials = Random(seed), list[Trial]()
    for begin, days, preference in ((0, day, 1.7), (day, 40, -1.7)):
        voter = Voter(strengths={"a": preference / 2, "b": -preference / 2})
        for number, trial in enumerate(islice(voter.trials(dice), days * each)):
            at = (begin + number // each) * DAY + number % each * 3600
            sitting = f"{len(trials)}"
            trials.append(Trial(trial.pattern, trial.choice, "", sitting, at))
    return trials


@pytest.mark.parametrize("day", range(60, 67))
def test_the_day_of_a_change_is_found(day: int) -> None:
    """Whichever of the week it is; and what came since shows no change any more."""
    trials = lived(day, day)
    [bet] = Bets(Trials(trials)).pairs.values()

    change = find_change(bet)

    assert change is not None
    assert change.before < change.at
    assert change.at == pytest.approx(day * DAY, abs=DAY)
    [since] = Bets(Trials(t for t in trials if t.at >= change.at)).pairs.values()
    assert find_change(since) is None


@pytest.mark.parametrize("times", [2, 3, 4])
def test_the_last_of_several_changes_is_named(times: int) -> None:
    """Also where earlier ones were as large, and undone."""
    turns = [(1.7 * (-1) ** number, 150) for number in range(times + 1)]
    change = find_change(bet_on(*turns))

    assert change is not None
    assert change.at == pytest.approx(times * 75 * DAY, abs=14 * DAY)
    assert (change.shift > 0) is (times % 2 == 0)


def test_a_steady_preference_is_no_change() -> None:
    """Looked at every month of a year, in one of twenty years at most."""
    alarms = 0
    for user in range(60):
        looks = (
            find_change(bet_on((0.8, count), seed=100 + user))
            for count in range(60, 730, 60)
        )
        alarms += any(looks)

    assert alarms <= 6


def test_another_habit_is_no_change() -> None:
    """Nobody is blamed because the first place is taken more often."""
    alarms = sum(
        find_change(bet_on((0.8, 200), (0.8, 200), habits=(0.2, 1.5), seed=user * 9))
        is not None
        for user in range(30)
    )

    assert alarms <= 3


def test_a_few_choices_show_no_change() -> None:
    """However clear they look."""
    assert find_change(bet_on((5.0, 7), (-5.0, 7))) is None
