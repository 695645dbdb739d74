"""The talk ends with the screen, and not before its last word was heard."""

import asyncio
import os
import socket

import pytest

from hexai.surfaces.tmux.link import Link
from hexai.surfaces.tmux.opening import watched
from hexai.surfaces.tmux.popup import Screen
from hexai.surfaces.tmux.private_socket import Door
from hexai.surfaces.tmux.view_messages import (
    Edited,
    FromView,
    Left,
    Opened,
    Shows,
    encode,
)
from tests.support.patience import PATIENCE


def _gone() -> int:
    """Give a process that has ended, and that nobody has waited for."""
    pid = os.posix_spawn("/bin/true", ["true"], {})
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    return pid


async def _heard(said: bytes, *, is_open: bool, sent: str) -> FromView | None:
    """Hear a view whose screen has gone, and to which a lot may have been sent."""
    ours, theirs = socket.socketpair()
    door = Door({})
    link = await Link.over(ours)
    try:
        async with watched(Screen(door, _gone()), link), asyncio.timeout(PATIENCE):
            link.send(Opened(selection=sent))
            theirs.sendall(said)
            if not is_open:
                theirs.close()
            return await link.receive()
    finally:
        theirs.close()
        door.close()


def test_the_last_word_of_a_view_that_has_gone_is_heard() -> None:
    """Though the parent was busy, and sees first that the screen is no more."""
    last = Left()

    assert asyncio.run(_heard(encode(last), is_open=False, sent="")) == last


async def _heard_after_failing(said: list[FromView]) -> list[FromView]:
    """Hear a view that said something and left before it was sent to."""
    ours, theirs = socket.socketpair()
    link = await Link.over(ours)
    theirs.sendall(b"".join(map(encode, said)))
    theirs.close()
    link.send(Opened(selection="x"))  # fails: nobody is there
    await link.sent()
    heard = [each async for each in link]
    link.close()
    return heard


@pytest.mark.parametrize(
    "said", [[Left()], [Shows(places=(0,)), Edited(place=0, text="y" * 99_999), Left()]]
)
def test_the_last_words_are_heard_though_sending_failed(said: list[FromView]) -> None:
    """All of them, whether they were read before that or not."""
    assert asyncio.run(_heard_after_failing(said)) == said


def test_a_view_that_takes_nothing_any_more_is_noticed() -> None:
    """With its screen gone, what waits for it keeps nobody waiting."""
    sent = "x" * (1 << 22)

    assert asyncio.run(_heard(b"", is_open=True, sent=sent)) is None
