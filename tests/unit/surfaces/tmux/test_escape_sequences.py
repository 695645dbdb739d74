r"""What a terminal sends is a key only if somebody knows the key."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser

from hexai.surfaces.tmux.keyboard import Keys

KNOWN = sorted(ANSI_SEQUENCES_KEYS)
UNKNOWN = [
    "\x1b[99~",
    "\x1b[99;5~",
    "\x1b[113;1A",
    "\x1b[200;1~",
    "\x1b[7Q",
    "\x1b[?64;1;9c",
    "\x1b[>41;354;0c",
    "\x1b[5n",
    "\x1b[113;1:3u",
    "\x1b[38;5;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1m",
    "\x1b[M !!",
    "\x1b[<0;3;4M",
    "\x1b[48;24;80;480;800t",
    "\x1b\x1b[A",
    "\x1b\x1bOA",
    "\x1bO5x",
    "\x1b[2$",
    "\x1b[2;5$y",
    "\x1b]11;rgb:0000/0000/0000\x07",
    "\x1b]11;rgb:ffff/ffff/ffff\x1b\\",
    "\x1bP>|tmux 3.3a\x1b\\",
    "\x1bP1+r524742=38\x1b\\",
    "\x1b_Gi=31;OK\x1b\\",
    "\x1b^q\x1b\\",
    "\x1bXq\x1b\\",
    "\x1b]52;c;" + "cXFx" * 3_000 + "\x07",
]
SENT = st.lists(
    st.sampled_from(UNKNOWN)
    | st.sampled_from(["q", "\r", "é", "日", "\x03", "\x1b[A", "\x1bOP", "\x1b[I"]),
    max_size=12,
)


def _told(*pieces: str) -> list[str]:
    """Give the names of the keys that the view is told of, to the end."""
    keys = Keys()
    seen = [each for piece in pieces for each in keys.feed(piece.encode())]
    return _names([*seen, *keys.give_up()])


def _names(messages: Iterable[object]) -> list[str]:
    return [each.key for each in messages if isinstance(each, events.Key)]


def _by_textual(sent: str) -> list[str]:
    parser = XTermParser()
    seen = [*parser.feed(sent)]
    if parser._awaiting.timeout is not None:
        parser._timeout_time = 0.0
        seen += parser.tick()
    return _names(seen)


def test_what_textual_knows_is_the_key_that_it_knows() -> None:
    """Every key of its table, and those that no table lists: kitty's, xterm's, Alt."""
    known = [*KNOWN, "\x1b[97;5u", "\x1b[27;5;99~", "\x1b[1;5C", "\x1bx"]

    assert {sent: _told(sent) for sent in known} == {
        sent: _by_textual(sent) for sent in known
    }


@pytest.mark.parametrize("sent", UNKNOWN)
def test_what_nobody_knows_is_no_key(sent: str) -> None:
    """Nor does it take one away from the keys beside it."""
    assert _told("j" + sent + "k") == ["j", "k"]


@example(["\x1b]11;rgb:ffff/ffff/ffff\x1b\\"], [20])
@given(SENT, st.lists(st.integers(0, 400)))
def test_pieces_make_no_difference(sent: list[str], cuts: list[int]) -> None:
    """Wherever they are cut, however late the rest comes."""
    whole = "".join(sent)
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]

    assert _told(*(whole[one:other] for one, other in pairwise(edges))) == _told(whole)


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        ("\x1b[99\rq", ["enter", "q"]),
        ("\x1b[99\x1b[Bq", ["down", "q"]),
        ("\x1b]11;rgb\rq", ["enter", "q"]),
        ("\x1b]11;rgb\x03", ["ctrl+c"]),
        ("\x1b]11;rgb\x1b[Bq", ["down", "q"]),
        ("\x1bPq\x1bq", ["alt+q"]),
        ("\x1b[M \rq", ["enter", "q"]),
        ("\x1b\x1bq", ["escape", "alt+q"]),
        ("\x1b\rq", ["enter", "q"]),
    ],
)
def test_what_breaks_off_is_dropped_and_not_what_follows(
    sent: str, keys: list[str]
) -> None:
    """Enter, Ctrl-C and the next sequence are what they are."""
    assert _told(sent) == keys


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        ("\x1b", ["escape"]),
        ("\x1b\x1b", ["escape", "escape"]),
        ("\x1b[", ["left_square_bracket"]),
        ("\x1b]11;rgb", []),
        ("\x1b]11;rgb\x1b", ["escape"]),
        ("\x1b[99;", []),
        ("\x1b]52;" + "c" * 10_000 + "\x1b", ["escape"]),
    ],
)
def test_what_does_not_come_is_waited_for_if_nobody_pressed_it(
    sent: str, keys: list[str]
) -> None:
    """Esc is a key after a moment, within a text of the terminal's too."""
    assert _told(sent) == keys


@pytest.mark.parametrize(
    ("begun", "rest"), [("\x1b[99;", "5~"), ("\x1b]11;rgb:00", "00/00\x07")]
)
def test_a_late_rest_is_no_key(begun: str, rest: str) -> None:
    """Though a moment has passed after which Esc would have been one."""
    keys = Keys()

    seen = [*keys.feed(begun.encode()), *keys.give_up(), *keys.feed(rest.encode())]

    assert _names([*seen, *keys.feed(b"q")]) == ["q"]
