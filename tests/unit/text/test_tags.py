"""A tag that is closed behind the cursor is not closed once more."""

import time

import pytest

from hexai.text.tags import without_closing_tag
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


@pytest.mark.parametrize("part", ["<a ", "<a>", "</a>"])
def test_a_hostile_answer_costs_little(part: str) -> None:
    """Time grows with its length, and not with its square."""
    text = part * 50_000
    for attempt in kept_within(2.0, clock=time.process_time):
        with attempt:
            without_closing_tag(text, text, f"</a>{text}")
