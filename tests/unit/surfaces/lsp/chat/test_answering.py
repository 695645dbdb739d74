"""Edits are of the text as it is, and touch nothing else."""

import pytest

from hexai.surfaces.lsp.chat.answering import (
    answer_below,
    in_place_of_line,
    in_place_of_tag,
    more_below,
    nothing_below,
)
from hexai.surfaces.lsp.passages import Anchor
from hexai.text.lines import Lines, Replacement


def made(lines: Lines, edits: list[Replacement] | None) -> str | None:
    """Make edits, from the last to the first."""
    return None if edits is None else lines.change(reversed(edits)).after.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("q?>", "q?\n\n> a\n"),
        ("q?>\n", "q?\n\n> a\n"),
        ("q?>\nb", "q?\n\n> a\n\nb"),
        ("q?>\n\nb", "q?\n\n> a\n\nb"),
        ("  q?> typed\nb", "  q? typed\n\n> a\n\nb"),
        ("q!>\n", None),
    ],
)
def test_an_answer_below_its_question(text: str, expected: str | None) -> None:
    """The suffix goes, and a blank line follows, which may be there already."""
    lines, anchor = Lines.of(text), Anchor(line=0, text="q?>", heads_line=True)

    assert made(lines, answer_below(lines, anchor, suffix=1, answer="a")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("q?\n\n> a\n\nb", "q?\n\n> a\n>\n> c\n\nb"),
        ("q?\n> a\n> b", "q?\n> a\n> b\n>\n> c"),
        ("q?\n\nb\n> a", None),
        ("x\n\n> a", None),
        ("q?\n\n", None),
    ],
)
def test_the_next_paragraph(text: str, expected: str | None) -> None:
    """It goes below what there is of the answer, if that is still there."""
    lines, anchor = Lines.of(text), Anchor(line=0, text="q?", heads_line=True)

    assert made(lines, more_below(lines, anchor, "c")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("q?\n\n> a\n>\n> c\n\nb", "q?>\nb"),
        ("q?\n\n> a\n>\n> c\n", "q?>"),
        ("q?\n\n> a\n>\n> c", "q?>"),
        ("  q? typed\n\n> a\n>\n> c\n\nb", "  q?> typed\nb"),
        ("q?\n\n> a\n>\n> c\nmine", "q?>\nmine"),
        ("q?\n\n> a\n>\n> changed\n", None),
        ("q?\n\n> a\n>\n> c\n> more\n", None),
        ("q?\n\n> a", None),
        ("q?", None),
        ("x\n\n> a\n>\n> c", None),
    ],
)
def test_what_was_put_below_goes_again(text: str, expected: str | None) -> None:
    """As long as it stands there as it was put."""
    lines, anchor = Lines.of(text), Anchor(line=0, text="q?", heads_line=True)

    out = nothing_below(lines, anchor, ">", "a\n\nc", made_blank=True)
    assert made(lines, out) == expected


@pytest.mark.parametrize(
    "text", ["q?>", "q?>\n", "q?>\nb", "q?>\n\nb", "  q?> typed\nb", "q?>\r\nb"]
)
def test_what_is_taken_back_leaves_the_text_as_it_was(text: str) -> None:
    """The question can be asked again, and no line is left over."""
    lines, anchor = Lines.of(text), Anchor(line=0, text="q?>", heads_line=True)
    made_blank = lines.line(1) != "" or len(lines) < 2
    answered = made(lines, answer_below(lines, anchor, suffix=1, answer="a"))

    assert answered is not None
    now, rest = Lines.of(answered), Anchor(line=0, text="q?", heads_line=True)
    out = nothing_below(now, rest, ">", "a", made_blank=made_blank)
    assert made(now, out) == text


@pytest.mark.parametrize(
    ("text", "whole_line", "expected"),
    [
        ("  a >!t> b\n", False, "  a new b\n"),
        ("  a >!t> b\n", True, "  new\n"),
        ("gone\n", False, None),
        ("gone\n", True, None),
    ],
)
def test_in_place_of_a_tag(text: str, whole_line: bool, expected: str | None) -> None:
    """The tag, or its line but the indentation."""
    lines, anchor = Lines.of(text), Anchor(line=0, text=">!t>", heads_line=False)
    edits = in_place_of_tag(lines, anchor, "new", whole_line=whole_line)

    assert made(lines, edits) == expected


@pytest.mark.parametrize(
    ("text", "reply", "expected"),
    [
        ("/x>\nb\n", "", "b\n"),
        ("/x>", "", ""),
        ("/x>\nb\n", "1\n2", "> 1\n> 2\nb\n"),
        ("/y>\nb\n", "", None),
    ],
)
def test_in_place_of_a_command(text: str, reply: str, expected: str | None) -> None:
    """Its line goes, or becomes the reply."""
    lines, anchor = Lines.of(text), Anchor(line=0, text="/x>", heads_line=True)

    assert made(lines, in_place_of_line(lines, anchor, reply)) == expected
