"""Numbers and ranges as people write them."""

import pytest

from hexai.text.number_ranges import Range, parse_range


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("12", 12, 12),
        (" 0.5 ", 0.5, 0.5),
        ("8-16", 8, 16),
        ("4:9", 4, 9),
        ("4 - 9.5", 4, 9.5),
        ("7-7", 7, 7),
        ("1e3", 1000, 1000),
    ],
)
def test_a_number_or_two_are_read(text: str, low: float, high: float) -> None:
    """One number is a range of its own."""
    assert parse_range(text) == Range(low, high)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x", 'invalid value "x"'),
        ("", 'invalid value ""'),
        ("1-2-3", 'invalid value "1-2-3"'),
        ("1.2.3-4", 'invalid value "1.2.3-4"'),
        ("0", 'requires a positive value, got "0"'),
        ("-5", 'requires a positive value, got "-5"'),
        ("0-5", 'requires a positive value, got "0-5"'),
        ("inf", 'requires a positive value, got "inf"'),
        ("nan", 'requires a positive value, got "nan"'),
        ("20-10", "minimum 20.00 exceeds maximum 10.00"),
    ],
)
def test_anything_else_is_refused(text: str, problem: str) -> None:
    """The message says what is wrong with what was written."""
    with pytest.raises(ValueError, match=r".+") as caught:
        parse_range(text)

    assert str(caught.value) == problem


def test_zero_counts_where_it_makes_sense() -> None:
    """A delay can be none, a rate cannot."""
    assert parse_range("0-1", zero=True) == Range(0, 1)
    with pytest.raises(ValueError, match="positive"):
        parse_range("-1", zero=True)


def test_a_fraction_lies_between_the_ends() -> None:
    """0 is the low end, 1 the high one."""
    found = Range(8, 16)

    assert (found.at(0), found.at(0.5), found.at(1)) == (8, 12, 16)
