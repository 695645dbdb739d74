"""The scripted provider does what its script says, when it says it."""

import asyncio
from contextlib import aclosing
from math import inf

import pytest

from hexai.domain.provider import Call, Chunk, Finished, ReasoningDelta, TextDelta
from hexai.errors import BrokenStream
from tests.support.clock import run_virtually
from tests.support.scripted import Script, Scripted, says, thinks

CALL = Call(model="m", messages=())


class Noted:
    """A `Progress` that notes when it was told what."""

    def __init__(self) -> None:
        self.said: list[tuple[float, str]] = []

    def loading(self) -> None:
        """Note that the model is being loaded."""
        self.said.append((asyncio.get_running_loop().time(), "loading"))

    def connected(self) -> None:
        """Note that the request can be sent."""
        self.said.append((asyncio.get_running_loop().time(), "connected"))

    def refused(self) -> None:
        """Take no note of a refusal."""


async def _play(client: Scripted, progress: Noted) -> list[tuple[float, Chunk]]:
    loop = asyncio.get_running_loop()
    async with aclosing(client.stream(CALL, progress)) as stream:
        return [(loop.time(), chunk) async for chunk in stream]


def test_steps_come_after_their_delays() -> None:
    """Signals, reasoning, text and the end, each at its time."""
    script: Script = [(1, "loading"), (2, "connected"), thinks("hm", 3), *says("yes")]
    client, progress = Scripted(script), Noted()

    assert run_virtually(_play(client, progress)) == [
        (6, ReasoningDelta("hm")),
        (6, TextDelta("yes")),
        (6, Finished()),
    ]
    assert progress.said == [(1, "loading"), (3, "connected"), (6, "connected")]
    assert (client.streams[0].opened_at, client.streams[0].closed_at) == (0, 6)


def test_each_attempt_plays_the_next_script() -> None:
    """The last one is played again and again."""
    client = Scripted([(1, BrokenStream("cut"))], says("yes"))

    async def main() -> list[list[tuple[float, Chunk]]]:
        with pytest.raises(BrokenStream):
            await _play(client, Noted())
        return [await _play(client, Noted()) for _ in range(2)]

    answer = [(1, TextDelta("yes")), (1, Finished())]
    assert run_virtually(main()) == [answer, answer]


@pytest.mark.parametrize(("closing", "closed_at"), [(0.5, 1.5), (inf, 5.0)])
def test_a_close_takes_its_time_unless_it_is_cut_short(
    closing: float, closed_at: float
) -> None:
    """Hanging is broken by a second cancel alone."""
    client = Scripted([(0, "hang")], closing=closing)

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            playing = group.create_task(_play(client, Noted()))
            for at in (1.0, 5.0):
                asyncio.get_running_loop().call_at(at, playing.cancel)

    run_virtually(main())

    assert client.streams[0].closed_at == closed_at
