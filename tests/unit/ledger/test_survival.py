"""What the next edit leaves of a text that was taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.domain.record import Choice, Method
from hexai.ledger.survival import Done, Tracked, cut_tail
from hexai.text.lines import Lines, Position, Replacement, Span, compare

AT = Position(1, 7)
TAKEN = Done(
    choice=Choice.TAKEN,
    method=Method.COMMAND,
    by=(0,),
    text="urn (\n    a)\n    # done",
    start=AT,
)


def document(text: str, newline: str) -> Lines:
    """Make the document that has a text where the other was taken."""
    plain = Lines.of("def f(a):\n    ret\n\nother\n".replace("\n", newline))
    put = Replacement(span=Span(AT, AT), text=text.replace("\n", newline))
    return plain.change([put]).after


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_what_is_left_was_taken(newline: str) -> None:
    """With newlines as the answer had them, whatever the document's line breaks."""
    before = document(TAKEN.text, newline)
    change = compare(before, document("urn (\n    a)", newline))

    assert cut_tail(TAKEN, before, change) == Done(
        choice=Choice.PARTLY,
        method=Method.INFERRED,
        by=(0,),
        text="urn (\n    a)",
        start=AT,
    )


@pytest.mark.parametrize(
    "after", [TAKEN.text, TAKEN.text + "x", "urn (\n    b)\n    # done", ""]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_other_edits_cut_no_tail(after: str, newline: str) -> None:
    """Neither more text, nor a change within it, nor taking all of it back."""
    before = document(TAKEN.text, newline)
    change = compare(before, document(after, newline))

    assert cut_tail(TAKEN, before, change) is None


def test_an_edit_of_another_text_cuts_no_tail() -> None:
    """The document has changed since it was taken."""
    before = document(TAKEN.text, "\n")
    change = compare(document(TAKEN.text + "\n", "\n"), document("urn (", "\n"))

    assert cut_tail(TAKEN, before, change) is None


_PIECES = st.text(alphabet="abcdefgh\n", max_size=8)
_EDITS = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=60),
        st.integers(min_value=0, max_value=12),
        st.text(alphabet="XYZ\n", max_size=5),
    ),
    max_size=12,
)


def _position(text: str, offset: int) -> Position:
    line = text.count("\n", 0, offset)
    return Position(line, offset - (text.rfind("\n", 0, offset) + 1))


@given(head=_PIECES, taken=st.text("klmnop\n", min_size=1), tail=_PIECES, edits=_EDITS)
def test_the_range_is_what_brute_force_says(
    head: str, taken: str, tail: str, edits: list[tuple[int, int, str]]
) -> None:
    """Every character carries whether it is in the range, and edits move them.

    What replaces a part of the range is in it; what also replaces a neighbour, or goes
    in at an end, is not.
    """
    text, lines = head + taken + tail, Lines.of(head + taken + tail)
    marks = [*([0] * len(head)), *([1] * len(taken)), *([2] * len(tail))]
    tracked = Tracked(taken, _position(text, len(head)))
    for start, size, new in edits:
        first = min(start, len(text))
        last = min(first + size, len(text))
        span = Span(_position(text, first), _position(text, last))
        change = lines.change([Replacement(span=span, text=new)])
        tracked.follow(change)
        edit = change.smallest()
        first, last = _offset(text, edit.span.start), _offset(text, edit.span.end)
        inside = _is_inside(marks, first, last)
        marks[first:last] = [inside] * len(edit.text)
        text = text[:first] + edit.text + text[last:]
        lines = change.after
        assert lines.text == text

        standing = "".join(c for c, m in zip(text, marks, strict=True) if m == 1)
        assert tracked.standing(lines) == standing


def _is_inside(marks: list[int], first: int, last: int) -> int:
    """Mark what is put in place of a range: 0 before ours, 1 in it, 2 behind it."""
    replaced = set(marks[first:last])
    left = marks[first - 1] if first else 0
    right = marks[last] if last < len(marks) else 2
    if replaced == {1} or (not replaced and left == right == 1):
        return 1
    if replaced:
        return 0 if 0 in replaced else 2
    return 0 if right in (0, 1) and left == 0 else 2


def _offset(text: str, position: Position) -> int:
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: position.line]) + position.character


def test_the_share_is_one_less_the_distance() -> None:
    """Levenshtein's, over the length of the longer text."""
    tracked = Tracked("abcdefghij", Position(0, 1))
    lines = Lines.of("(abcdefghij)")
    assert tracked.share(lines) == 1.0
    change = lines.change(
        [Replacement(span=Span(Position(0, 3), Position(0, 8)), text="")]
    )
    tracked.follow(change)

    assert tracked.share(change.after) == 0.5


def test_nothing_left_is_nothing() -> None:
    """A text that was deleted whole has a share of 0, whatever comes there later."""
    tracked = Tracked("abc", Position(0, 0))
    change = Lines.of("abc").change([Replacement(span=None, text="")])
    tracked.follow(change)
    again = change.after.change([Replacement(span=None, text="abc")])
    tracked.follow(again)

    assert tracked.share(again.after) == 0.0
