"""Figures as pictures are as long and as high as they are."""

from hypothesis import given
from hypothesis import strategies as st

from hexai.text.bars import bar, sparkline
from hexai.text.cells import width


def test_a_bar_is_as_long_as_its_share() -> None:
    """Half is half, a trace still shows, nothing is blank."""
    assert bar(0.5, 4) == "██  "
    assert bar(0.0001, 4) == "▏   "
    assert bar(0, 4) == "    "
    assert bar(2, 4) == "████"


@given(st.floats(-1, 2), st.integers(1, 40))
def test_a_bar_is_as_wide_as_its_column(share: float, cells: int) -> None:
    """Whatever the share."""
    assert width(bar(share, cells)) == cells


def test_a_sparkline_is_as_high_as_its_counts() -> None:
    """The highest is full, a trace still shows, nothing is a blank."""
    assert sparkline([0, 1, 50, 100]) == " ▁▅█"
    assert sparkline([0, 0]) == "  "
    assert sparkline([]) == ""
