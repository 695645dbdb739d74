"""Bets of a team: by weeks, in each of which a person bets once."""

import random

import pytest

from hexai.domain.figures_by_week import week_of
from hexai.ledger.ratings.trials import Pattern, Trials
from hexai.ledger.ratings.verdicts import decide
from hexai.team.bets import RoundBets

MONDAY, WEEK = 4 * 86_400.0, 7 * 86_400.0
PAIR = (("a",), ("b",))


def trials_of(weeks: int, shares: dict[str, tuple[int, float]]) -> Trials:
    """Let people choose, by name: how often a week, and the share of `a` in that."""
    dice, trials = random.Random(7), Trials()
    for week in range(weeks):
        for person, (count, share) in shares.items():
            for _ in range(count):
                first = dice.random() < 0.5
                won = dice.random() < share
                items = PAIR if first else PAIR[::-1]
                pattern = Pattern(kind="list", items=items, drawn=True)
                number = trials.number(pattern, 0 if won == first else 1)
                trials.add(number, person, f"{person} {week}", MONDAY + week * WEEK)
    return trials


def winner(trials: Trials) -> str | None:
    """Say who is decided to be preferred."""
    return next(iter(decide(RoundBets(trials).born).values()), None)


def test_ten_people_who_prefer_the_same_decide_in_a_month() -> None:
    """Though each has a handful of choices a week."""
    team = {f"p{n}": (5, 0.75) for n in range(10)}

    assert winner(trials_of(5, team)) == "a"
    assert winner(trials_of(1, team)) is None


def test_who_chooses_all_day_long_does_not_decide() -> None:
    """One of six prefers one model, a hundred times a week; the others the other."""
    team = {"busy": (100, 0.95), **{f"p{n}": (3, 0.3) for n in range(5)}}

    assert winner(trials_of(26, team)) != "a"


def test_two_camps_of_one_size_decide_nothing() -> None:
    """However sure each is, and however long they go on."""
    team = {f"p{n}": (4, 0.95 if n % 2 else 0.05) for n in range(10)}

    assert winner(trials_of(40, team)) is None


@pytest.mark.parametrize(
    ("day", "week"), [(3, -1), (4, 0), (10, 0), (11, 1), (20_000, 2856)]
)
def test_weeks_begin_on_mondays(day: int, week: int) -> None:
    """The first Monday since 1970 is its fifth day."""
    assert week_of(day * 86_400.0) == week
