"""How long ago something was."""

import pytest

from hexai.surfaces.cli.ago import ago


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "0 s ago"), (59.0, "59 s ago"), (181.0, "3 min ago"), (7300.0, "2 h ago")],
)
def test_an_age_is_told_in_its_largest_unit(seconds: float, words: str) -> None:
    """Nobody needs it to the second."""
    assert ago(seconds) == words
