"""What an editor left is what the user wrote, without what editors add."""

import pytest

from hexai.surfaces.tmux.editing import as_it_ended


@pytest.mark.parametrize(
    ("before", "edited", "kept"),
    [
        ("a", "b\n", "b"),
        ("a", "b\r\n", "b"),
        ("a\r\nb", "a\r\nc\r\n", "a\r\nc"),
        ("a\r", "b\r\n", "b\r"),
        ("a\n", "b\n", "b\n"),
        ("a\r\n", "b\r\n", "b\r\n"),
        ("a", "b", "b"),
        ("", "b\n", "b\n"),
    ],
)
def test_a_text_ends_as_it_ended(before: str, edited: str, kept: str) -> None:
    """A line break that an editor put at the end is taken away, whole."""
    assert as_it_ended(before, edited) == kept
