"""What of a diff stands in which row."""

from hexai.surfaces.tmux.diff_rows import Row, split, unified
from hexai.text.diff import compare_lines

OLD = ["a", "b", "c"]


def test_old_lines_stand_above_new_ones() -> None:
    """As in every unified diff."""
    rows = unified(compare_lines(OLD, ["a", "x", "c"]), live=False)

    assert [row.mark for row in rows] == ["same", "old", "new", "same"]


def test_old_lines_stand_beside_new_ones() -> None:
    """A split view pairs them, and leaves a side empty where there are fewer."""
    rows = split(compare_lines(OLD, ["a", "x", "y", "c"]), live=False)

    assert rows[1:3] == [Row("old", 1, 1), Row("new", -1, 2)]


def test_what_is_not_written_yet_is_not_gone() -> None:
    """While an answer grows, the end of the selection is the rest."""
    rows = unified(compare_lines(OLD, ["a", "x"]), live=True)

    assert [row.mark for row in rows] == ["same", "new", "rest", "rest"]


def test_long_stretches_without_a_change_are_folded() -> None:
    """Three lines stay beside a change; the fold says how many it hides."""
    old = [str(number) for number in range(100)]
    rows = unified(compare_lines(old, [*old[:50], "x", *old[50:]]), live=False)

    assert [row.old for row in rows if row.mark == "fold"] == [47, 47]
    assert len(rows) == 2 + 6 + 1


def test_equal_texts_are_shown_whole() -> None:
    """There is no change to fold around."""
    old = [str(number) for number in range(20)]

    assert len(unified(compare_lines(old, old), live=False)) == 20


def test_no_more_of_the_rest_is_laid_out_than_is_seen() -> None:
    """With each piece of an answer to a large selection that would be done again."""
    old = [str(number) for number in range(280_000)]
    for lay_out in (unified, split):
        rows = lay_out(compare_lines(old, ["x", "y"]), live=True)

        assert len(rows) < 300
        assert sum(row.mark == "rest" for row in rows) >= 198
        hidden = [row.old for row in rows if row.mark == "more"]
        assert sum(hidden) + sum(row.mark == "rest" for row in rows) == 280_000
