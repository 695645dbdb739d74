"""Text that is not ours cannot act on a terminal."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.text.visible import VisibleStream, visible, visible_line


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
