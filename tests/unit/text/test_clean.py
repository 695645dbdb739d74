"""Text made fit for terminals, databases and JSON."""

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hexai.text.clean import Cleaner, clean, shorten

_ANY = st.text(st.characters(codec=None) | st.sampled_from("\0\ud83d\ude00"))


@given(_ANY)
def test_cleaned_text_is_valid_everywhere(text: str) -> None:
    """The result encodes, holds no NUL, and is stable; good text is unchanged."""
    cleaned = clean(text)

    assert cleaned.encode().decode() == cleaned
    assert "\0" not in cleaned
    assert clean(cleaned) == cleaned


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_good_text_is_left_alone(text: str) -> None:
    """Text that was valid comes out as it was."""
    assert clean(text) == text


@given(_ANY, st.data())
def test_any_split_cleans_to_the_same_text(text: str, data: st.DataObject) -> None:
    """Where deltas are cut changes nothing, not even within a surrogate pair."""
    cuts = data.draw(st.lists(st.integers(0, len(text))).map(sorted))
    edges = [0, *cuts, len(text)]
    cleaner = Cleaner()
    parts = [cleaner.feed(text[a:b]) for a, b in pairwise(edges)]

    assert "".join([*parts, cleaner.close()]) == clean(text)


def test_halves_are_joined_and_lone_ones_replaced() -> None:
    """A pair becomes its character, a half of one U+FFFD."""
    assert clean(json.loads(r'"\ud83d\ude00"')) == "\U0001f600"
    assert clean("\ud83d\ude00") == "\U0001f600"
    assert clean("a\ud83db\ude00c") == "a\ufffdb\ufffdc"


def test_shortening_marks_the_cut() -> None:
    """A text that fits is unchanged; one that does not ends in an ellipsis."""
    assert shorten("abc", 3) == "abc"
    assert shorten("abcd", 3) == "ab…"
