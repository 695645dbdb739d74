"""Verdicts that stay valid while one keeps looking."""

from itertools import islice
from math import exp, log
from random import Random
from statistics import median

import pytest

from hexai.ledger.ratings.evidence import (
    LIMIT,
    Duel,
    comparisons_missing,
    duels,
    log_score,
)
from hexai.ledger.ratings.trials import Pattern, Trial, Trials
from tests.support.voters import Voter

BIASED = (0.0, -1.516)
"""Of two equals, 82 % take the one that stands first."""
LISTS = (0.0, -0.8, -1.4)
EQUAL, THREE = {"a": 0.0, "b": 0.0}, {"a": 0.0, "b": 0.0, "c": 0.0}


@pytest.mark.parametrize(
    "voter",
    [
        Voter(strengths=EQUAL),
        Voter(strengths=EQUAL, positions=BIASED),
        Voter(strengths=EQUAL, positions=BIASED, tie=-0.5),
        Voter(strengths=THREE, positions=LISTS, kind="list", none=0.8),
        Voter(strengths=EQUAL, positions=BIASED, cluster_size=20, cluster_spread=1.0),
        Voter(strengths=EQUAL, positions=BIASED, cluster_size=1, cluster_spread=1.0),
    ],
    ids=["fair", "bias", "ties", "three", "clusters", "files used once"],
)
def test_equals_rarely_have_a_winner(voter: Voter) -> None:
    """Looked at after each of 3,000 choices, 5 % at most; two errors of so few users.

    In larger runs it is 1 to 4 %.
    """
    users, wrong = 100, 0
    models = len(voter.strengths)
    limit = log(LIMIT * models * (models - 1) / 2)
    for user in range(users):
        met = duels(Trials(islice(voter.trials(Random(user)), 3000)))
        wrong += any(duel.highest >= limit for duel in met.values())

    assert wrong <= 9


@pytest.mark.parametrize(("share", "expected"), [(0.60, 185), (0.70, 44), (0.80, 22)])
def test_a_preference_is_found_as_soon_as_theory_says(
    share: float, expected: int
) -> None:
    """Half of all users know after at most half as many votes again.

    The theory knows that the position has no effect; we have to assume that it may.
    """
    strength = log(share / (1 - share)) / 2
    voter = Voter(strengths={"a": strength, "b": -strength})

    needed = median(votes_needed(voter, user) for user in range(150))

    assert 0.8 * expected <= needed <= 1.5 * expected


def votes_needed(voter: Voter, user: int) -> int:
    """Count the votes until a model is declared the winner."""
    duel, trials = Duel("a", "b"), voter.trials(Random(user))
    while duel.highest < log(LIMIT):
        trial = next(trials)
        upright = trial.pattern.items[0] == ("a",)
        winner = int(trial.pattern.items[trial.choice] != ("a",))
        duel.add((0, 1), upright=upright, winner=winner, cluster="")
    return duel.shown


def test_the_first_place_alone_wins_nothing() -> None:
    """Somebody who always takes what stands first has no preference."""
    first = [
        Trial(Pattern("list", (("a",), ("b",)) if n % 2 else (("b",), ("a",))), 0)
        for n in range(500)
    ]

    [duel] = duels(Trials(first)).values()

    assert duel.shown == 500
    assert sum(duel.decisive) == 0
    assert duel.orders == {True, False}


def test_one_file_does_not_decide() -> None:
    """A hundred choices in one file may all be about the same thing."""
    pattern = [Pattern("list", (("a",), ("b",))), Pattern("list", (("b",), ("a",)))]
    in_one = [Trial(pattern[n % 2], n % 2, "file") for n in range(100)]
    apart = [Trial(pattern[n % 2], n % 2, f"file {n}") for n in range(100)]

    [one], [other] = duels(Trials(in_one)).values(), duels(Trials(apart)).values()

    assert one.design_effect == 50
    assert one.highest < log(LIMIT)
    assert other.design_effect == 1
    assert other.highest > log(LIMIT)


def test_what_is_beyond_all_doubt_is_counted_on() -> None:
    """Though nothing more is learnt from it."""
    orders = [Pattern("vote", (("a",), ("b",))), Pattern("vote", (("b",), ("a",)))]

    [duel] = duels(Trials(Trial(orders[n % 2], n % 2) for n in range(1000))).values()

    assert (duel.shown, duel.winner) == (1000, "a")
    assert duel.highest > log(LIMIT * 1e6)


def test_the_score_is_a_fair_bet() -> None:
    """Under equal models its mean over all ways a series can go is 1."""
    means = {0: 1.0}
    for _ in range(12):
        means = {
            wins: (means.get(wins, 0.0) + means.get(wins - 1, 0.0))
            for wins in range(len(means) + 1)
        }
    total = sum(
        ways / 2**12 * exp(log_score(wins, 12 - wins)) for wins, ways in means.items()
    )

    assert total == pytest.approx(1.0)


def test_what_is_missing_ends_at_the_limit() -> None:
    """So many more comparisons, won at that share, do decide."""
    more = comparisons_missing(10, 5, share=0.7)

    assert log_score(10 + 0.7 * more, 5 + 0.3 * more) >= log(LIMIT)
    assert comparisons_missing(10, 10, share=0.5) == float("inf")


def test_a_model_twice_in_a_list_is_no_duel_with_itself() -> None:
    """As with two temperatures of one model."""
    twice = Trial(Pattern("vote", (("a",), ("a",), ("b",))), 0)

    assert [*duels(Trials([twice]))] == [frozenset("ab")]
