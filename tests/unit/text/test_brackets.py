"""Brackets and quotes without a partner are counted, those in strings are not."""

import pytest

from hexai.text.brackets import Weighed, opens_more, unmatched, without_comment


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("f(a[1], {2: 3})", "python", 0),
        ("f(a[1)", "python", 3),
        ("x = '(' + \"(\" # (", "python", 0),
        ('"""(\n("""', "python", 0),
        ('say("hel', "python", 2),
        ("let c: &'a str = '('; // (", "rust", 0),
        ('x := `(\\` + "(" /* ( \n ( */', "go", 0),
        ("x = `(\\`${'('}` + '('", "typescript", 0),
        ("-- (\nx = '('", "lua", 0),
        ("it's (a) b", "", 0),
    ],
)
def test_what_has_no_partner_is_counted(text: str, language: str, count: int) -> None:
    """In the strings and comments of each family of languages."""
    assert unmatched(text, language) == count


def test_only_the_definition_around_the_cursor_is_weighed() -> None:
    """What is broken elsewhere in a file does not matter."""
    before = "(((\n\ndef f(x):\n    return g("
    after = ")\n\ndef h():\n    ]]]"
    weighed = Weighed(before, after, "python")
    assert [weighed.weigh(""), weighed.weigh("("), weighed.weigh(")", skip=1)] == [
        0,
        1,
        0,
    ]


def test_a_line_that_opens_a_bracket_is_told() -> None:
    """Brackets in strings and comments open nothing."""
    assert opens_more("f(a, [b]", "python")
    assert not opens_more(")) f(a)", "python")
    assert not opens_more("f('(')  # (", "python")


def test_a_comment_comes_off_a_line() -> None:
    """But not what looks like one in a string."""
    assert without_comment("x = '#'  # y", "python") == "x = '#'  "
    assert without_comment('u = "http://h"', "go") == 'u = "http://h"'
