"""Which known name a mistyped one is like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, Indel

from hexai.text.nearest_name import PROBABLY, nearest, nearest_by_edits

COMMANDS = ["config", "models", "stats", "lsp"]
WORDS = st.text("abcde", max_size=8)


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("confg", "config"),
        ("modles", "models"),
        ("STATS", "stats"),
        ("slp", "lsp"),
        ("lbl", None),
        ("hello", None),
        ("", None),
    ],
)
def test_two_edits_are_near(word: str, found: str | None) -> None:
    """A mistyped command is found, another word is not."""
    assert nearest_by_edits(word, COMMANDS) == found


def test_a_word_of_megabytes_is_near_to_none() -> None:
    """It is not measured, which would take minutes."""
    assert nearest_by_edits("x" * 3_000_000, COMMANDS) is None
    assert nearest("x" * 3_000_000, COMMANDS, alike=PROBABLY) is None


@pytest.mark.parametrize(
    ("word", "alike", "found"),
    [
        ("modles", PROBABLY, "models"),
        ("Configuration", PROBABLY, "config"),
        ("Configuration", 0.85, None),
        ("prices", PROBABLY, None),
        ("", PROBABLY, None),
    ],
)
def test_a_share_of_both_is_alike(word: str, alike: float, found: str | None) -> None:
    """Names in files and variables are longer than commands, and so are their slips."""
    assert nearest(word, COMMANDS, alike=alike) == found


@given(WORDS, st.lists(WORDS))
def test_what_is_not_measured_is_not_near(word: str, known: list[str]) -> None:
    """Letters that only one has tell beforehand only what measuring would tell."""
    near = [n for n in known if OSA.distance(word, n) <= min(2, len(n) // 2)]
    alike = max((Indel.normalized_similarity(word, name) for name in known), default=0)

    assert (nearest_by_edits(word, known) is not None) == bool(near)
    assert (nearest(word, known, alike=PROBABLY) is not None) == (alike >= PROBABLY)
