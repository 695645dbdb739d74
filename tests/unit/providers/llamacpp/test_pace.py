"""How much is read at once before anybody asks, and what not again."""

from hexai.providers.llamacpp.prefill import PrefillPace, Reading, ReadLately


def test_a_piece_takes_no_longer_than_a_question_waits() -> None:
    """As the last piece went, and 256 tokens at most."""
    pace = PrefillPace()
    for _ in range(10):
        pace.take(pace.tokens, pace.tokens / 100)
    assert pace.tokens == 15

    for _ in range(10):
        pace.take(pace.tokens, pace.tokens / 20_000)
    assert pace.tokens == 256


def test_a_slow_moment_is_believed_at_once_and_a_fast_one_by_steps() -> None:
    """A question that waits too long is worse than a piece that is too short."""
    pace = PrefillPace()
    first = pace.tokens
    pace.take(100, 0.001)
    assert pace.tokens == 2 * first

    pace.take(10, 5.0)
    assert pace.tokens == 8

    pace.take(100, 0.001)
    pace.slow_down()
    assert pace.tokens == 8


def test_what_was_kept_says_nothing_of_the_speed() -> None:
    """A piece that was there already takes no time."""
    pace = PrefillPace()
    before = pace.tokens
    for anew in (0, 1, -3):
        pace.take(anew, 0.0001)
    assert pace.tokens == before


def test_a_text_is_known_as_far_as_it_was_read() -> None:
    """By whichever of the texts begins it best."""
    lately = ReadLately()
    assert lately.known("one two") == 0
    for text in ("one two three", "two", ""):
        lately.take(text)

    known = [lately.known(text) for text in ("one two four", "one two three 4", "")]
    assert known == [len("one two "), len("one two three"), 0]
    assert lately.known("twofold") == 3


def test_what_made_way_for_another_text_is_known_no_more() -> None:
    """It does where at least half of it begins the other; else there is a copy."""
    lately = ReadLately()
    lately.take("abcdefgh")
    lately.take("abcdXYZ")
    assert lately.known("abcdefgh") == 4

    lately.take("abc")
    assert lately.known("abcdXYZ") == 7


def test_no_more_than_a_few_texts_are_known() -> None:
    """A server keeps no more; the oldest goes first."""
    lately = ReadLately()
    for letter in "abcde":
        lately.take(letter * 9)

    assert lately.known("a" * 9) == 0
    assert all(lately.known(letter * 9) == 9 for letter in "bcde")


def test_a_new_worker_has_read_nothing() -> None:
    """What another one has read is of no use to it."""
    reading = Reading()
    reading.has_read("text", "text", 1)
    assert reading.lately("text").known("text") == 4
    assert reading.lately("chat").known("text") == 0

    reading.has_read("other", "text", 2)
    assert reading.lately("text").known("text") == 0
