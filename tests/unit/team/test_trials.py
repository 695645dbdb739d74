"""What was chosen among what, as one word, and read again."""

import pytest

from hexai.ledger.ratings.trials import Instead
from hexai.team.trials import cells_of, read_trial

ONE, OTHER = 5, -7
NAMES = {ONE: "a", OTHER: "b"}
A, B = f"{ONE:016x}", f"{OTHER & (1 << 64) - 1:016x}"


def test_a_word_tells_who_stood_where_and_who_won() -> None:
    """From first to last; several that gave one text are one item."""
    outcome = read_trial(f"ldw {A},{B}*", NAMES)

    assert outcome is not None
    pattern, choice = outcome
    assert (pattern.items, choice) == ((("a",), ("b",)), 1)
    assert (pattern.kind, pattern.drawn) == ("list", True)
    assert cells_of(f"ldw {A},{B}*") == {ONE, OTHER}


@pytest.mark.parametrize(
    ("head", "choice"), [("vft", Instead.TIE), ("vfn", Instead.NONE)]
)
def test_nobody_may_have_won(head: str, choice: Instead) -> None:
    """A tie is no loss, and neither is none."""
    outcome = read_trial(f"{head} {A},{B}", NAMES)

    assert outcome is not None
    assert outcome[1] == choice
    assert not outcome[0].drawn


@pytest.mark.parametrize(
    "word",
    [
        "",
        "ldw",
        f"ldw {A}*",
        f"ldw {A},{A}*",
        f"ldw {A},{B}",
        f"ldw {A},zz*",
        f"ldw {A},{'9' * 16}*",
        f"too long {A},{B}*",
        "ldw ,,*",
    ],
)
def test_what_tells_nothing_is_no_trial(word: str) -> None:
    """A member may write what he likes; it counts only if it is a word of ours."""
    assert read_trial(word, NAMES) is None
