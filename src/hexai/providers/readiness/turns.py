"""Whose turn it is at an upstream that may hold one model at a time.

A load may push out the model that somebody else is being answered by, who then has to
load his own again. So who needs a load waits until nobody of this process is at
another model of that upstream, or about to find out. Whose model is there never waits.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct


class Turn(Struct, kw_only=True, eq=False):
    """One attempt at an upstream."""

    origin: str
    model: str
    waits: bool = False
    """It needs a load, and lets the others finish first."""


class Turns:
    """The attempts of this process, by upstream and model."""

    def __init__(self) -> None:
        self._turns: list[Turn] = []
        self._changed = asyncio.Event()

    @contextmanager
    def taken(self, origin: str, model: str) -> Iterator[Turn]:
        """Be at a model of an upstream, or about to."""
        turn = Turn(origin=origin, model=model)
        self._turns.append(turn)
        try:
            yield turn
        finally:
            self._turns.remove(turn)
            self._tell()

    async def wait(self, turn: Turn, on_wait: Callable[[], None]) -> None:
        """Wait until a load would disturb nobody; `on_wait` is called if it has to."""
        turn.waits = True
        self._tell()
        was_told = False
        while self._must_wait(turn):
            if not was_told:
                was_told = True
                on_wait()
            await self._changed.wait()
        turn.waits = False

    def _must_wait(self, turn: Turn) -> bool:
        """Let those go first who are at work, and those who have waited longer."""
        before = self._turns[: self._turns.index(turn)]
        return any(
            other.origin == turn.origin
            and other.model != turn.model
            and (not other.waits or other in before)
            for other in self._turns
        )

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
