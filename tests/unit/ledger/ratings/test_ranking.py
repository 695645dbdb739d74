"""Rankings: who is compared with whom, and what is said about it."""

from itertools import islice, permutations
from random import Random

import pytest

from hexai.domain.ranking import Comparison, Verdict
from hexai.ledger.ratings.ranking import rank
from hexai.ledger.ratings.trials import Instead, Pattern, Trial, Trials
from tests.support.voters import Voter

FOND = Voter(strengths={"a": 0.7, "b": -0.7})
"""Four of five votes are for the first."""


def votes(number: int, *, seed: int = 1, voter: Voter = FOND) -> list[Trial]:
    """Vote a number of times."""
    return [*islice(voter.trials(Random(seed)), number)]


def only(trials: list[Trial]) -> Comparison:
    """Compare the only two models that there are."""
    [ranking] = rank(Trials(trials))
    [comparison] = ranking.comparisons
    return comparison


def test_a_clear_preference_becomes_a_verdict() -> None:
    """From not enough over leaning to decided."""
    said = [only(votes(number)).verdict for number in (1, 19, 20, 200)]

    assert said == [Verdict.OPEN, Verdict.OPEN, Verdict.LEANING, Verdict.OVER]


def test_nineteen_choices_decide_nothing() -> None:
    """However clear they are; the twentieth may."""
    orders = [
        Pattern("vote", items, drawn=True)
        for items in ((("a",), ("b",)), (("b",), ("a",)))
    ]
    always = [Trial(orders[n % 2], n % 2) for n in range(20)]

    assert only(always[:19]).verdict is Verdict.OPEN
    assert only(always[:19]).missing == 1
    assert only(always).verdict is Verdict.OVER


def test_equals_stand_in_the_order_of_their_names() -> None:
    """Two ledgers with the same votes give one ranking, whoever imported from whom."""
    shown = Pattern("vote", (("a",), ("b",), ("c",)))
    voted = [Trial(shown, choice) for choice in (0, Instead.TIE, Instead.NONE)]

    for trials in permutations(voted):
        [ranking] = rank(Trials(trials))
        assert [each.model for each in ranking.standings] == ["a", "b", "c"]


def test_what_is_missing_is_a_fair_guess() -> None:
    """Before the end it shrinks, and at the end there is nothing to guess."""
    missing = [only(votes(number)).missing for number in (1, 10, 200)]

    assert missing[2] is None
    assert missing[0] is not None
    assert missing[1] is not None
    assert 20 <= missing[1] < missing[0] <= 320


def test_nobody_guesses_when_equals_are_decided() -> None:
    """It may be never; whichever of the two is ahead for now."""
    voter = Voter(strengths={"a": -0.02, "b": 0.02})

    found = only(votes(2000, voter=voter))

    assert found.verdict in {Verdict.OPEN, Verdict.LEANING}
    assert (found.better, found.missing) == ("b", None)


def test_a_verdict_stays_when_one_looks_again() -> None:
    """What has been shown once is not taken back by a few votes more."""
    trials = votes(300)
    said = [only(trials[:number]).verdict for number in range(60, 300, 10)]

    assert Verdict.OVER in said
    first = said.index(Verdict.OVER)
    assert set(said[first:]) == {Verdict.OVER}


def test_nothing_is_said_where_the_order_never_changed() -> None:
    """What stands first is taken more, whoever it is."""
    trials = [Trial(Pattern("vote", (("a",), ("b",))), 0)] * 100

    assert only(trials).verdict is Verdict.ORDER


def test_models_that_never_met_are_ranked_apart() -> None:
    """Each group has strengths of its own, and the larger one comes first."""
    others = Voter(strengths={"x": 0.0, "y": 0.5, "z": -0.5}, kind="list")

    rankings = rank(Trials([*votes(40), *votes(40, voter=others)]))

    assert [sorted(s.model for s in r.standings) for r in rankings] == [
        ["x", "y", "z"],
        ["a", "b"],
    ]
    assert [r.trials for r in rankings] == [40, 40]
    for ranking in rankings:
        assert sum(s.strength for s in ranking.standings) == pytest.approx(0, abs=1e-6)


def test_nothing_taken_connects_nobody() -> None:
    """Both were bad: that compares neither with the other."""
    bad = Trial(Pattern("vote", (("a",), ("b",))), Instead.NONE)

    assert [len(r.standings) for r in rank(Trials([bad] * 5))] == [1, 1]


def test_a_third_model_connects_two() -> None:
    """They are ranked, but not compared as if they had met."""
    one, other = Pattern("vote", (("a",), ("b",))), Pattern("vote", (("b",), ("c",)))
    trials = [Trial(p, n % 2) for n in range(20) for p in (one, other)]

    [ranking] = rank(Trials(trials))

    assert [{c.better, c.worse} for c in ranking.comparisons] == [
        {"a", "b"},
        {"b", "c"},
    ]


def test_nobody_is_certainly_the_best() -> None:
    """However clear it is: no draw of a distribution shows that."""
    clear = Voter(strengths={"a": 3.0, "b": -3.0})

    [ranking] = rank(Trials(votes(200, voter=clear)))

    assert [0 < each.best < 1 for each in ranking.standings] == [True, True]


def test_chances_of_being_the_best_add_up() -> None:
    """One of them is."""
    voter = Voter(strengths={"a": 0.1, "b": 0.0, "c": -0.1}, kind="list", none=0.5)

    [ranking] = rank(Trials(votes(60, voter=voter)))

    assert sum(s.best for s in ranking.standings) == pytest.approx(1.0)
    assert all(s.low < s.strength < s.high for s in ranking.standings)
    assert all(s.shown == 60 for s in ranking.standings)
    chosen = sum(s.chosen for s in ranking.standings)
    assert chosen + ranking.none == ranking.trials == 60


def test_new_names_change_no_verdict() -> None:
    """A name that sorts last is no worse."""
    renamed = {"a": "zebra", "b": "ant"}
    trials = votes(80)
    others = [
        Trial(
            Pattern(
                "vote", tuple((renamed[i[0]],) for i in t.pattern.items), drawn=True
            ),
            t.choice,
        )
        for t in trials
    ]

    one, other = only(trials), only(others)

    assert (renamed[one.better], one.verdict) == (other.better, other.verdict)
    assert one.stronger == pytest.approx(other.stronger)
    assert one.missing == other.missing
