"""Tests for beginnings that stand still."""

from hexai.providers.llamacpp.standing import Standing
from hexai.text.budget import estimate_tokens

LINES = [f"    value_{number} = compute(argument, {number})\n" for number in range(400)]
TOKENS = 200


def typed(count: int, *, places: Standing, extra: str = "") -> str:
    """Cut a document at its line `count`."""
    return places.cut("".join(LINES[:count]) + extra, TOKENS)


def test_a_window_is_the_last_lines() -> None:
    """Whole ones, at most as many tokens as asked for."""
    window = typed(300, places=Standing())

    assert "".join(LINES[:300]).endswith(window)
    assert window.startswith("    value_")
    assert TOKENS * 0.8 < estimate_tokens(window) <= TOKENS


def test_a_window_begins_where_it_began() -> None:
    """While lines are typed at its end, key by key."""
    places = Standing()
    first = typed(300, places=places)

    for count in range(300, 318):
        assert typed(count, places=places, extra="    val").startswith(first)


def test_a_window_moves_seldom_and_far() -> None:
    """Over 100 new lines it begins at a handful of places."""
    places = Standing()
    begun = {typed(count, places=places)[:40] for count in range(250, 350)}

    assert 2 <= len(begun) <= 5


def test_two_places_keep_theirs() -> None:
    """Somebody who goes back and forth finds both as they were."""
    places = Standing()
    here, there = typed(100, places=places), typed(300, places=places)

    assert typed(101, places=places).startswith(here)
    assert typed(301, places=places).startswith(there)


def test_a_changed_beginning_is_not_kept() -> None:
    """Text that is no longer there is never sent."""
    places = Standing()
    typed(300, places=places)
    changed = "".join(LINES[:300]).replace("value", "other")

    assert "value" not in places.cut(changed, TOKENS)


def test_a_short_text_is_whole() -> None:
    """With and without its first line done."""
    places = Standing()
    for text in ("", "x", "import os\n", "import os\nimport sys\nx ="):
        assert places.cut(text, TOKENS) == text


def test_a_line_without_an_end_is_cut() -> None:
    """A file of one line of a megabyte does not go whole."""
    assert len(Standing().cut("x" * 1_000_000, TOKENS)) == TOKENS * 4
