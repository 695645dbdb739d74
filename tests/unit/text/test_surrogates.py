"""Text made fit for terminals, databases and JSON."""

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hexai.text.surrogates import Mender, mend

_ANY = st.text(st.characters(codec=None) | st.sampled_from("\0\ud83d\ude00"))


@given(_ANY)
def test_mended_text_is_valid_everywhere(text: str) -> None:
    """The result encodes, holds no NUL, and is stable; good text is unchanged."""
    mended = mend(text)

    assert mended.encode().decode() == mended
    assert "\0" not in mended
    assert mend(mended) == mended


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_good_text_is_left_alone(text: str) -> None:
    """Text that was valid comes out as it was."""
    assert mend(text) == text


@given(_ANY, st.data())
def test_any_split_cleans_to_the_same_text(text: str, data: st.DataObject) -> None:
    """Where deltas are cut changes nothing, not even within a surrogate pair."""
    cuts = data.draw(st.lists(st.integers(0, len(text))).map(sorted))
    edges = [0, *cuts, len(text)]
    mender = Mender()
    parts = [mender.feed(text[a:b]) for a, b in pairwise(edges)]

    assert "".join([*parts, mender.close()]) == mend(text)


def test_halves_are_joined_and_lone_ones_replaced() -> None:
    """A pair becomes its character, a half of one U+FFFD."""
    assert mend(json.loads(r'"\ud83d\ude00"')) == "\U0001f600"
    assert mend("\ud83d\ude00") == "\U0001f600"
    assert mend("a\ud83db\ude00c") == "a\ufffdb\ufffdc"
