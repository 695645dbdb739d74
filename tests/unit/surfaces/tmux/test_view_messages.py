"""What the parent says to the view fits into a line, or the selection goes out."""

import asyncio
import socket

import pytest

from hexai.service.actions.fitting import Frame
from hexai.surfaces.tmux.link import Link
from hexai.surfaces.tmux.selection import LARGEST
from hexai.surfaces.tmux.view_messages import (
    LONGEST_FROM_PARENT,
    Begun,
    Opened,
    Target,
    encode,
)


@pytest.mark.parametrize("byte", [b"\x1b", b"\xff", b'"', b"a"])
def test_the_largest_selection_can_be_shown_whatever_is_in_it(byte: bytes) -> None:
    """However JSON writes its bytes, and what is no text."""
    text = (byte * LARGEST).decode("utf-8", "replace")
    assert len(encode(Opened(selection=text))) < LONGEST_FROM_PARENT


def test_a_round_says_nothing_of_the_selection_again() -> None:
    """The view has it; only what an instruction was cut out of is another text."""
    whole = "one = 1\n" * 1000
    frame = Frame(replaced=whole, shown=whole, language="python", code=False)
    target = Target.of(frame)
    assert len(encode(Begun(title="t", names=("one",), target=target))) < 200
    assert target.frame(whole) == frame


def test_the_frame_without_an_instruction_is_what_it_was() -> None:
    """Even if nothing is left of what models were shown."""
    frame = Frame(replaced="# >make it\n", shown="")
    assert Target.of(frame).frame(frame.replaced) == frame


def test_what_is_too_long_to_be_shown_ends_the_talk_with_the_reason() -> None:
    """The view is sent no part of it."""

    async def body() -> tuple[object, str, bytes]:
        ours, theirs = socket.socketpair()
        link = await Link.over(ours)
        link.send(Opened(selection="x" * LONGEST_FROM_PARENT))
        heard = await link.receive()
        with theirs:
            return heard, link.failure, theirs.recv(1)

    heard, failure, sent = asyncio.run(body())
    assert (heard, sent) == (None, b"")
    assert "too long to be shown" in failure
