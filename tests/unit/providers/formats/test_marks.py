"""What has been said is known as if it were read from the start."""

from hypothesis import given
from hypothesis import strategies as st

from hexai.providers.formats.marks import Said

MARKS = ("<think>", "</think>", "<s>", "[THINK]")
PIECES = [*MARKS, "`", "``", "```", "~~~", "\n", " ", "a", "<", "think>", "\r", "日"]


@given(st.lists(st.lists(st.sampled_from(PIECES)).map("".join)))
def test_it_is_the_same_however_it_is_cut(pieces: list[str]) -> None:
    """Counts, line and fence after each piece are those of the whole text."""
    said, text = Said(MARKS), ""
    for piece in pieces:
        said.write(piece)
        text += piece
        *above, line = text.split("\n")
        fences = [each.lstrip()[:3] in ("```", "~~~") for each in (*above, line)]

        assert {mark: said.count(mark) for mark in MARKS} == {
            mark: text.count(mark) for mark in MARKS
        }
        assert said.last == text[-1:]
        assert said.line.is_blank == (not line.strip())
        assert said.line.last == line[-1:]
        assert said.line.is_quoting == (line.count("`") % 2 == 1)
        assert said.is_in_fence == (sum(fences) % 2 == 1)
