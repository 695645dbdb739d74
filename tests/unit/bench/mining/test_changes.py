"""Which lines a commit wrote."""

from hexai.bench.mining.changes import is_moved, written
from hexai.bench.mining.holes import Document
from hexai.bench.mining.repository import compare


def own_lines(old: str, new: str, before: frozenset[str] = frozenset()) -> list[str]:
    """Give the lines of a new text that were written."""
    olds, news = Document.of(old).lines, Document.of(new).lines
    hunks = compare(old.encode(), new.encode())
    return [news[row].strip() for row in sorted(written(hunks, olds, news, before).own)]


def test_added_lines_are_written() -> None:
    """Those that took nothing's place."""
    assert own_lines("one\nthree\n", "one\ntwo\nthree\n") == ["two"]


def test_all_of_a_new_file_is_written() -> None:
    """There was nothing before."""
    assert own_lines("", "one\ntwo\n") == ["one", "two"]


def test_lines_without_an_end_count() -> None:
    """The last line of a file may have no line feed, before or after."""
    assert own_lines("one\n", "one\ntwo") == ["two"]
    assert own_lines("one", "one\ntwo\n") == ["two"]


def test_a_hunk_of_the_same_words_is_formatting() -> None:
    """Blanks, commas, brackets, quotes and the order of lines are not written."""
    old = "value = call('alpha', beta)\n"
    new = 'value = call(\n    "alpha",\n    beta,\n)\n'

    assert own_lines(old, new) == []


def test_a_line_like_a_removed_one_was_touched() -> None:
    """85 of 100 alike."""
    old = "total = compute_total(first_value, second_value)\n"
    new = "total = compute_total(first_value, other_value)\nfresh = begin_anew(3)\n"

    assert own_lines(old, new) == ["fresh = begin_anew(3)"]


def test_a_line_that_stood_elsewhere_was_carried() -> None:
    """Whatever its indentation is now."""
    before = frozenset(("value=call(alpha)",))

    assert own_lines("", "    value = call(alpha)\nother = 1\n", before) == [
        "other = 1"
    ]


def test_a_hunk_begins_where_git_says() -> None:
    """An added function is whole, and not cut into by the next one."""
    old = "@mark\ndef one():\n    first(1)\n\n@mark\ndef two():\n    second(2)\n"
    new = old.replace(
        "@mark\ndef two", "@mark\ndef three():\n    third(3)\n\n@mark\ndef two"
    )

    (hunk,) = compare(old.encode(), new.encode())

    assert (hunk.new, hunk.added) == (4, 4)


def test_most_has_to_be_written() -> None:
    """Less than half is too little."""
    assert is_moved(9, 4)
    assert not is_moved(8, 4)
    assert not is_moved(0, 0)
