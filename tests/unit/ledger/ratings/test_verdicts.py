"""Pairs that are decided, of all that are looked at."""

from itertools import islice
from math import log
from random import Random

from hexai.domain.ranking import Model
from hexai.ledger.ratings.evidence import LIMIT, Bet, Bets
from hexai.ledger.ratings.trials import Pattern, Trial, Trials
from hexai.ledger.ratings.verdicts import decide, goals
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


def test_a_pair_alone_needs_the_whole_limit() -> None:
    """Three at once need three times as much each."""
    one = Bets(Trials(votes(0.0, 30)))
    three = Voter(strengths=dict.fromkeys("abc", 0.0), kind="list")
    all_three = Bets(Trials(islice(three.trials(Random(1)), 30)))

    assert goals(one.born) == {AB: [LIMIT]}
    needed = [limits[-1] for limits in goals(all_three.born).values()]
    assert all(3 * LIMIT <= each <= 3.5 * LIMIT for each in needed)


def test_who_comes_late_starts_with_what_is_left() -> None:
    """What bets on equals have lost is gone; of a decided pair nothing is asked."""
    equal = [*votes(0.0, 400), with_third("a")]
    clear = [*votes(2.0, 400), with_third("a")]

    late, after_clear = (Bets(Trials(trials)).born for trials in (equal, clear))

    [ab, ac] = late
    assert goals(late)[frozenset("ac")] == [2 * LIMIT / min(1.0, ab.kept[1])]
    assert goals([bet for bet in after_clear if frozenset(bet.models) != AB]) == {
        frozenset("ac"): [LIMIT]
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
        part = LIMIT * members / limits[frozenset(bet.models)][-1]
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
