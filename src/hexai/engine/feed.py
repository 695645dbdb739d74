"""The feed of a race: events go in at any pace and come out when they are fetched.

A slow consumer must hold no contender back, so nothing here ever waits for it. Text
that nobody has fetched yet is kept as one piece, so an answer of a million tiny deltas
takes the memory of its text, which has a limit, and not of a million events. Pieces
keep the time of their first token, and nothing is added to a piece across any other
event, so that fetching late changes no order.
"""

import asyncio
from collections import deque
from io import StringIO

from hexai.domain.outcome import Delta, Event, TakenBackEvent


class _Piece:
    __slots__ = ("_first", "_more", "at", "index")

    def __init__(self, index: int, at: float, text: str) -> None:
        self.index = index
        self.at = at
        self._first = text
        self._more: StringIO | None = None

    def write(self, text: str) -> None:
        if self._more is None:
            self._more = StringIO()
            self._more.write(self._first)
        self._more.write(text)

    def read(self) -> str:
        return self._first if self._more is None else self._more.getvalue()


class Feed:
    """An asynchronous iterator over the events of a race, for one consumer."""

    def __init__(self) -> None:
        self._queue: deque[Event | _Piece] = deque()
        self._open_pieces: dict[int, _Piece] = {}
        self._fetcher: asyncio.Future[None] | None = None
        self._closed = False

    def put(self, event: Event) -> None:
        """Append an event that is no text."""
        self._open_pieces.clear()
        if isinstance(event, TakenBackEvent):
            self._drop_pieces(event.index)
        self._queue.append(event)
        self._wake()

    def put_text(self, index: int, at: float, text: str) -> None:
        """Append text to a contender's unfetched piece, or begin a new one."""
        piece = self._open_pieces.get(index)
        if piece is not None:
            piece.write(text)
            return
        self._open_pieces[index] = piece = _Piece(index, at, text)
        self._queue.append(piece)
        self._wake()

    def close(self) -> None:
        """End the iteration once everything has been fetched."""
        self._closed = True
        self._wake()

    def __aiter__(self) -> "Feed":
        return self

    async def __anext__(self) -> Event:
        while not self._queue:
            if self._closed:
                raise StopAsyncIteration
            self._fetcher = asyncio.get_running_loop().create_future()
            await self._fetcher
        event = self._queue.popleft()
        if isinstance(event, _Piece):
            if self._open_pieces.get(event.index) is event:
                del self._open_pieces[event.index]
            return Delta(index=event.index, at=event.at, text=event.read())
        return event

    def _drop_pieces(self, index: int) -> None:
        """Forget text that is taken back before anybody has fetched it."""
        kept = [
            each
            for each in self._queue
            if not (isinstance(each, _Piece) and each.index == index)
        ]
        self._queue = deque(kept)

    def _wake(self) -> None:
        if self._fetcher is not None and not self._fetcher.done():
            self._fetcher.set_result(None)
