"""Tests for how far a completion can go."""

import pytest

from hexai.text.extent import ends_with_line, is_closed_in


@pytest.mark.parametrize(
    ("before", "after", "ends"),
    [
        ("x = ", "\n", True),
        ("    ", "\n", False),
        ("", "", False),
        ("def f():", "\n    pass", False),
        ("if (x) {", "}\n", False),
        ("call(", ")\n", False),
        ("    ", "value\n", True),
        ("x = a", ")\n", True),
    ],
)
def test_what_is_begun_ends_with_its_line(before: str, after: str, ends: bool) -> None:
    """Unless the line is new, or opens a block."""
    assert ends_with_line(before, after) is ends


def test_what_an_editor_closed_leaves_room() -> None:
    """Brackets and quotes right of the cursor are no text."""
    assert not is_closed_in(")]}\"'`;:,\nmore")
    assert is_closed_in(" + 1)\n")
