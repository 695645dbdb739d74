"""A line on loopback between a program and a Unix socket: slow, cut, or as it comes."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PIECE = 1024


class Relay:
    """Carries what clients send, at so many bytes a second; answers come at once."""

    def __init__(self, target: Path, *, rate: float = 0.0) -> None:
        """`target` is a Unix socket, `rate` in bytes a second; 0: no limit."""
        self._target = str(target)
        self._rate = rate
        self.carried = 0
        """Bytes that clients have sent."""
        self.watch: Callable[[int], None] = lambda _carried: None
        """Called with that, before each piece goes on."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """The port on loopback that clients connect to."""
        port: int = self._listener.getsockname()[1]
        return port

    def cut(self) -> None:
        """End all connections, without a farewell."""
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End everything."""
        self._listener.close()
        self.cut()
        for end in self._open:
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                self._open += [client, server]
                try:
                    server.connect(self._target)
                except OSError:
                    client.close()
                    continue
                for work in (self._send, self._answer):
                    threading.Thread(
                        target=work, args=(client, server), daemon=True
                    ).start()

    def _send(self, client: socket.socket, server: socket.socket) -> None:
        with _both_end(client, server):
            while piece := client.recv(_PIECE):
                self.watch(self.carried)
                self.carried += len(piece)
                server.sendall(piece)
                if self._rate:
                    time.sleep(len(piece) / self._rate)

    def _answer(self, client: socket.socket, server: socket.socket) -> None:
        with _both_end(client, server):
            while piece := server.recv(1 << 16):
                client.sendall(piece)


@contextmanager
def _both_end(*ends: socket.socket) -> Iterator[None]:
    """End both sides of a connection with the first of them."""
    with suppress(OSError):
        yield
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def relay(target: Path, *, rate: float = 0.0) -> Iterator[Relay]:
    """Carry to a Unix socket for a while."""
    line = Relay(target, rate=rate)
    try:
        yield line
    finally:
        line.close()
