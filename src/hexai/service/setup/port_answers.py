"""What a port of this machine says when it is asked for one path.

Not a provider: nothing is sent but the path, and to an Ollama the names of its own
models; no key, and whatever comes back is only looked at. It waits a moment, reads a
bounded answer, and never raises.
"""

import asyncio
import re

from msgspec import Struct

from hexai.text.sanitise import shorten

Address = tuple[str, int]
"""A host and a port."""

_ANSWER_LIMIT = 8 << 20
_HEAD_ENDS = b"\r\n\r\n"
_STATUS = re.compile(rb"HTTP/\d\.\d (\d{3})")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,12})", re.IGNORECASE)
_SERVER = re.compile(rb"\r\nserver:[ \t]*([^\r\n]{1,200})", re.IGNORECASE)
_LOCATION = re.compile(rb"\r\nlocation:[ \t]*([^\r\n]{1,200})", re.IGNORECASE)
_PAGE = re.compile(
    rb"\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{1,500})", re.IGNORECASE)
_PAGE_HEAD = 1 << 16
"""Bytes of a page in which its title is looked for."""
SHORT = 40
"""Characters of what it says of itself."""


class Answer(Struct, frozen=True, kw_only=True):
    """What came back, whole or not."""

    status: int
    """0 where nothing came in time, or no HTTP."""
    body: bytes
    """All that came, where that is no HTTP."""
    server: str = ""
    """What it calls itself; anybody may say anything there."""
    location: str = ""
    """Where it points to instead."""

    @property
    def is_page(self) -> bool:
        """Whether it is a page for people to look at."""
        return bool(self.status and _PAGE.match(self.body))

    @property
    def title(self) -> str:
        """What a page is called; empty where that is not said."""
        from html import unescape  # only a page needs it

        found = _TITLE.search(self.body, 0, _PAGE_HEAD)
        text = found[1].decode("utf-8", "replace") if found else ""
        return shorten(" ".join(unescape(text).split()), SHORT)


async def fetch(
    address: Address, path: str, *, patience: float, body: bytes = b""
) -> Answer | None:
    """Get a path, or post a body there; gives what came within `patience` seconds.

    None if nobody listens.
    """
    host, port = address
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return None
    came = bytearray()
    try:
        async with asyncio.timeout(patience):
            named = f"[{host}]" if ":" in host else host
            method = "POST" if body else "GET"
            head = f"{method} {path} HTTP/1.0\r\nHost: {named}:{port}\r\n"
            told = f"Content-Length: {len(body)}\r\n" if body else ""
            writer.write(f"{head}{told}\r\n".encode("ascii") + body)
            while len(came) < _ends(came) and (piece := await reader.read(1 << 16)):
                came += piece
    except (OSError, TimeoutError):
        pass  # what came may be all there is: not everybody closes the connection
    finally:
        writer.close()
    begins, _, said = bytes(came).partition(_HEAD_ENDS)
    status = _STATUS.match(begins)
    if status is None:
        return Answer(status=0, body=bytes(came))
    return Answer(
        status=int(status[1]),
        body=said,
        server=_field(_SERVER, begins),
        location=_field(_LOCATION, begins),
    )


def _field(kind: re.Pattern[bytes], head: bytes) -> str:
    found = kind.search(head)
    return shorten(found[1].decode("utf-8", "replace").strip(), SHORT) if found else ""


def _ends(came: bytearray) -> int:
    """Tell how long an answer will be, by its head: some servers never close."""
    head = came.find(_HEAD_ENDS)
    length = _LENGTH.search(came, 0, head) if head >= 0 else None
    if length is None:
        return _ANSWER_LIMIT
    return min(head + len(_HEAD_ENDS) + int(length[1]), _ANSWER_LIMIT)
