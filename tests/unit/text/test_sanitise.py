"""Text that is not ours cannot act on a terminal."""

import json
import sys
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.text.sanitise import (
    Mender,
    VisibleStream,
    mend,
    shorten,
    visible,
    visible_line,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\x00\x08\x0b\x0c\x7f", "a\\x00\\x08\\x0b\\x0c\\x7f"),
        ("over\rwritten", "over\\x0dwritten"),
        ("\u202eevil\u2066", "\\u202eevil\\u2066"),
        ("a\u2028b\u2029c\x85", "a\\u2028b\\u2029c\\x85"),
        ("\U000e0041\U000e007f", "\\U000e0041\\U000e007f"),
        ("\ud83d alone", "\\ud83d alone"),
        ("\ufeff\u2060\u3164", "\\ufeff\\u2060\\u3164"),
    ],
)
def test_what_would_act_shows_itself(text: str, shown: str) -> None:
    """Control, bidi and tag characters and lone surrogates become escapes."""
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "two\n\tlines",
        "naïve 漢字 👨\u200d👩\u200d👧 ❤\ufe0f 🇩🇪 e\u0301",
        "می\u200cخ क\u094d\u200dष ភាសា\u200bខ្មែរ",
    ],
)
def test_what_real_text_needs_stays(text: str) -> None:
    """Line breaks, tabs, marks, joiners and emoji are text."""
    assert visible(text) == text


def test_clean_text_is_not_copied() -> None:
    """What needs no change is handed back as it is."""
    text = "clean " * 10

    assert visible(text) is text


def test_a_carriage_return_before_a_newline_is_part_of_the_line_break() -> None:
    """Text with DOS line endings reads like any other."""
    assert visible("one\r\ntwo\r\n") == "one\ntwo\n"


def test_a_line_stays_one_line() -> None:
    """In labels and messages line breaks and tabs show themselves too."""
    assert visible_line("a\tb\r\nc") == "a\\x09b\\x0d\\x0ac"


def test_no_category_of_characters_that_act_is_forgotten() -> None:
    """Every control and surrogate, and every format character we did not weigh."""
    weighed = set("\t\n\xad\u200b\u200c\u200d")
    weighed |= {chr(c) for c in range(0x600, 0x606)}  # numbers' signs, drawn
    weighed |= set("\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
    weighed |= {chr(c) for c in range(0x13430, 0x13440)}  # join hieroglyphs
    weighed |= {chr(c) for c in range(0x1BCA0, 0x1BCA4)}  # shorthand
    kept = {
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        and visible(character) == character
    }

    assert kept <= weighed


@given(st.lists(st.text(st.sampled_from("a\r\n\x1b\u202e"), max_size=4)))
def test_text_in_pieces_is_shown_like_the_whole(pieces: list[str]) -> None:
    """It makes no difference where a stream was cut, not even within a line break."""
    stream = VisibleStream()
    shown = "".join(stream.feed(piece) for piece in pieces) + stream.end()

    assert shown == visible("".join(pieces))


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


def test_shortening_marks_the_cut() -> None:
    """A text that fits is unchanged; one that does not ends in an ellipsis."""
    assert shorten("abc", 3) == "abc"
    assert shorten("abcd", 3) == "ab…"
