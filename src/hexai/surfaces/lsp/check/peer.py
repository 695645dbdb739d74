"""The editor's end of a connection: as little of an editor as asks for completion."""

import asyncio
import json
import os
from collections.abc import Mapping
from typing import Any

from hexai.service.writer import Writer
from hexai.surfaces.lsp.protocol.frames import Fault, Frames
from hexai.surfaces.lsp.protocol.stdio import BACKLOG_LIMIT

_PIECE = 1 << 16
_LOUDEST = 3
"""The least severe message that is kept: errors, warnings, what is worth knowing."""


class Peer:
    """Sends calls and notes, and keeps what the server says to its user."""

    def __init__(self, reads: int, writes: int) -> None:
        """Speak on two file descriptors, which become its own; call it in the loop."""
        self.said: list[str] = []
        """What the server told its user, in order and each once."""
        self._loop = asyncio.get_running_loop()
        self._frames = Frames()
        self._replies: dict[int, asyncio.Future[Any]] = {}
        self._reads, self._writes = reads, writes
        self._writer = Writer(writes, limit=BACKLOG_LIMIT, on_broken=lambda: None)
        os.set_blocking(reads, False)
        self._loop.add_reader(reads, self._read)

    async def call(self, method: str, params: object) -> Any:
        """Call a method, and give what it gives; None if that is an error."""
        number = len(self._replies) + 1
        reply = self._replies[number] = self._loop.create_future()
        self._send(id=number, method=method, params=params)
        return await reply

    def note(self, method: str, params: object) -> None:
        """Tell the server something."""
        self._send(method=method, params=params)

    def close(self) -> None:
        """End the connection."""
        self._loop.remove_reader(self._reads)
        self._writer.close(1.0)
        for descriptor in (self._reads, self._writes):
            os.close(descriptor)

    def _send(self, **message: object) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._writer.write_bytes(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def _read(self) -> None:
        try:
            data = os.read(self._reads, _PIECE)
        except BlockingIOError:
            return
        if not data:
            self._loop.remove_reader(self._reads)
        for message in self._frames.feed(data):
            if not isinstance(message, Fault):
                self._take(json.loads(message))

    def _take(self, message: Mapping[str, Any]) -> None:
        method = message.get("method")
        if method is None:
            reply = self._replies.get(message["id"])
            if reply is not None and not reply.done():
                reply.set_result(message.get("result"))
        elif "id" in message:
            self._send(id=message["id"], result=None)
        elif method in ("window/showMessage", "window/logMessage"):
            params = message["params"]
            if params["type"] <= _LOUDEST and params["message"] not in self.said:
                self.said.append(params["message"])
