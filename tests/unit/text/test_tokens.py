"""Estimates of tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.text.tokens import estimate_tokens, most_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("a", 1),
        ("abcd", 1),
        ("abcde", 2),
        ("The quick brown fox jumps over the lazy dog.", 11),
        ("你好世界", 4),
        ("привет", 4),
        ("\ud800", 1),
    ],
)
def test_an_estimate_follows_the_stated_rule(text: str, tokens: int) -> None:
    """Four ASCII characters, or three bytes of UTF-8 of anything else, are a token."""
    assert estimate_tokens(text) == tokens


@given(st.text(), st.text())
def test_an_estimate_grows_with_the_text(one: str, other: str) -> None:
    """A longer text never has fewer tokens, nor more than its parts together."""
    whole = estimate_tokens(one + other)

    assert max(estimate_tokens(one), estimate_tokens(other)) <= whole
    assert whole <= estimate_tokens(one) + estimate_tokens(other)


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("", 0),
        ("def add(a, b):\n    return a\n", 15),
        ("12345", 5),
        ("internationalization", 2),
        ("é你", 2),
    ],
)
def test_what_a_text_hardly_exceeds_counts_each_sign(text: str, most: int) -> None:
    """Digits and signs by themselves, blanks at once, and long words in parts."""
    assert most_tokens(text) == most


@given(st.text(), st.text())
def test_no_more_is_exceeded_by_parts(one: str, other: str) -> None:
    """Lines can be counted one by one."""
    assert most_tokens(one + other) <= most_tokens(one) + most_tokens(other)
