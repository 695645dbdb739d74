"""Typing is told from pasting by its form, and from undo by what it comes to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.surfaces.lsp.chat.typed_prompts import OwnEdits, TypedText, typed_in
from hexai.text.lines import Lines, Replacement, Span, TextChange, compare, walk


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a\n", "ab\n", (0, 1, 2)),
        ("\n", "what?>\n", (0, 0, 6)),
        ("what?\n", "what?>\n", (0, 5, 6)),
        ("x\n\nz", "x\nwhat?>\n\nz", (1, 0, 6)),
        ("x\n", "what?>\n    \nx\n", (0, 0, 6)),
        ("x", "x\nwhat?>", (1, 0, 6)),
        ("x\n", "x\nwhat?>\n", (1, 0, 6)),
        ("# a\n", "# a?>\n# \n", (0, 3, 5)),
        ("  // a\n", "  // a?>\n  // \n", (0, 6, 8)),
        ("one two\n", "one too\n", (0, 5, 6)),
    ],
)
def test_typing(before: str, after: str, expected: tuple[int, int, int]) -> None:
    """An insertion within a line, perhaps with a break and an indentation."""
    typed = typed_in(compare(Lines.of(before), Lines.of(after)))

    line, start, end = expected
    assert typed == (TypedText(line=line, start=start, end=end),)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\n", "a\n"),
        ("ab\n", "a\n"),
        ("a\n", "\na\n"),
        ("\n", "what?>\nmore\n"),
        ("\n", "what?>\n}\n"),
        ("\n", "one\ntwo\nwhat?>\n"),
        ("one\ntwo\n", "what?>\n"),
    ],
)
def test_no_typing(before: str, after: str) -> None:
    """What goes away, bare breaks, several lines, and lines that are replaced."""
    assert typed_in(compare(Lines.of(before), Lines.of(after))) == ()


@given(st.text("ab?>\n", max_size=12), st.text("ab?>\n", max_size=12))
def test_what_was_typed_stands_there(before: str, after: str) -> None:
    """The columns are those of the new text, on one line."""
    lines = Lines.of(after)
    for typed in typed_in(compare(Lines.of(before), lines)):
        assert 0 <= typed.start < typed.end <= len(lines.line(typed.line))


def keyed(text: str, keys: str) -> TextChange:
    """Type keys at the end of a text; an editor tells of all of them at once."""
    lines = Lines.of(text)
    at, pieces = lines.end, []
    for key in keys:
        pieces.append(Replacement(span=Span(at, at), text=key))
        at = walk(at, key)
    return lines.change(pieces)


def test_keys_that_were_collected_are_typing() -> None:
    """A question, Enter, and the beginning of the next line within one moment."""
    assert typed_in(keyed("what?", ">\nAn")) == (
        TypedText(line=0, start=5, end=6),
        TypedText(line=1, start=0, end=2),
    )
    assert typed_in(keyed("what", "?>\n\nx")) == (
        TypedText(line=0, start=4, end=6),
        TypedText(line=2, start=0, end=1),
    )


def test_many_keys_at_once_are_a_paste() -> None:
    """A terminal that does not tell what is pasted gives it key by key."""
    assert typed_in(keyed("", "what is this?>\nwhat is that?>\n")) == ()


def test_an_editor_that_collects_while_somebody_types() -> None:
    """Any number of keys is typing there, but a text of many lines is a paste still."""
    keys = keyed("", "what is the sky?>\n\nand on I type, and on")
    assert typed_in(keys) == ()
    assert typed_in(keys, collected=True) == (
        TypedText(line=0, start=0, end=17),
        TypedText(line=2, start=0, end=21),
    )
    lines = keyed("", "what is this?>\n" * 8)
    assert typed_in(lines, collected=True) == ()


def test_text_of_an_edit_that_comes_back_in_one_go() -> None:
    """It is no typing, but for one character; other documents do not count."""
    own_edits, text = OwnEdits(), Lines.of("what?>\n")
    later = Lines.of("why?>\n")
    own_edits.edited("a", compare(text, later))
    much = TypedText(line=0, start=0, end=6)

    assert own_edits.brings_back("a", much, text)
    assert own_edits.brings_back("a", much, later)
    assert not own_edits.brings_back("a", TypedText(line=0, start=5, end=6), text)
    assert not own_edits.brings_back("a", much, Lines.of("what!>\n"))
    assert not own_edits.brings_back("b", much, text)
    own_edits.closed("a")
    assert not own_edits.brings_back("a", much, text)
