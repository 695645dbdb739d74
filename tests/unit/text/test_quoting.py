"""Answers as quoted lines, and back."""

from hypothesis import given
from hypothesis import strategies as st

from hexai.text.lines import Lines
from hexai.text.quoting import quote, unquote
from hexai.text.triggers import is_quoted


def test_every_line_is_quoted() -> None:
    """Blank ones by the mark alone, whatever the line break."""
    assert quote("a\n\n  b\r\nc") == "> a\n>\n>   b\n> c"


@given(st.text("ab \n\r>", max_size=20))
def test_no_line_is_left_out(text: str) -> None:
    """All that comes out is quoted."""
    quoted = Lines.of(quote(text))

    assert all(is_quoted(line) for line in quoted.between(0, len(quoted)))


@given(st.text("ab\n>", max_size=20))
def test_and_back(text: str) -> None:
    """A text comes back as it was."""
    assert unquote(quote(text).split("\n")) == text
