"""How much scores vary, if those of one sitting or file belong together."""

from random import Random

import pytest
from scipy.stats import t

from hexai.ledger.ratings.clusters import outer_products
from hexai.ledger.ratings.trials import Pattern, Trial, Trials

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
