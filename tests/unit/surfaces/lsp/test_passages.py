"""A part of a document is where its text is, or lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.surfaces.lsp.passages import Anchor, Passage
from hexai.text.lines import Lines, Position, Replacement, Span, compare

TEXT = "    one\n    two\n    three\n    four\n"
MIDDLE = Span(Position(1, 0), Position(3, 0))


def follow(span: Span, *edits: tuple[Span, str], text: str = TEXT) -> Span | None:
    """Give where a span is after edits, each a change of its own."""
    lines = Lines.of(text)
    passage = Passage(lines, span)
    for where, new in edits:
        change = lines.change([Replacement(span=where, text=new)])
        passage.follow(change)
        lines = change.after
    return passage.span


def at(line: int, character: int, end: int | None = None) -> Span:
    """Make a span within a line."""
    last = character if end is None else end
    return Span(Position(line, character), Position(line, last))


@pytest.mark.parametrize(
    ("edits", "first"),
    [
        ([(at(0, 0), "new\n")], 2),
        ([(at(0, 7), " more")], 1),
        ([(Span(Position(0, 0), Position(1, 0)), "")], 0),
        ([(at(3, 0), "below\n")], 1),
        ([(at(4, 0), "end")], 1),
        ([(at(0, 0), "a\n"), (at(5, 0), "z\n"), (at(0, 0, 1), "b\n")], 3),
    ],
)
def test_edits_around_move_it(edits: list[tuple[Span, str]], first: int) -> None:
    """By as many lines as come and go above."""
    assert follow(MIDDLE, *edits) == Span(Position(first, 0), Position(first + 2, 0))


@pytest.mark.parametrize(
    "edit",
    [
        (at(1, 5), "x"),
        (at(2, 4, 6), ""),
        (Span(Position(0, 0), Position(2, 0)), ""),
        (Span(Position(0, 0), Position(4, 0)), "all\n"),
    ],
)
def test_an_edit_within_loses_it_for_good(edit: tuple[Span, str]) -> None:
    """Even if its text comes back."""
    assert follow(MIDDLE, edit) is None
    assert follow(MIDDLE, (at(1, 5), "x"), (at(1, 5, 6), "")) is None


def test_it_moves_within_its_line() -> None:
    """By as many characters as come and go left of it."""
    text = "f(a, b) + c\n"
    assert follow(at(0, 2, 6), (at(0, 0), "xx"), text=text) == at(0, 4, 8)
    assert follow(at(0, 2, 6), (at(0, 9), "yy"), text=text) == at(0, 2, 6)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 6),
            st.integers(0, 3),
            st.sampled_from(["x", "\n", "a\nb"]),
        ),
        max_size=6,
    )
)
def test_what_it_holds_is_always_its_text(edits: list[tuple[int, int, str]]) -> None:
    """Whatever is inserted wherever."""
    lines = Lines.of(TEXT)
    passage = Passage(lines, MIDDLE)
    for line, character, text in edits:
        where = lines.clamp(Position(line, character))
        change = lines.change([Replacement(span=Span(where, where), text=text)])
        passage.follow(change)
        lines = change.after
        if passage.span is not None:
            assert lines.slice(passage.span) == passage.text


QUESTION = Anchor(line=1, text="q?>", heads_line=True)
TAG = Anchor(line=1, text=">!t>", heads_line=False)


@pytest.mark.parametrize(
    ("anchor", "before", "after", "line"),
    [
        (QUESTION, "a\nq?>\nb", "x\ny\na\nq?>\nb", 3),
        (QUESTION, "a\nq?>\nb", "q?>\nb", 0),
        (QUESTION, "a\nq?>\nb", "a\n    q?>\nb", 1),
        (QUESTION, "a\nq?>\nb", "a\nq?> and more\nb", 1),
        (QUESTION, "a\nq?>\nb", "a\nb\nq?>", 2),
        (QUESTION, "a\nq?>\nb", "a\nq?\nb", None),
        (QUESTION, "a\nq?>\nb", "a\nso q?>\nb", None),
        (QUESTION, "q?>\nq?>\n", "q?>\n\n", None),
        (TAG, "a\nx >!t> y", "a\nb\nx >!t> y", 2),
        (TAG, "a\nx >!t> y", "a\nnow x >!t>", 1),
        (TAG, "a\nx >!t> y", "a\nx >! t> y", None),
    ],
)
def test_following(anchor: Anchor, before: str, after: str, line: int | None) -> None:
    """It moves with its text, and ends with it."""
    found = anchor.follow(compare(Lines.of(before), Lines.of(after)))

    assert (None if found is None else found.line) == line


@given(st.lists(st.text("ab", max_size=3), max_size=4), st.text("ab\n", max_size=6))
def test_edits_elsewhere_never_lose_it(above: list[str], new: str) -> None:
    """Whatever takes the place of the lines above."""
    before = Lines.of("".join(f"{line}\n" for line in above) + "q?>\nend")
    after = Lines.of(f"{new}\nq?>\nend")
    anchor = Anchor(line=len(above), text="q?>", heads_line=True)

    found = anchor.follow(compare(before, after))

    assert found is not None
    assert after.line(found.line) == "q?>"
