"""Shows a race on the terminal it runs on, as told line by line through a FIFO.

    python -m tests.support.show_race FIFO LAYOUT LABEL…

A layout `rendered` is the usual one, with answers rendered and a key for the text.

Each line is a JSON array: `["say", 0, "text"]`, `["end", 0]`. The race ends with the
FIFO.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, cast

import msgspec

from hexai.domain.outcome import Delta, Ended, Event, Started
from hexai.surfaces.cli.live.painter import Layout, Painter, tick_forever
from hexai.surfaces.cli.live.rendering import Rendering
from hexai.surfaces.cli.process import Process
from hexai.surfaces.cli.terminal import Screen
from tests.support.watched import outcome


def event(line: str, at: float) -> Event:
    """Make the event that a line asks for."""
    match msgspec.json.decode(line):
        case ["start", index]:
            return Started(index=index, at=at)
        case ["say", index, text]:
            return Delta(index=index, at=at, text=text)
        case ["end", index]:
            return Ended(index=index, at=at, outcome=outcome(index))
        case _:
            raise ValueError(line)


async def play(painter: Painter, steps: asyncio.StreamReader) -> None:
    """Show each step as it comes."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while line := await steps.readline():
        painter.handle(event(line.decode(), loop.time() - began))


async def show(
    fifo: Path, layout: Layout | Literal["rendered"], labels: Sequence[str]
) -> None:
    """Show the whole race, until its end or an interrupt."""
    loop = asyncio.get_running_loop()
    screen = Screen(Process(arguments=(), environ={"NO_COLOR": "1"}, home="/"))
    rendering = Rendering(colour=False) if layout == "rendered" else None
    if rendering is not None:
        rendering.start()
    painter = Painter(
        labels,
        size=screen.size,
        write=screen.write,
        now=loop.time,
        ready=screen.is_ready,
        layout="auto" if layout == "rendered" else layout,
        render=None if rendering is None else rendering.make,
    )
    steps = asyncio.StreamReader(limit=1 << 24)
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(steps), fifo.open("rb")
    )
    toggle = None if rendering is None else painter.toggle
    with screen.live(painter.pause, toggle):
        try:
            async with asyncio.TaskGroup() as group:
                ticking = group.create_task(tick_forever(painter))
                playing = group.create_task(play(painter, steps))
                loop.add_signal_handler(signal.SIGINT, playing.cancel)
                await asyncio.wait([playing])
                ticking.cancel()
        finally:
            painter.close()
            screen.close()


if __name__ == "__main__":
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(show(Path(sys.argv[1]), cast("Layout", sys.argv[2]), sys.argv[3:]))
    os.write(2, b"all shown\n")
