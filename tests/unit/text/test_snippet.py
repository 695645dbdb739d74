"""Snippets give back the text that they were made of."""

from hypothesis import given
from hypothesis import strategies as st

from hexai.text.snippet import escape
from tests.support.snippets import expand


def test_placeholders_are_escaped() -> None:
    """Nothing in a text is a placeholder, a variable or a choice."""
    assert escape("${1:a} $0 \\ ${TM_FILENAME} |b|") == (
        "\\${1:a\\} \\$0 \\\\ \\${TM_FILENAME\\} |b|"
    )


@given(st.text(st.sampled_from("$\\}{ a\n")) | st.text())
def test_a_snippet_expands_to_its_text(text: str) -> None:
    """Byte for byte."""
    assert expand(escape(text)) == text
