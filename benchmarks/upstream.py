"""An upstream that notes to the microsecond when it was asked and when it was done.

It runs in a thread of the measuring process, so that its clock and the clock that
times the measured process are the same one.
"""

import json
import socket
import threading
import time
from typing import NamedTuple, Self

_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
)


class Exchange(NamedTuple):
    """The moments of one request, in seconds of `time.monotonic`."""

    first_request_byte: float
    first_token_sent: float
    last_byte_sent: float


class Upstream:
    """Answers every chat completion with two tokens after `pause` seconds."""

    def __init__(self, *, pause: float = 0.0) -> None:
        self._pause = pause
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        self.exchanges: list[Exchange] = []
        self._answered = threading.Condition()

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def next_exchange(self, before: int) -> Exchange:
        """Wait for the exchange after the first `before` ones."""
        with self._answered:
            if not self._answered.wait_for(lambda: len(self.exchanges) > before, 30):
                raise TimeoutError("the measured process never asked")
            return self.exchanges[before]

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        request = connection.recv(65536)
        asked = time.monotonic()
        _read_rest(connection, request)
        connection.sendall(_HEAD)
        time.sleep(self._pause)
        first = time.monotonic()
        connection.sendall(_event({"role": "assistant", "content": "hi"}, None))
        connection.sendall(_event({"content": " there"}, None))
        connection.sendall(_event({}, "stop") + b"data: [DONE]\n\n")
        connection.shutdown(socket.SHUT_WR)
        with self._answered:
            self.exchanges.append(Exchange(asked, first, time.monotonic()))
            self._answered.notify_all()


def _read_rest(connection: socket.socket, request: bytes) -> None:
    while b"\r\n\r\n" not in request:
        request += connection.recv(65536)
    head, _, body = request.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    while len(body) < length:
        body += connection.recv(65536)


def _event(delta: dict[str, str], finish: str | None) -> bytes:
    chunk = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"
