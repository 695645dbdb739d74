"""HTTP/1.1 on one connection: a request goes out, the head and the body come back.

The protocol is h11's, which reads strictly and does no input or output.
"""

from enum import Enum, auto

import h11

from hexai.errors import (
    BadAnswer,
    BrokenStream,
    ConnectionFailed,
    Internal,
    ProviderError,
    TooLarge,
)
from hexai.providers.http.network import Wire

HEAD_LIMIT = 64 * 1024
"""Bytes of an answer before its body: status line, headers, and any 1xx."""
_MOST = 64 * 1024
"""Bytes of a body that are taken at a time."""

FAULTS = (h11.ProtocolError, OSError)
"""What goes wrong within a body, for `Connection.named`."""

Headers = list[tuple[bytes, bytes]]


class Stage(Enum):
    """How far the answer to the last request has come."""

    AWAITED = auto()
    """Nothing has come."""
    BEGUN = auto()
    CLOSED = auto()
    """The other side has closed the connection, which may be the end of the answer."""


class Head:
    """The head of an answer."""

    def __init__(self, event: h11.Response) -> None:
        self.status = event.status_code
        self._headers = event.headers

    def header(self, name: str) -> str:
        """Give a header's value, or an empty text."""
        wanted = name.lower().encode()
        for key, value in self._headers:
            if key == wanted:
                return value.decode("latin-1")
        return ""


class Connection:
    """A connection that carries one request after the other."""

    def __init__(self, wire: Wire) -> None:
        """Own the wire."""
        self.wire = wire
        self.rests_since = 0.0
        """When its last answer was read to its end, by the loop's clock."""
        self.stage = Stage.AWAITED
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_LIMIT)

    async def ask(
        self, method: str, target: bytes, headers: Headers, body: bytes = b""
    ) -> Head:
        """Send a request and give the head of its answer.

        An answer may come before all was sent, such as a refusal of its size. Raises
        `ProviderError`.
        """
        self.stage = Stage.AWAITED
        try:
            asked = h11.Request(method=method, target=target, headers=headers)
            message = self._sent(asked)
            if body:
                message += self._sent(h11.Data(data=body))
            message += self._sent(h11.EndOfMessage())
            await self.wire.write(message)
            return await self._head()
        except h11.ProtocolError as error:
            raise self.named(error, begun=False) from None

    async def _head(self) -> Head:
        """Read a head, within its limit and that of all 1xx before it."""
        room = HEAD_LIMIT
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.Response):
                return Head(event)
            if isinstance(event, h11.InformationalResponse):
                continue
            if room <= 0:
                raise TooLarge(
                    f"{self.wire.end.name} sent more than {HEAD_LIMIT >> 10} KiB of "
                    "headers",
                    advice=self.wire.end.advice.speech,
                )
            try:
                data = await self.wire.read(room)
            except OSError:
                raise self._no_answer("broke") from None
            if not data:
                raise self._no_answer("closed")
            self.stage = Stage.BEGUN
            room -= len(data)
            self._http.receive_data(data)

    async def piece(self) -> bytes:
        """Give all of the body that came next; nothing at its end.

        Raises one of `FAULTS`.
        """
        while not (piece := self._taken()) and not self._is_whole:
            data = await self.wire.read(_MOST)
            if not data:
                self.stage = Stage.CLOSED
            self._http.receive_data(data)
        return piece

    def _taken(self) -> bytes:
        """Take what of the body has been received.

        What is wrong behind it is raised the next time, since h11 remembers.
        """
        parts: list[bytes] = []
        while not self._is_whole:
            try:
                event = self._http.next_event()
            except h11.ProtocolError:
                if parts:
                    break
                raise
            if isinstance(event, h11.Data):
                parts.append(bytes(event.data))
            elif not isinstance(event, h11.EndOfMessage):
                break
        return parts[0] if len(parts) == 1 else b"".join(parts)

    @property
    def _is_whole(self) -> bool:
        """Whether a body has been taken to its end."""
        return self._http.their_state not in (h11.SEND_BODY, h11.ERROR)

    def rest(self, now: float) -> bool:
        """Tell whether another request may follow, and be ready for it if so."""
        is_done = self._http.states == {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}
        is_closed = self.stage is Stage.CLOSED
        if not is_done or is_closed or self._http.trailing_data[0]:
            return False
        self._http.start_next_cycle()
        self.rests_since = now
        return self.wire.is_quiet

    def _sent(self, event: h11.Event) -> bytes:
        return self._http.send(event) or b""

    def _no_answer(self, how: str) -> ConnectionFailed:
        end = self.wire.end
        return ConnectionFailed(
            f"{end.name} {how} the connection without an answer",
            advice=end.advice.reach,
        )

    def named(self, error: Exception, *, begun: bool) -> ProviderError:
        """Turn one of `FAULTS` into an error of ours.

        `begun`: something of the answer has been shown. Texts of h11 stay out: they may
        quote header values and bodies.
        """
        end = self.wire.end
        if isinstance(error, h11.LocalProtocolError):
            return Internal(f"the HTTP client failed by {type(error).__name__}")
        if isinstance(error, h11.ProtocolError) and self.stage is not Stage.CLOSED:
            return BadAnswer(
                f"{end.name} does not speak HTTP as it should",
                advice=end.advice.speech,
            )
        if begun:
            return BrokenStream(f"{end.name} cut the answer off")
        return ConnectionFailed(
            f"{end.name} closed the connection before it answered",
            advice=end.advice.reach,
        )
