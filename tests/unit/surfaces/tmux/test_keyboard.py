r"""Pastes are told from keys, however a terminal's bytes come in pieces."""

from ast import literal_eval
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser

from hexai.surfaces.tmux.keyboard import Pastes

START, END = b"\x1b[200~", b"\x1b[201~"
HARD = [
    b"\x1b",
    b"[",
    b"2",
    b"0",
    b"1",
    b"~",
    START,
    END,
    b"\x1b[20",
    b"\x1b[A",
    b"\x1bOA",
    b"\x1b[I",
    b"\x1b]0;t\x07",
    b"\x03",
    b"\r",
    b"q",
    "é日👩".encode(),
    b"\xff",
    b"\xe6\x97",
    b"\x00",
]
SENT = st.lists(st.sampled_from(HARD) | st.binary(max_size=3), max_size=30)


def _fed(*pieces: bytes) -> str:
    pastes = Pastes()
    return "".join(map(pastes.feed, pieces)) + pastes.give_up()


def _seen(*pieces: bytes) -> list[str]:
    """Give what Textual makes of it: names of keys, and pastes in quotes."""
    return [
        repr(each.text) if isinstance(each, events.Paste) else each.key
        for each in XTermParser().feed(_fed(*pieces))
        if isinstance(each, events.Paste | events.Key)
    ]


@given(SENT, st.lists(st.integers(0, 100)))
def test_pieces_make_no_difference(sent: list[bytes], cuts: list[int]) -> None:
    """Wherever they are cut, within a mark or a character too."""
    whole = b"".join(sent)
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]

    assert _fed(*(whole[one:other] for one, other in pairwise(edges))) == _fed(whole)


@given(SENT)
def test_a_paste_is_one_paste_and_no_key(sent: list[bytes]) -> None:
    """Whatever stands in it: nothing but the mark of its end ends it."""
    inside = b"".join(sent)
    assume((inside + END).index(END) == len(inside))

    first, pasted, last = _seen(b"a" + START + inside + END + b"b")

    assert (first, last) == ("a", "b")
    assert not set(literal_eval(pasted)) & set(map(chr, {*range(32)} - {9, 10, 13}))


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        (b"q", ["q"]),
        (b"\x1b[B\r", ["down", "enter"]),
        (START + b"use a loop\r\n\tor two" + END, ["'use a loop\\r\\n\\tor two'"]),
        (START + END, ["''"]),
        (START + b"a\x1b" + END + b"q", ["'a'", "q"]),
        (START + b"a\x1b[20" + END + b"q", ["'a[20'", "q"]),
        (START + b"a" + START + b"b" + END + b"q", ["'a[200~b'", "q"]),
        (START + b"\x1b[31mred\x1b[0m" + END, ["'[31mred[0m'"]),
        (START + b"\x00\x03\x7f\xc2\x9bA" + END, ["'A'"]),
        (START + b"fa\xe7ade \xff" + END, ["'fa\ufffdade \ufffd'"]),
        (b"\x1b" + START + b"a" + END, ["escape", "'a'"]),
        (START + b"a" + END + START + b"b" + END, ["'a'", "'b'"]),
        (START + b"q\x03\r", []),
        (END + b"q", ["q"]),
    ],
)
def test_what_is_seen_of_what_is_sent(sent: bytes, seen: list[str]) -> None:
    """Keys act, pastes are text, and of one that has not ended nothing is seen."""
    assert _seen(sent) == seen


def test_what_begins_like_a_paste_is_given_up_on() -> None:
    """Esc is a key; nobody goes on to paste."""
    pastes = Pastes()

    assert (pastes.feed(b"\x1b"), pastes.holds_keys) == ("", True)
    assert (pastes.give_up(), pastes.holds_keys) == ("\x1b", False)
    assert pastes.feed(b"[200~q") == "[200~q"


def test_a_paste_is_never_given_up_on() -> None:
    """However long the rest of it takes, it is no key."""
    pastes = Pastes()

    assert pastes.feed(START + b"a\x1b") == ""
    assert (pastes.give_up(), pastes.holds_keys) == ("", False)
    assert pastes.feed(b"[201~q") == "\x1b[200~a\x1b[201~q"
