"""How much scores vary, if those of one sitting or file belong together."""

import pytest

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
        for count in (1, 2, 5, 20, 400)
    ]

    assert factors == sorted(factors, reverse=True)
    assert factors[0] < 8 * factors[-1]


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
