"""Where the cursor is, by what was typed."""

import pytest

from hexai.surfaces.lsp.completion.caret import Caret, advance
from hexai.text.lines import Lines, Position, Replacement, Span


class Typist:
    """A document, and a cursor that follows it."""

    def __init__(self, text: str) -> None:
        before, _, after = text.partition("|")
        self.lines = Lines.of(before + after)
        self.caret = Caret(self.lines, Lines.of(before).end)

    def change(self, start: Position, end: Position, text: str) -> bool:
        """Replace a range; says whether it is still the same place."""
        replacement = Replacement(span=Span(start, end), text=text)
        change = self.lines.change([replacement])
        self.lines = change.after
        return self.caret.follow(change)

    def insert(self, text: str, at: Position | None = None) -> bool:
        """Insert at the cursor, or elsewhere."""
        position = at or self.caret.position
        return self.change(position, position, text)


def test_what_is_typed_moves_the_cursor() -> None:
    """Key by key or all at once, over several lines."""
    typist = Typist("a|b\nc\n")

    assert typist.insert("x")
    assert typist.insert("y\n  z")
    assert typist.caret.typed == "xy\n  z"
    assert typist.caret.position == Position(1, 3)
    assert typist.caret.is_at(Position(1, 3))
    assert not typist.caret.is_at(Position(0, 1))


def test_deleting_what_was_typed_is_still_the_place() -> None:
    """The document is the start plus what is left of it."""
    typist = Typist("a|b\n")
    typist.insert("xy")

    assert typist.change(Position(0, 2), Position(0, 3), "")
    assert typist.caret.typed == "x"


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (Position(0, 0), Position(0, 0), "!"),
        (Position(0, 0), Position(0, 1), ""),
        (Position(1, 0), Position(1, 0), "!"),
        (Position(0, 1), Position(0, 2), "c"),
        (Position(0, 0), Position(1, 1), "x"),
    ],
)
def test_any_other_edit_is_not_the_place(
    start: Position, end: Position, text: str
) -> None:
    """Before it, behind it, on another line, or in place of something."""
    typist = Typist("a|b\nc\n")

    assert not typist.change(start, end, text)


def test_other_edits_that_are_undone_leave_the_place() -> None:
    """Only both texts count, not the way from one to the other."""
    typist = Typist("a|b\nc\n")
    typist.insert("!", Position(1, 0))

    assert typist.change(Position(1, 0), Position(1, 1), "")
    assert typist.insert("x")
    assert typist.caret.typed == "x"


def test_lines_of_what_was_typed_end_with_a_newline() -> None:
    """Answers do, whatever the document's lines end with."""
    typist = Typist("a|\r\nb\r\n")
    typist.insert("x\r\n  y\r")

    assert typist.caret.typed == "x\n  y\n"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("()", "("),
        ("foo()", "foo("),
        ("([])", "(["),
        ('""', '"'),
        ("{}", "{"),
        ("(]", "(]"),
        (")", ")"),
        ("(x)", "(x)"),
    ],
)
def test_brackets_that_the_editor_closed_are_not_typed(typed: str, kept: str) -> None:
    """The cursor is between an opening bracket and what was added for it."""
    typist = Typist("|\n")
    typist.insert(typed)

    assert typist.caret.typed == kept


def test_typing_between_closed_brackets_goes_on() -> None:
    """What the editor added stays behind the cursor, nested too."""
    typist = Typist("f|\n")
    typist.insert("()")
    typist.insert("a")
    typist.insert("[]")
    typist.insert("0")

    assert typist.lines.text == "f(a[0])\n"
    assert typist.caret.typed == "(a[0"


def test_a_cursor_behind_the_brackets_means_that_both_were_typed() -> None:
    """A request there settles it, and so does what is typed there."""
    asked, typed = Typist("f|\n"), Typist("f|\n")
    asked.insert("()")
    typed.insert("()")
    typed.insert(".x", Position(0, 3))

    assert asked.caret.is_at(Position(0, 3))
    assert asked.caret.typed == "()"
    assert typed.caret.typed == "().x"


def test_an_empty_change_changes_nothing() -> None:
    """Some editors send one."""
    typist = Typist("f|\n")
    typist.insert("()")

    assert typist.insert("", Position(0, 0))
    assert typist.caret.typed == "("


def test_advancing_counts_lines_as_documents_do() -> None:
    r"""U+2028 is a character; \r\n is one break."""
    assert advance(Position(3, 5), "a\u2028b") == Position(3, 8)
    assert advance(Position(3, 5), "a\r\nbc") == Position(4, 2)
