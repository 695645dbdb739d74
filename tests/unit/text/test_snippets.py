"""Words of any script, as they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.text.snippets import closers_of, escape, fragment_of, is_word
from tests.support.snippets import expand


def test_words() -> None:
    """Letters, digits and underscores of any script."""
    assert is_word("größe_1")
    assert is_word("")
    assert not is_word("a b")
    assert not is_word("a.")


def test_a_fragment_has_letters_of_all_scripts() -> None:
    """Letters, digits and underscores; not what stands before them."""
    assert fragment_of("x.größe_2") == "größe_2"
    assert fragment_of("漢字") == "漢字"
    assert fragment_of("x.") == fragment_of("") == ""


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


def test_placeholders_are_escaped() -> None:
    """Nothing in a text is a placeholder, a variable or a choice."""
    assert escape("${1:a} $0 \\ ${TM_FILENAME} |b|") == (
        "\\${1:a\\} \\$0 \\\\ \\${TM_FILENAME\\} |b|"
    )


@given(st.text(st.sampled_from("$\\}{ a\n")) | st.text())
def test_a_snippet_expands_to_its_text(text: str) -> None:
    """Byte for byte."""
    assert expand(escape(text)) == text
