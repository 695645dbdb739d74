"""How much is read at once before anybody asks."""

from hexai.providers.llamacpp.manners import Pace


def test_a_piece_takes_no_longer_than_a_question_waits() -> None:
    """As the last piece went, and 256 tokens at most."""
    pace = Pace()
    for _ in range(10):
        pace.take(pace.tokens, pace.tokens / 100)
    assert pace.tokens == 15

    for _ in range(10):
        pace.take(pace.tokens, pace.tokens / 20_000)
    assert pace.tokens == 256


def test_a_slow_moment_is_believed_at_once_and_a_fast_one_by_steps() -> None:
    """A question that waits too long is worse than a piece that is too short."""
    pace = Pace()
    first = pace.tokens
    pace.take(100, 0.001)
    assert pace.tokens == 2 * first

    pace.take(10, 5.0)
    assert pace.tokens == 8


def test_what_was_kept_says_nothing_of_the_speed() -> None:
    """A piece that was there already takes no time."""
    pace = Pace()
    before = pace.tokens
    for anew in (0, 1, -3):
        pace.take(anew, 0.0001)
    assert pace.tokens == before
