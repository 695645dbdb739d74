"""A tag that is closed behind the cursor is not closed once more."""

import time

import pytest

from hexai.text.tags import without_closing_tag, without_tag_end
from tests.support.timing import kept_within

CUT = {
    "on the same line": ("<ul>|</ul>\n", "<li>a</li></ul>", "<li>a</li>"),
    "on a line below": ("<ul>\n  |\n</ul>\n", "<li>a</li>\n</ul>", "<li>a</li>"),
    "it goes on behind it": ("<p>|</p>\n", "a</p>\n<p>b</p>", "a"),
    "one of the same name is closed before": (
        "<div>|</div>\n",
        "<div>a</div><div/></div>",
        "<div>a</div><div/>",
    ),
    "one that closes itself": ("<A>|</A>", "<A b={1} />c</A>", "<A b={1} />c"),
    "one that is closed above": ("<p>a</p>\n<p>|</p>\n", "b</p>", "b"),
    "one without a name": ("return <>|</>;", "<b>x</b></>;", "<b>x</b>"),
    "nothing else": ("<p>|</p>\n", "</p>", ""),
    "a window that begins within it": ("|</p>\n", "b</p>", "b"),
}


@pytest.mark.parametrize("case", CUT)
def test_what_is_closed_already_is_cut(case: str) -> None:
    """And what an answer opens itself stays."""
    place, answer, wanted = CUT[case]
    before, after = place.split("|")
    assert without_closing_tag(answer, before, after) == wanted


KEPT = {
    "one that is open still": ("<div><div>|</div>\n", "a</div>"),
    "another tag": ("<ul><li>|</ul>\n", "a</li>"),
    "nothing is closed there": ("<ul>|\n", "a</ul>"),
    "a comparison": ("if (a |</b>", "< b && c < d"),
    "a name that begins alike": ("<a>|</a>", "<abbr>x</abbr>"),
}


@pytest.mark.parametrize("case", KEPT)
def test_what_has_to_be_closed_stays(case: str) -> None:
    """What is open before the cursor is counted."""
    place, answer = KEPT[case]
    before, after = place.split("|")
    assert without_closing_tag(answer, before, after) == answer


ENDED = {
    "attribute": ("<p><a |>x</a>\n", 'href="y">', 'href="y"'),
    "with what stands in it": ("<p |></p>\n", 'class="x">hello</p>', 'class="x"'),
    "right behind the name": ("<p|></p>\n", ' id="x">hello', ' id="x"'),
    "one that closes itself": ("<B |/>\n", "f={() => x} />", "f={() => x}"),
    "end in a text": ("<a b='1' |>x</a>\n", 'title="a > b">', 'title="a > b"'),
    "end on a line below": ("<B\n  |\n>\n", "a={{b: 1}}\n>\n  x", "a={{b: 1}}"),
    "tag from its beginning": ("<a |>x</a>\n", '<a href="y">', 'href="y"'),
    "and no end": ("<a |>x</a>\n", '<a href="y"', 'href="y"'),
    "type": ("x: Array<|>\n", "string> = []", "string"),
    "file": ("#include <|>\n", "stdio.h>\n", "stdio.h"),
    "nothing too many": ("<a |>x</a>\n", 'href="y"', 'href="y"'),
    "another tag": ("<a>|>x</a>\n", "b>", "b>"),
    "type within a type": ("x: Array<|>\n", "Set<A>", "Set<A>"),
    "values in braces": ("<B f={() =|>x}>\n", "a>", "a>"),
    "no end": ("<a |b>x</a>\n", 'href="y">', 'href="y">'),
}


@pytest.mark.parametrize("case", ENDED)
def test_a_tag_that_has_an_end_gets_no_second_one(case: str) -> None:
    """Only what an answer does not begin itself ends there."""
    place, answer, wanted = ENDED[case]
    before, after = place.split("|")
    assert without_tag_end(answer, before, after) == wanted


@pytest.mark.parametrize("part", ["<a ", "<a>", "</a>", '<a "', "<a {", "<a {{} "])
def test_a_hostile_answer_costs_little(part: str) -> None:
    """Time grows with its length, and not with its square."""
    text = part * 50_000
    for attempt in kept_within(2.0, clock=time.process_time):
        with attempt:
            without_closing_tag(text, text, f"</a>{text}")
            without_tag_end(text, f"{text}<a ", ">")
            without_tag_end(text.replace("<", ""), text, ">")


@pytest.mark.parametrize(
    ("before", "inner"),
    [
        ("Box<", "dyn Fn(i32) -> i32"),
        ("const f: Array<", "() => void"),
        ("std::vector<", "decltype(a->b)"),
    ],
)
def test_an_arrow_ends_no_type(before: str, inner: str) -> None:
    """Only the angle that belongs to the first one does."""
    assert without_tag_end(inner, before, ">") == inner
    assert without_tag_end(f"{inner}> x", before, ">") == inner
