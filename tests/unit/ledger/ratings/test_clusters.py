"""How much scores vary, if those of one file belong together."""

import pytest

from hexai.ledger.ratings.clusters import outer_products
from hexai.ledger.ratings.trials import Pattern, Trial, Trials

PATTERN = Pattern("vote", (("a",), ("b",)))
SCORES = {0: [1.0], 1: [-1.0]}


def trials(*files: tuple[str, int, int]) -> Trials:
    """Make trials of files, with so many choices of the first and of the second."""
    return Trials(
        Trial(PATTERN, choice, file)
        for file, first, second in files
        for choice, count in enumerate((first, second))
        for _ in range(count)
    )


def test_what_stands_alone_is_summed_alone() -> None:
    """With the correction for a finite number of them."""
    found = outer_products(trials(("", 6, 4)), SCORES, 1)

    assert found == [[pytest.approx(10 * 10 / 9)]]


@pytest.mark.parametrize(("files", "student"), [(4, 3.182), (5, 2.776), (21, 2.086)])
def test_few_files_make_it_larger(files: int, student: float) -> None:
    """As Student's t with one degree of freedom less is wider than the normal one."""
    made = [(f"file {number}", 3, 1) for number in range(files)]

    found = outer_products(trials(*made), SCORES, 1)

    plain = files * 2**2 * files / (files - 1)
    assert found[0][0] == pytest.approx(plain * (student / 1.96) ** 2, rel=0.08)


def test_one_large_file_among_small_ones_is_hardly_more_than_one() -> None:
    """So it is as uncertain as if there were very few."""
    small = [(f"file {number}", 1, 0) for number in range(10)]

    found = outer_products(trials(("large", 100, 50), *small), SCORES, 1)

    assert found[0][0] > 5 * (50**2 + 10)
