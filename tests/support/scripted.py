"""A scripted provider: what an upstream does, step by step, as data.

    Scripted([(0.0, "connected"), (0.3, TextDelta("hi")), (0.0, Finished())])

Each step is a delay in seconds and what happens after it. `"hang"` waits for ever; an
exception is raised. Every attempt plays the next script, the last one again and again.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from math import inf
from typing import Literal

from msgspec import Struct

from hexai.domain.provider import (
    Call,
    Chunk,
    Finished,
    Progress,
    ReasoningDelta,
    TextDelta,
)

Act = Chunk | BaseException | Literal["loading", "connected", "hang"]
Script = Sequence[tuple[float, Act]]


class Stream(Struct, kw_only=True):
    """What was seen of one attempt; times are the loop's."""

    call: Call
    opened_at: float
    closed_at: float | None = None
    """None as long as it is open."""


class Scripted:
    """A provider that plays scripts and remembers every stream."""

    def __init__(self, *scripts: Script, closing: float = 0.0) -> None:
        """Make a provider; `closing` is how long a close takes, `inf` for ever.

        A cancel cuts a close short, as it does with a real connection.
        """
        self.streams: list[Stream] = []
        self._scripts = scripts
        self.closing = closing

    async def stream(
        self, call: Call, progress: Progress
    ) -> AsyncGenerator[Chunk, None]:
        """Play the script of this attempt."""
        loop = asyncio.get_running_loop()
        script = self._scripts[min(len(self.streams), len(self._scripts) - 1)]
        stream = Stream(call=call, opened_at=loop.time())
        self.streams.append(stream)
        try:
            for delay, act in script:
                if delay:
                    await asyncio.sleep(delay)
                match act:
                    case "loading":
                        progress.loading()
                    case "connected":
                        progress.connected()
                    case "hang":
                        await loop.create_future()
                    case BaseException():
                        raise act
                    case _:
                        yield act
        finally:
            try:
                await self._close()
            finally:
                stream.closed_at = loop.time()

    async def _close(self) -> None:
        if self.closing == inf:
            await asyncio.get_running_loop().create_future()
        elif self.closing:
            await asyncio.sleep(self.closing)


def says(*texts: str, after: float = 0.0) -> Script:
    """Write the script of an answer: connected at once, the first text `after` that."""
    first, *rest = texts or ("",)
    steps: list[tuple[float, Act]] = [(0.0, "connected")]
    steps += [(after, TextDelta(first))] if first else []
    steps += [(0.0, TextDelta(text)) for text in rest]
    return [*steps, (0.0, Finished())]


def thinks(text: str, after: float = 0.0) -> tuple[float, Act]:
    """Write the step of a piece of reasoning."""
    return after, ReasoningDelta(text)
