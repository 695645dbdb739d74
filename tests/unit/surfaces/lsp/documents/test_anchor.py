"""A prompt is found again where its text went, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.surfaces.lsp.documents.anchor import Anchor
from hexai.text.lines import Lines, compare

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
