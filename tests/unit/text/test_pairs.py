"""What an editor closes by itself."""

import pytest

from hexai.text.pairs import closers_of


@pytest.mark.parametrize(
    ("typed", "closers"),
    [
        ("", ""),
        ("abc", ""),
        ("f(", ")"),
        ("f(a, [", "])"),
        ("f(a)", ""),
        ('f("a', '")'),
        ('f("a"', ")"),
        (")", ""),
    ],
)
def test_what_is_open_is_closed_from_within(typed: str, closers: str) -> None:
    """The last one opened comes first; what is closed already does not come."""
    assert closers_of(typed) == closers
