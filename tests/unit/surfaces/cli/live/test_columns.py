"""A column turns streamed text into rows and forgets what is printed."""

from hypothesis import given
from hypothesis import strategies as st

from hexai.surfaces.cli.live.column import Column
from hexai.surfaces.cli.live.lines import Pieces


def texts(rows: list[Pieces]) -> list[str]:
    """Give what a reader sees of rows."""
    return ["".join(piece.text for piece in row) for row in rows]


def view(column: Column, height: int) -> list[str]:
    """Let a column draw what has come, and look at it."""
    column.settle()
    return texts(column.view(height))


def test_rows_are_wrapped_as_text_comes() -> None:
    """A word that no longer fits moves to the next row; that row is open."""
    column = Column(10)
    column.feed("one two th")
    before = view(column, 9), column.done
    column.feed("ree\nfour")

    assert before == (["one two th"], 0)
    assert (view(column, 9), column.done) == (["one two", "three", "four"], 2)


def test_an_ended_column_is_complete() -> None:
    """No row of it is waited for any more; its final line break adds none."""
    column = Column(10)
    column.feed("one\n\ntwo\n")
    column.finish()

    assert (column.done, column.count) == (None, 3)
    assert view(column, 9) == ["one", "", "two"]


def test_the_reason_follows_what_had_arrived() -> None:
    """A failed contender keeps its text and says below why there is no more."""
    column = Column(12)
    column.feed("half a")
    column.end("failed: broken stream")
    column.finish()

    assert view(column, 9) == ["half a", "failed:", "broken", "stream"]


def test_taken_rows_are_gone() -> None:
    """Rows for good are handed over once, blank where the column has none."""
    column = Column(10)
    column.feed("one\ntwo\nthree")

    column.settle()
    assert texts(column.take(1)) == ["one"]
    assert view(column, 9) == ["two", "three"]
    column.finish()
    assert texts(column.take(4)) == ["two", "three", "", ""]


def test_what_does_not_fit_waits_and_the_newest_is_seen() -> None:
    """A view shows the first rows, how many wait, and the newest."""
    column = Column(20)
    column.feed("".join(f"line {number}\n" for number in range(100)) + "open")

    assert view(column, 8) == [
        "line 0",
        "line 1",
        "line 2",
        "line 3",
        "line 4",
        "… 94 more rows",
        "line 99",
        "open",
    ]
    assert view(column, 3) == ["line 0", "line 1", "… 99 more rows"]


def test_what_arrives_is_harmless() -> None:
    """Controls show themselves, even when a line break came in two pieces."""
    column = Column(20)
    column.feed("a\x1b[2J\r")
    column.feed("\nb\rc")
    column.finish()

    assert view(column, 9) == ["a\\x1b[2J", "b\\x0dc"]


def test_a_new_width_wraps_all_that_is_not_printed() -> None:
    """Rows for good stay as they are, the others follow the new width."""
    column = Column(8)
    column.feed("one two three four\nfive six seven")
    column.settle()
    column.take(1)
    column.resize(14)

    assert view(column, 9) == ["three four", "five six seven"]
    column.resize(5)
    assert view(column, 9) == ["three", "four", "five", "six", "seven"]


@given(
    st.lists(st.text(st.sampled_from("ab \n漢"), max_size=9), max_size=9),
    st.lists(st.integers(4, 12), max_size=4),
)
def test_widths_that_came_and_went_leave_no_trace(
    pieces: list[str], widths: list[int]
) -> None:
    """After any widths an open column looks as if it had had its last one always."""
    resized, steady = Column(9), Column(9)
    for piece, cells in zip(pieces, widths, strict=False):
        resized.feed(piece)
        resized.resize(cells)
    for piece in pieces[len(widths) :]:
        resized.feed(piece)
    resized.resize(9)
    steady.feed("".join(pieces))

    assert view(resized, 999) == view(steady, 999)
