"""The private socket at which the view joins its parent.

It lies in a folder of mode 0700 with a random name, made for one action, and beside it
a key in a file of mode 0600. So the popup's command line names a place and no secret,
two popups cannot meet, and whoever connects has to show that he could read the file.
"""

import asyncio
import hmac
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from hexai.errors import HexaiError
from hexai.service.files import make_private_folder, write_private
from hexai.surfaces.tmux.wire import (
    LONGEST_FROM_VIEW,
    FromParent,
    FromView,
    Hello,
    encode,
    from_view,
)

KEY_FILE = "key"
SOCKET = "socket"
_LONGEST_PATH = 103
"""Bytes that every system takes in the address of a Unix socket."""
_LARGEST_QUEUE = 64 << 20
"""Bytes that may wait for a view that does not read."""


class Door:
    """A socket that one view may come in by; closing it leaves nothing behind."""

    def __init__(self, runtime: Path) -> None:
        """Make folder, key and socket; raises `HexaiError`."""
        try:
            self.folder = _own_folder(runtime)
            self.path = self.folder / SOCKET
            self._key = secrets.token_hex(32)
            write_private(self.folder / KEY_FILE, self._key.encode())
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.bind(str(self.path))
            self._socket.listen(4)
            self._socket.settimeout(0)
        except OSError as error:
            raise HexaiError(f"no socket for the menu: {error.strerror}") from None

    async def admit(self) -> "Link":
        """Wait for the view; whoever else knocks is sent away."""
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(self._socket)
            reader, writer = await asyncio.open_unix_connection(
                sock=connection, limit=LONGEST_FROM_VIEW
            )
            link = Link(reader, writer)
            with suppress(TimeoutError):
                async with asyncio.timeout(5):
                    if self._is_ours(await link.receive()):
                        return link
            link.close()

    def close(self) -> None:
        """Remove all of it."""
        self._socket.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _is_ours(self, first: FromView | None) -> bool:
        return isinstance(first, Hello) and hmac.compare_digest(
            first.key.encode(), self._key.encode()
        )


class Link:
    """The talk with a view that came in."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer

    async def receive(self) -> FromView | None:
        """Wait for the next message; None once the view is gone, or talks nonsense."""
        try:
            return from_view(await self._reader.readuntil(b"\n"))
        except (
            OSError,
            EOFError,  # `IncompleteReadError` is one
            ValueError,
            asyncio.LimitOverrunError,
        ):
            return None

    async def __aiter__(self) -> AsyncIterator[FromView]:
        """Give the messages until the view is gone."""
        while (message := await self.receive()) is not None:
            yield message

    def send(self, message: FromParent) -> None:
        """Send a message when the view can take it; nothing to one that is gone."""
        transport = self._writer.transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() > _LARGEST_QUEUE:
            transport.abort()
            return
        self._writer.write(encode(message))

    async def sent(self) -> None:
        """Wait until most of what was sent is out."""
        with suppress(OSError):
            await self._writer.drain()

    def close(self) -> None:
        """End the talk once what was sent is out."""
        self._writer.close()


def _own_folder(runtime: Path) -> Path:
    name = f"action-{secrets.token_hex(8)}"
    longest = len(os.fsencode(runtime / name / SOCKET))
    if longest > _LONGEST_PATH:
        return Path(tempfile.mkdtemp(prefix="hexai-", dir="/tmp"))
    make_private_folder(runtime)
    folder = runtime / name
    folder.mkdir(mode=0o700)
    folder.chmod(0o700)
    return folder
