"""Rows that an editor puts into the text while they are looked at."""

import pytest

from hexai.surfaces.lsp.offers.offer import Rows
from hexai.text.lines import Lines
from tests.support.offers import offer


def rows(text: str, *texts: str) -> Rows:
    """Make the rows of a list that was offered at the `|`."""
    return Rows(offer(text, *texts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n  return x + 1;\nb\n", True),
        ("a\n  return;\nb\n", True),
        ("a\n  reset();\nb\n", True),
        ("a\n  return x + 12;\nb\n", False),
        ("a\n  retur;\nb\n", False),
        ("a\n  re;\nb\n", False),
        ("a\n  return x + 1;\nc\n", False),
        ("A\n  return x + 1;\nb\n", False),
        ("a\n  return x + 1;\nb\n\n", False),
        ("a\n return x + 1;\nb\n", False),
        ("a\n  return x + 1\nb\n", False),
    ],
)
def test_rows_in_the_text(text: str, expected: bool) -> None:
    """The first line of a suggestion, or its word, in place of what was typed."""
    shown = rows("a\n  re|;\nb\n", "turn x + 1", "set()")

    assert shown.show_in(Lines.of(text)) is expected


def test_a_suggestion_that_begins_below_shows_its_first_line() -> None:
    """Without its indentation."""
    shown = rows("if x:|\n", "\n    return\n    # done")

    assert shown.show_in(Lines.of("if x:return\n"))


def test_what_was_typed_since_the_models_were_asked_is_part_of_the_row() -> None:
    """It is in the suggestion's text, and left of the cursor."""
    assert rows("x = |re|\n", "result").show_in(Lines.of("x = result\n"))
