"""Text is measured, cut and wrapped by what a reader sees."""

import re
import subprocess
import sys

import pytest
import wcwidth
from hypothesis import example, given
from hypothesis import strategies as st

from hexai.text import cells
from hexai.text.cells import (
    graphemes,
    is_plain,
    most_cells,
    pad,
    truncate,
    width,
    wrap,
)

FAMILY = "👨\u200d👩\u200d👧"
# No mark follows a tab: it would stand alone, or on the blank that the tab became.
MIXED = st.lists(
    st.sampled_from(["a", "b", "-", " ", "é", "\u0301", "漢", "字", "👨", "\u200d"])
    | st.sampled_from(["❤", "\ufe0f", "🇩", "🇪", "\t-", "क", "\u094d", "ष", "한", "🏽"]),
    max_size=40,
).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("plain", 5),
        ("naïve « quoted » 5 €", 20),
        ("漢字", 4),
        ("e\u0301", 1),
        (FAMILY, 2),
        ("❤\ufe0f", 2),
        ("🇩🇪🇫🇷", 4),
        ("👍🏽", 2),
        ("한글", 4),
    ],
)
def test_width_counts_cells(text: str, expected: int) -> None:
    """Wide characters fill two cells, marks and joined emoji none of their own."""
    assert width(text) == expected


def test_graphemes_are_what_a_reader_sees() -> None:
    """Marks stay with their letters, families and flags together."""
    assert list(graphemes(f"ae\u0301{FAMILY}🇩🇪")) == ["a", "e\u0301", FAMILY, "🇩🇪"]


def test_a_heap_of_marks_is_not_one_grapheme() -> None:
    """A megabyte of combining marks cannot hide in one cell and cost quadratic time."""
    heap = list(graphemes("a" + "\u0301" * 320))

    assert max(map(len, heap)) == 32
    assert width("".join(heap)) == 11


def test_characters_counted_as_plain_are_plain() -> None:
    """By wcwidth's tables each fills one cell and joins none of the others."""
    plain = [c for c in map(chr, range(0x3000)) if is_plain(c)]

    assert [c for c in plain if wcwidth.wcwidth(c) not in {1, -1}] == []
    assert list(wcwidth.iter_graphemes("".join(plain))) == plain


def test_plain_text_does_not_load_the_tables() -> None:
    """Most answers are shown without the 18 ms that wcwidth costs."""
    code = (
        "import sys; from hexai.text.cells import *;"
        "wrap('naïve\\tcode “” ' * 9, 20); width('│ ─ …'); pad('x', 3);"
        "print('wcwidth' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )

    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        ("fits", 4, "fits"),
        ("does not fit", 6, "does …"),
        ("漢字漢字", 6, "漢字…"),
        ("漢字漢字", 5, "漢字…"),
        ("long", 1, "…"),
        ("long", 0, ""),
        (f"{FAMILY}{FAMILY}", 3, f"{FAMILY}…"),
    ],
)
def test_truncate_cuts_between_graphemes(text: str, room: int, expected: str) -> None:
    """What was cut ends in an ellipsis and is never wider than its room."""
    assert truncate(text, room) == expected


@given(MIXED, st.integers(0, 20))
def test_pad_is_exact(text: str, room: int) -> None:
    """A padded text fills exactly its room."""
    assert width(pad(text.replace("\t", ""), room)) == room


@pytest.mark.parametrize(
    ("line", "room", "rows"),
    [
        ("", 8, [""]),
        ("fits in", 8, ["fits in"]),
        ("one two three", 8, ["one two ", "three"]),
        ("exactly8 more", 8, ["exactly8 ", "more"]),
        ("unbreakable", 4, ["unbr", "eaka", "ble"]),
        ("a unbreakable", 4, ["a ", "unbr", "eaka", "ble"]),
        ("    indented", 8, ["    inde", "nted"]),
        ("hanging      x", 8, ["hanging      ", "x"]),
        ("hanging      ", 8, ["hanging      "]),
        ("          x", 4, ["          ", "x"]),
        ("漢字漢字", 5, ["漢字", "漢字"]),
        ("ab漢字", 5, ["ab漢", "字"]),
        ("a word漢", 6, ["a word", "漢"]),
        ("a\tb", 8, ["a   b"]),
        ("\tindent", 8, ["    inde", "nt"]),
        ("abc\td", 4, ["abc ", "d"]),
        (f"abc{FAMILY}d", 4, ["abc", f"{FAMILY}d"]),
        ("e\u0301" * 5, 4, ["e\u0301" * 4, "e\u0301"]),
        ("ab c\xa0d", 4, ["ab ", "c\xa0d"]),
    ],
)
def test_wrap_breaks_where_a_reader_would(
    line: str, room: int, rows: list[str]
) -> None:
    """Between words and beside wide characters, else inside a word."""
    assert wrap(line, room) == rows


def _shown(rows: list[str]) -> list[str]:
    return [row.rstrip(" ") for row in rows]


@given(MIXED, st.integers(2, 12))
def test_rows_fit_and_lose_nothing(line: str, room: int) -> None:
    """No row is too wide, none but a blank line is empty, no character is lost."""
    rows = wrap(line, room)

    assert [row for row in _shown(rows) if width(row) > room] == []
    assert re.sub("[ \t]", "", "".join(rows)) == re.sub("[ \t]", "", line)


@given(MIXED, MIXED, st.integers(2, 12))
@example("abcd    ", " x", 4)
@example("e", "\u0301", 2)
def test_wrapping_can_go_on_from_the_last_row(a: str, b: str, room: int) -> None:
    """Streamed text wraps as if it had come at once, wherever it was cut."""
    *done, last = wrap(a, room)

    assert _shown(done + wrap(last + b, room)) == _shown(wrap(a + b, room))


@given(st.text(st.sampled_from("ab -"), max_size=60), st.integers(2, 12))
def test_the_quick_way_wraps_like_the_general_one(line: str, room: int) -> None:
    """Plain text takes a shorter way to the same rows."""
    assert wrap(line, room) == list(cells._rows(line, room))


def test_the_last_row_stays_short() -> None:
    """However many blanks stream in, what is wrapped again does not grow."""
    assert wrap("a" + " " * 10_000, 8) == ["a" + " " * 263]
    assert wrap("漢" + " " * 10_000, 8) == ["漢" + " " * 262]


@given(MIXED)
def test_no_text_exceeds_what_is_told_quickly(line: str) -> None:
    """The bound holds for marks, emoji and sequences too."""
    text = line.replace("\t", "")
    assert width(text) <= most_cells(text)


def test_characters_that_stand_alone_join_nothing() -> None:
    """Those split without the tables are split as the tables would."""
    alone = [chr(code) for code in range(0x3000, 0xFF80)]
    for each in filter(re.compile(cells._SINGLE).fullmatch, alone):
        assert list(wcwidth.iter_graphemes(f"{each}a{each}{each}")) == [
            *(each, "a", each, each)
        ]
