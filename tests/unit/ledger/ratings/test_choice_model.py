"""How much scores vary, if those of one sitting or file belong together."""

from collections.abc import Iterable
from itertools import islice
from math import sqrt
from random import Random

import choix
import evalica
import numpy as np
import pytest
from scipy.stats import t

from benchmarks.estimates import INTERVALS, held
from benchmarks.lives import Life
from hexai.ledger.ratings.choice_model import fit, outer_products
from hexai.ledger.ratings.likelihood import Priors
from hexai.ledger.ratings.trials import Instead, Pattern, Trial, Trials
from tests.support.voters import Voter

PATTERN = Pattern("vote", (("a",), ("b",)))
SCORES = {0: [1.0], 1: [-1.0]}


def trials(*files: tuple[str, int, int], sitting: str = "") -> Trials:
    """Make trials of files, with so many choices of the first and of the second."""
    return Trials(
        Trial(PATTERN, choice, file, sitting.format(file))
        for file, first, second in files
        for choice, count in enumerate((first, second))
        for _ in range(count)
    )


def varied(given: Trials) -> float:
    """Give the only element of the sum."""
    [[found]] = outer_products(given, SCORES, 1)
    return found


def test_what_stands_alone_is_summed_alone() -> None:
    """With the correction for a finite number of them."""
    assert varied(trials(("", 6, 4))) == pytest.approx(10 * 10 / 9)


def test_many_files_are_taken_at_their_word() -> None:
    """Their nets are squared, with hardly a correction for there being few."""
    files = [(f"file {number}", 3, 1) for number in range(400)]

    assert varied(trials(*files)) == pytest.approx(400 * 2**2, rel=0.02)


def test_fewer_files_are_less_sure() -> None:
    """As much as they show, the factor for their being few grows; and stays finite."""
    factors = [
        varied(trials(*((f"file {n}", 3, 1) for n in range(count)))) / count
        for count in (2, 3, 5, 20, 400)
    ]

    assert factors == sorted(factors, reverse=True)
    assert factors[0] < 8 * factors[-1]


def test_of_one_file_there_is_only_what_is_usual() -> None:
    """What it shows of how files differ is nothing, whatever it shows."""
    even, uneven = (varied(trials(("file", first, 40 - first))) for first in (20, 35))

    assert even == pytest.approx(uneven)
    assert even > 1.5 * varied(trials(("", 20, 20)))


@pytest.mark.parametrize("sizes", [(12, 12, 12, 12, 12, 12), (30, 20, 10, 8, 4, 9, 7)])
def test_clusters_that_are_independent_are_summed_without_bias(
    sizes: tuple[int, ...],
) -> None:
    """By Bell and McCaffrey's correction: the mean is what it is of trials alone.

    With as many clusters nothing is filled up, so that only t makes it more.
    """
    dice, total, found = Random(4), sum(sizes), 0.0
    for _ in range(2000):
        drawn = [[dice.choice((-1.0, 1.0)) for _ in range(size)] for size in sizes]
        mean = sum(map(sum, drawn)) / total
        given = Trials(
            Trial(PATTERN, int(each < 0), f"{number}")
            for number, file in enumerate(drawn)
            for each in file
        )
        scores = {
            number: [(-1.0 if choice else 1.0) - mean]
            for number, (_, choice) in enumerate(given.outcomes)
        }
        [[each]] = outer_products(given, scores, 1)
        found += each / 2000
    freedom = total**2 / sum(size**2 for size in sizes) - 1

    assert found / total == pytest.approx((t.ppf(0.975, freedom) / 1.96) ** 2, rel=0.05)


def test_one_large_file_among_small_ones_is_hardly_more_than_one() -> None:
    """So it is as uncertain as if there were very few."""
    small = [(f"file {number}", 1, 0) for number in range(10)]
    many = [(f"file {number}", 15, 8) for number in range(7)]

    large = varied(trials(("large", 100, 50), *small)) / 160
    assert large > 2 * varied(trials(*many)) / 161


def test_the_coarser_of_sitting_and_file_counts() -> None:
    """Files of one sitting belong together, and so do sittings over one file."""
    files = [(f"{number}", 1, 0) for number in range(60)]
    apart = varied(trials(*files))
    in_sittings = Trials(
        Trial(PATTERN, 0, f"file {number}", f"sitting {number // 6}")
        for number in range(60)
    )
    in_files = Trials(
        Trial(PATTERN, 0, f"file {number // 6}", f"sitting {number}")
        for number in range(60)
    )

    assert varied(in_sittings) == pytest.approx(varied(in_files))
    assert varied(in_sittings) > 5 * apart


def test_files_across_sittings_count_both_ways() -> None:
    """No less than either alone."""
    crossed = [
        Trial(PATTERN, int(number % 5 == 0), f"file {number % 7}", f"{number // 10}")
        for number in range(140)
    ]
    both = varied(Trials(crossed))

    for one_way in (
        [Trial(each.pattern, each.choice, each.cluster) for each in crossed],
        [Trial(each.pattern, each.choice, "", each.sitting) for each in crossed],
    ):
        assert both >= varied(Trials(one_way)) - 1e-9


MODELS = ("a", "b", "c", "d")
BARE = Priors(strength=None, other=None, positions=False)
LISTS = Voter(
    strengths={"a": 0.4, "b": 0.0, "c": -0.3},
    positions=(0.0, -0.8, -1.4),
    kind="list",
    none=0.8,
)
"""The list of three of statistics: 45 % accepted, the first place taken most."""


def centred(values: Iterable[float]) -> list[float]:
    """Make values sum to zero."""
    numbers = [*map(float, values)]
    mean = sum(numbers) / len(numbers)
    return [number - mean for number in numbers]


def vote(winner: str, loser: str) -> Trial:
    """Vote for one of two models."""
    return Trial(Pattern("vote", ((winner,), (loser,))), 0)


def duel_results() -> list[tuple[int, int]]:
    """Make up winners and losers among four models."""
    dice, found = Random(1), []
    for _ in range(300):
        one, other = dice.sample(range(4), 2)
        found.append((one, other) if dice.random() < 0.65 else (other, one))
    return found


def test_votes_agree_with_choix() -> None:
    """Without priors and positions, votes of pairs are Bradley and Terry's model."""
    results = duel_results()
    expected = centred(choix.ilsr_pairwise(4, results, alpha=0.0, tol=1e-12))

    found = fit(Trials(vote(MODELS[w], MODELS[x]) for w, x in results), BARE)

    assert list(found.strengths.values()) == pytest.approx(expected, abs=1e-4)


def test_votes_agree_with_evalica() -> None:
    """A second program finds the same strengths from the same votes."""
    results = duel_results()
    rated = evalica.bradley_terry(
        [MODELS[winner] for winner, _ in results],
        [MODELS[loser] for _, loser in results],
        [evalica.Winner.X] * len(results),
        tolerance=1e-12,
        limit=10_000,
    )
    expected = centred([float(np.log(rated.scores[model])) for model in MODELS])

    found = fit(Trials(vote(MODELS[w], MODELS[x]) for w, x in results), BARE)

    assert list(found.strengths.values()) == pytest.approx(expected, abs=1e-4)


def test_lists_agree_with_choix() -> None:
    """One choice among three is one choice, not two duels."""
    dice, trials, tops = Random(2), [], []
    for _ in range(300):
        shown = dice.sample(range(4), 3)
        winner = dice.choices(shown, [model + 1 for model in shown])[0]
        tops.append((winner, tuple(each for each in shown if each != winner)))
        items = tuple((MODELS[each],) for each in shown)
        trials.append(Trial(Pattern("list", items), shown.index(winner)))
    expected = centred(choix.ilsr_top1(4, tops, alpha=0.0, tol=1e-12))

    found = fit(Trials(trials), BARE)

    assert list(found.strengths.values()) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("lists", "share"), [(50, 0.70), (100, 0.85), (400, 0.97)])
def test_the_best_of_three_is_named(lists: int, share: float) -> None:
    """As often as the specification says, less two standard errors of so few users."""
    users = 400
    named = 0
    for user in range(users):
        strengths = fit(Trials(islice(LISTS.trials(Random(user)), lists))).strengths
        named += max(strengths, key=lambda model: strengths[model]) == "a"

    assert named / users >= share - 2 * sqrt(share * (1 - share) / users)


@pytest.mark.parametrize("lists", [100, 400])
@pytest.mark.parametrize(
    "voter",
    [
        LISTS,
        Voter(strengths={"a": 0.2, "b": -0.2}, positions=(0.0, -1.516), tie=-0.5),
        Voter(
            strengths={"a": 0.2, "b": -0.2},
            positions=(0.0, -1.516),
            cluster_size=5,
            cluster_spread=0.5,
        ),
        Voter(
            strengths={"a": 0.2, "b": -0.2},
            positions=(0.0, -1.516),
            cluster_size=20,
            cluster_spread=0.5,
        ),
    ],
    ids=["lists", "votes with ties and a bias of 0.82", "clusters", "few files"],
)
def test_intervals_hold_what_they_promise(voter: Voter, lists: int) -> None:
    """A 95 % interval holds the true difference in 92 to 98 % of all cases."""
    users = 250
    truth = voter.strengths["a"] - voter.strengths["b"]
    if voter.cluster_spread:
        truth *= 0.95  # files that differ draw the mean of a logit towards zero
    inside = 0
    for user in range(users):
        found = fit(Trials(islice(voter.trials(Random(1000 + user)), lists)))
        error = sqrt(found.variance({"a": 1.0, "b": -1.0}))
        ahead = found.strengths["a"] - found.strengths["b"]
        inside += abs(ahead - truth) <= 1.96 * error

    slack = 1.64 * sqrt(0.95 * 0.05 / users)
    assert 0.92 - slack <= inside / users <= 0.98 + slack


@pytest.mark.parametrize("life", INTERVALS, ids=lambda life: life.name)
def test_intervals_hold_however_choices_belong_together(life: Life) -> None:
    """In the settings of `scripts/bench verdicts`, as far as so few users can tell."""
    users = 120
    slack = 1.96 * sqrt(0.92 * 0.08 / users)

    inside = held(life, users, seed=77)

    shares = [inside[size] / users for size in (50, 100, 400)]
    assert min(shares) >= 0.92 - slack
    assert sum(shares) / 3 <= 0.985


@pytest.mark.parametrize("votes", [20, 30, 49])
@pytest.mark.parametrize("preference", [0.0, 0.4, 1.4])
def test_intervals_of_two_models_hold_with_few_votes(
    votes: int, preference: float
) -> None:
    """At least what they promise, with a first place that 82 % take."""
    users, inside = 200, 0
    strengths = {"a": preference / 2, "b": -preference / 2}
    voter = Voter(strengths=strengths, positions=(0.0, -1.516))
    for user in range(users):
        found = fit(Trials(islice(voter.trials(Random(3000 + user)), votes)))
        error = sqrt(found.variance({"a": 1.0, "b": -1.0}))
        ahead = found.strengths["a"] - found.strengths["b"]
        inside += abs(ahead - preference) <= 1.96 * error

    assert inside / users >= 0.92


def test_a_first_place_that_helps_one_model_is_found() -> None:
    """With how much it helps; and the strengths stay what they are on average."""
    own = {"a": -0.5, "b": 0.5}
    voter = Voter(
        strengths=LISTS.strengths,
        positions=LISTS.positions,
        first=own,
        kind="list",
        none=0.8,
    )

    found = fit(Trials(islice(voter.trials(Random(8)), 6000)))

    effects = {model: found.first_effect(model) or 0.0 for model in "abc"}
    assert found.uneven
    assert effects["b"] - effects["a"] == pytest.approx(1.0, abs=0.25)
    assert sum(effects.values()) / 3 == pytest.approx(1.1, abs=0.2)
    assert found.strengths["a"] - found.strengths["b"] == pytest.approx(0.4, abs=0.1)


def test_intervals_hold_where_the_first_place_helps_one_model() -> None:
    """Without effects of their own they would in 85 of 100 cases."""
    users, inside = 150, 0
    voter = Voter(
        strengths=LISTS.strengths,
        positions=LISTS.positions,
        first={"a": 0.4, "b": -0.4},
        kind="list",
        none=0.8,
    )
    for user in range(users):
        found = fit(Trials(islice(voter.trials(Random(4000 + user)), 1300)))
        error = sqrt(found.variance({"a": 1.0, "b": -1.0}))
        ahead = found.strengths["a"] - found.strengths["b"]
        inside += abs(ahead - 0.4) <= 1.96 * error

    slack = 1.64 * sqrt(0.95 * 0.05 / users)
    assert 0.92 - slack <= inside / users <= 0.98 + slack


def test_equal_first_places_are_rarely_told_apart() -> None:
    """However often one looks; 5 % at most, and two errors of so few users."""
    looks, users, wrong = (60, 120, 250, 500, 1000, 2000), 60, 0
    for user in range(users):
        trials = [*islice(LISTS.trials(Random(9000 + user)), looks[-1])]
        wrong += any(fit(Trials(trials[:look])).uneven for look in looks)

    assert wrong <= 6


def test_first_places_are_the_same_for_all_where_choices_are_few() -> None:
    """So they are where there are two models, whom nothing could tell apart."""
    three = fit(Trials(islice(LISTS.trials(Random(1)), 200)))
    voter = Voter(strengths={"a": 0.2, "b": -0.2}, positions=(0.0, -1.5))
    two = fit(Trials(islice(voter.trials(Random(1)), 1000)))

    assert [found.first_effect("a") for found in (three, two)] == [None, None]


def test_leaving_the_position_out_shrinks_the_difference() -> None:
    """So the position belongs into the model."""
    trials = Trials(islice(LISTS.trials(Random(5)), 4000))

    with_it, without = fit(trials), fit(trials, Priors(positions=False))

    assert with_it.strengths["a"] > 1.04 * without.strengths["a"]
    effects = with_it.values[3:5]
    assert effects == pytest.approx((-0.8, -1.4), abs=0.15)


def test_ties_are_estimated() -> None:
    """The constant of a tie is found, and ties do not move the strengths."""
    voter = Voter(strengths={"a": 0.5, "b": -0.5}, tie=-0.4)

    found = fit(Trials(islice(voter.trials(Random(6)), 4000)))

    assert found.values[-1] == pytest.approx(-0.4, abs=0.1)
    assert found.strengths["a"] == pytest.approx(0.5, abs=0.1)


def test_an_unbeaten_model_stays_finite() -> None:
    """The prior holds it."""
    found = fit(Trials([vote("a", "b")] * 30))

    assert 0.5 < found.strengths["a"] < 5


def test_equal_texts_are_one_item() -> None:
    """An item that two gave says nothing about the two, but is kept."""
    both = Trial(Pattern("list", (("a", "b"), ("c",))), 0)

    found = fit(Trials([both] * 20))

    assert found.strengths["a"] == pytest.approx(found.strengths["b"])
    assert found.strengths["a"] > found.strengths["c"]


@pytest.mark.parametrize("lists", [200, 1500])
def test_names_and_order_do_not_matter(lists: int) -> None:
    """Other names, or the same trials in another order, give the same strengths."""
    trials = [*islice(LISTS.trials(Random(7)), lists)]
    renamed = {"a": "zebra", "b": "apple", "c": "mango"}
    others = [
        Trial(
            Pattern("list", tuple((renamed[item[0]],) for item in t.pattern.items)),
            t.choice,
        )
        for t in reversed(trials)
    ]

    one, other = fit(Trials(trials)), fit(Trials(others))

    assert [one.strengths[model] for model in "abc"] == pytest.approx(
        [other.strengths[renamed[model]] for model in "abc"], abs=1e-9
    )


def test_a_file_counts_once_for_the_interval() -> None:
    """Twenty equal choices in each of a few files tell less than in as many files."""
    winners = [("a", "b")] * 6 + [("b", "a")] * 4
    choices = [vote(*winner) for winner in winners for _ in range(20)]
    in_files = [
        Trial(each.pattern, each.choice, f"file {number // 20}")
        for number, each in enumerate(choices)
    ]

    priors = Priors(positions=False)
    apart, together = fit(Trials(choices), priors), fit(Trials(in_files), priors)

    contrast = {"a": 1.0, "b": -1.0}
    assert together.variance(contrast) > 10 * apart.variance(contrast)


def test_nothing_taken_is_no_loss_of_one_model() -> None:
    """It moves the constant of taking nothing, and leaves the strengths."""
    pattern = Pattern("list", (("a",), ("b",)))
    taken = [Trial(pattern, 0)] * 6 + [Trial(pattern, 1)] * 4
    priors = Priors(positions=False)

    without = fit(Trials(taken), priors)
    found = fit(Trials([*taken, *[Trial(pattern, Instead.NONE)] * 30]), priors)

    assert found.strengths == pytest.approx(without.strengths, abs=0.01)
