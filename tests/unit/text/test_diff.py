"""Diffs by lines: whole, right, and quick on large texts."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.text.diff import Hunk, compare_lines

LINES = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=12)


@given(LINES, LINES)
def test_hunks_hold_every_line_of_both(old: list[str], new: list[str]) -> None:
    """Nothing is lost or told twice, and what is called the same is the same."""
    hunks = compare_lines(old, new)

    assert [line for hunk in hunks for line in hunk.old] == list(range(len(old)))
    assert [line for hunk in hunks for line in hunk.new] == list(range(len(new)))
    for hunk in hunks:
        if hunk.same:
            assert [old[i] for i in hunk.old] == [new[i] for i in hunk.new]


def test_a_changed_line_is_one_hunk() -> None:
    """What is around it stays the same."""
    hunks = compare_lines(["a", "b", "c"], ["a", "x", "c"])

    assert hunks == (
        Hunk(range(1), range(1), same=True),
        Hunk(range(1, 2), range(1, 2), same=False),
        Hunk(range(2, 3), range(2, 3), same=True),
    )


@pytest.mark.parametrize("kind", ["anchored", "different", "shuffled"])
def test_large_texts_take_time_in_proportion(kind: str) -> None:
    """A hundred thousand lines against as many take seconds, not hours."""
    old = [f"line {number}" for number in range(100_000)]
    new = {
        "anchored": [line + "!" if n % 9 == 0 else line for n, line in enumerate(old)],
        "different": [line + "!" for line in old],
        "shuffled": random.Random(1).sample(old, len(old)),
    }[kind]
    began = time.process_time()

    compare_lines(old, new)

    assert time.process_time() - began < 20
