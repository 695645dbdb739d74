"""Cells stand side by side and stay aligned."""

from hexai.surfaces.cli.live.rows import Piece, row, styled_row
from tests.support.terminal import Terminal

FAMILY = "👨\u200d👩\u200d👧"


def texts(*cells: str) -> list[list[Piece]]:
    """Make cells of texts without a style."""
    return [[Piece(cell)] for cell in cells]


def shown(line: str) -> str:
    """Tell what a terminal makes of a line."""
    terminal = Terminal(60, 5)
    terminal.feed(line)
    return terminal.screen[0]


def test_cells_are_filled_up_to_their_width() -> None:
    """Each cell but the last has its full width, and nothing trails."""
    assert row(texts("one", "two", "three"), [6, 6, 6]) == "one    │ two    │ three"
    assert row(texts("one", "", ""), [6, 6, 6]) == "one    │        │"


def test_what_is_too_wide_is_cut() -> None:
    """A cell never runs into the next."""
    assert row(texts("too wide", "x"), [5, 5]) == "too … │ x"


def test_wide_characters_leave_the_separator_where_it_is() -> None:
    """Two characters of two cells fill four."""
    assert shown(row(texts("漢字", "x"), [6, 6])) == "漢字   │ x"
    assert shown(row(texts(FAMILY, "x"), [6, 6])) == f"{FAMILY}     │ x"


def test_after_what_terminals_disagree_about_the_cursor_is_put_right() -> None:
    """A terminal that draws a family as four people still has its columns aligned."""
    line = row(texts(f"{FAMILY}ab", "x"), [6, 6])

    assert line == f"{FAMILY}\x1b[3Gab   │ x"


def test_pieces_have_their_styles() -> None:
    """Only colours of ours are sent, and each is ended."""
    cells = [[Piece("label", "1"), Piece("  "), Piece("done", "32")]]

    assert styled_row(cells, [20]) == "\x1b[1mlabel\x1b[m  \x1b[32mdone\x1b[m"
