"""Small tables."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from hexai.surfaces.cli.output import table, wrapped
from hexai.text.cells import width
from hexai.text.sanitise import visible_line


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


def test_what_does_not_fit_the_screen_goes_on_below() -> None:
    """Indented, in columns of its own, and only where there is anything."""
    rows = [("cli", "home", "answered"), ("chat", "cloud", "")]
    assert table(("S", "LABEL", "STATUS"), rows, columns=16) == (
        "S     LABEL\n     STATUS\ncli   home\n     answered\nchat  cloud\n"
    )


def test_long_texts_are_wrapped_in_their_column() -> None:
    """By words, under each other, with the other columns beside the first line."""
    rows = [("home", "cannot connect to the server; check that it runs")]
    assert table(("LABEL", "RESULT"), rows, columns=40) == (
        "LABEL  RESULT\n"
        "home   cannot connect to the server;\n"
        "       check that it runs\n"
    )


def test_a_long_name_pushes_no_figures_below() -> None:
    """It wraps within its column, which is made narrower for them."""
    rows = [("careful-and-very-thoughtful-qwen3", "60", "$1"), ("quick", "3", "?")]
    assert table(("ENTRY", "RUNS", "COST"), rows, columns=32) == (
        "ENTRY                 RUNS  COST\n"
        "careful-and-very-tho  60    $1\n"
        "ughtful-qwen3\n"
        "quick                 3     ?\n"
    )


@given(
    columns=st.integers(2, 60),
    rows=st.lists(st.tuples(*[st.text("ab 漢\n", max_size=40)] * 3), max_size=4),
)
def test_no_line_is_wider_than_the_screen(
    columns: int, rows: list[tuple[str, str, str]]
) -> None:
    """Whatever the cells hold, and no character of them is lost."""
    drawn = table(("X", "Y", "Z"), rows, columns=columns)
    assert all(width(line) <= columns for line in drawn.splitlines())
    shown = sorted(drawn.replace(" ", "").replace("\n", ""))
    given_ = "XYZ" + "".join(map(visible_line, chain.from_iterable(rows)))
    assert shown == sorted(given_.replace(" ", ""))


def test_a_line_is_broken_between_words() -> None:
    """What goes on is indented; where it fits, or in a pipe, it stays as it is."""
    line = "hexai: note: src: 2 files; left out: ignored (1)"
    assert wrapped(line, 30) == ("hexai: note: src: 2 files;\n  left out: ignored (1)")
    assert wrapped(line, len(line)) == wrapped(line, 0) == line


@given(
    columns=st.integers(10, 60),
    line=st.text("ab 漢e\u0301", max_size=200).map(str.strip),
)
def test_a_broken_line_fits_and_says_the_same(columns: int, line: str) -> None:
    """But for blanks, whatever is in it."""
    rows = wrapped(line, columns).split("\n")
    assert all(width(row) <= columns for row in rows)
    assert "".join("".join(rows).split()) == "".join(line.split())
