"""Texts cut to a length."""

from hexai.text.shorten import shorten


def test_shortening_marks_the_cut() -> None:
    """A text that fits is unchanged; one that does not ends in an ellipsis."""
    assert shorten("abc", 3) == "abc"
    assert shorten("abcd", 3) == "ab…"
