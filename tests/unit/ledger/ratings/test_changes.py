"""Preferences that are not what they were."""

from collections.abc import Sequence
from itertools import islice
from random import Random

import pytest

from hexai.ledger.ratings.changes import find_change
from hexai.ledger.ratings.evidence import Bet, Bets
from hexai.ledger.ratings.trials import Trial, Trials
from tests.support.voters import Voter

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
    assert find_change(bet_on((5.0, 8), (-5.0, 8))) is None
