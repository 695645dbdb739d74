"""Tests of whether colours are wanted."""

import pytest

from hexai.surfaces.colour import is_colour_wanted


@pytest.mark.parametrize(
    ("environ", "expected"),
    [({}, True), ({"NO_COLOR": ""}, True), ({"NO_COLOR": "0"}, False)],
)
def test_any_word_forbids_colours(environ: dict[str, str], *, expected: bool) -> None:
    """Whatever it says; but an empty one is none."""
    assert is_colour_wanted(environ) is expected
