"""A string that is ended behind the cursor is not ended once more."""

import pytest

from hexai.text.quotes import (
    ends_string,
    without_closing_brace,
    without_closing_quote,
)

CUT = {
    "its end": ("x = '|'\n", "a'", "a"),
    "its end, and that of the call": ("f('|')\n", "a')", "a"),
    "in its middle": ("x = 'a|'\n", " b'", " b"),
    "begun again": ("x = '|'\n", "'a'", "a"),
    "all of what follows": ("f('|', b)\n", "a', b)\nc = 1", "a"),
    "an escaped quote": ("x = '|'\n", "it\\'s'", "it\\'s"),
    "other quotes": ('x = "|"\n', "it's\"", "it's"),
}


@pytest.mark.parametrize("case", CUT)
def test_what_ends_already_is_cut(case: str) -> None:
    """What an answer says is what stands in the string."""
    place, answer, wanted = CUT[case]
    before, after = place.split("|")
    assert without_closing_quote(answer, before, after, "python") == wanted
    assert not ends_string(wanted, before, after, "python")


KEPT = {
    "more code": ("f('|')\n", "a', 'b')", True),
    "more strings, the last one open": ("f('|')\n", "a', 'b", False),
    "an empty string and more": ("f('|')\n", "', 1)", True),
    "no quote": ("x = '|'\n", "a b", False),
    "outside": ("x = f(|'a')\n", "b', ", False),
    "in a comment": ("# don't|'\n", " do'", False),
    "before another string": ("x = '|'b'\n", "a' + ", False),
    "in the making": ('"|"a"""\n', '"', False),
    "of three": ("'''|'''\n", "a'", False),
    "on a line below": ("x = '|\n'\n", "a'", False),
}


@pytest.mark.parametrize("case", KEPT)
def test_what_goes_on_stays(case: str) -> None:
    """And the quote behind the cursor goes, if the answer ended the string itself."""
    place, answer, ends = KEPT[case]
    before, after = place.split("|")
    assert without_closing_quote(answer, before, after, "python") == answer
    assert ends_string(answer, before, after, "python") is ends


def test_an_apostrophe_is_a_quote_where_it_can_be_one() -> None:
    """Not in prose, and not where it holds a single character."""
    for language in ("markdown", "rust"):
        assert without_closing_quote("a'", "x = '", "'\n", language) == "a'"
    assert without_closing_quote("a'", "x = '", "'\n", "javascript") == "a"


INTERPOLATIONS = [
    ("const s = `a ${", "}`;", "name}", "typescript", "name"),
    ("const s = `a ${", "}`;", "name}`;", "typescript", "name"),
    ("  ${", "}`;", "name}", "typescript", "name"),
    ('print(f"hello {', '}")', "name}", "python", "name"),
    ('print(f"hello {', '}")', "a} and {b}", "python", "a} and {b"),
    ('print(f"hello {', '}")', "{1: 2}[1]", "python", "{1: 2}[1]"),
    ('print(f"hello {', '}")', "dict(a={})", "python", "dict(a={})"),
    ('print(f"hello {', '}")', "{1: {}}", "python", "{1: {}}"),
    ('puts "a #{', '}"', "name}", "ruby", "name"),
    ("x = {", "}}", "1}", "python", "1}"),
    ('x = f"', '"', "{name}", "python", "{name}"),
]


@pytest.mark.parametrize(
    ("before", "after", "answer", "language", "wanted"), INTERPOLATIONS
)
def test_an_interpolation_is_ended_once(
    before: str, after: str, answer: str, language: str, wanted: str
) -> None:
    """By the brace that stands there; those of an answer's own stay."""
    found = without_closing_brace(answer, before, after, language)

    assert found == wanted
