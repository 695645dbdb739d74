"""Small tables."""

from hexai.surfaces.cli.table import table


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    """Lines have no blanks at their end."""
    rows = [("a", "longer", ""), ("漢字", "b", "c")]
    assert table(("X", "YY", "Z"), rows) == (
        "X     YY      Z\na     longer\n漢字  b       c\n"
    )


def test_cells_are_single_lines_without_control_characters() -> None:
    """A name cannot break a table, nor act on a terminal."""
    assert table(("X",), [("a\n\x1b[2J",)]) == "X\na\\x0a\\x1b[2J\n"


def test_a_table_may_have_no_rows() -> None:
    """Its header remains."""
    assert table(("X", "Y"), []) == "X  Y\n"
