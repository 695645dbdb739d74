"""Fences and code spans come off, and go around what must not be read as markup."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.text.fences import fence, unfence, unfence_whole, unspan


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("x = 1", "x = 1"),
        ("```\nx = 1\n```", "x = 1"),
        ("```python\nx = 1\ny = 2\n```\n", "x = 1\ny = 2"),
        ("Sure:\n\n~~~py\nx\n~~~\nDone.", "x"),
        ("````md\n```\ninner\n```\n````", "```\ninner\n```"),
        ("```\nfirst\n```\nor\n```\nsecond\n```", "first"),
        ("```\nnot closed", "not closed"),
        ("```py", ""),
        ("```\n```", ""),
        ("talk\n``", "talk"),
        ("s = '''a ``` b'''", "s = '''a ``` b'''"),
    ],
)
def test_what_stands_in_the_first_fence_is_the_answer(answer: str, code: str) -> None:
    """With or without talk around it; a fence that is still coming is open."""
    assert unfence(answer, finished=False) == code


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("```markdown\n# A\n```", "# A"),
        ("```md\n# A\n```py\nx\n```\n```", "# A\n```py\nx\n```"),
        ("```md\n# A", "# A"),
        ("```python\nx\n```", "```python\nx\n```"),
        ("see `x`", "see `x`"),
    ],
)
def test_only_a_fence_of_its_own_comes_off_markdown(answer: str, text: str) -> None:
    """Where fences are part of the text, they stay."""
    assert unfence_whole(answer) == text


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("`foo()`", "foo()"),
        (" `foo()`\n", "foo()"),
        ("`` a`b ``", " a`b "),
        ("`` `a` ``", "`a`"),
        ("`a` and `b`", "`a` and `b`"),
        ("`a\nb`", "`a\nb`"),
        ("``", "``"),
    ],
)
def test_a_code_span_comes_off_if_it_is_all(answer: str, code: str) -> None:
    """Spans within a text stay."""
    assert unspan(answer) == code


@given(st.text(st.sampled_from("`~ a\n")))
def test_nothing_closes_a_fence_from_within(text: str) -> None:
    """The fence is longer than any run of backticks in it."""
    opening, *inner, closing = fence(text).split("\n")
    assert "\n".join(inner) == text
    assert opening == closing
    assert len(opening) > max((len(run) for run in re.findall("`+", text)), default=2)


def test_a_last_line_of_backticks_may_become_a_fence_only_while_more_can_come() -> None:
    """A finished answer may be the backtick that closes a string."""
    assert unfence("x\n`", finished=False) == "x"
    assert unfence("x\n`", finished=True) == "x\n`"
