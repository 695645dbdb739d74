"""From a stream of bytes to messages: bounded, and never lost for long.

A message is a block of header lines, a blank line, and as many bytes as the header
`Content-Length` says. Some editors' wrappers print a line of their own in between, or
write the header in another case, and a broken one may promise bytes without end. So a
`Content-Length: N` counts wherever it ends a line, everything else outside of a body is
passed over, a body that is too long is passed over too, and what is kept while looking
for the next message is bounded.
"""

import re
from collections.abc import Iterator
from enum import Enum

MESSAGE_LIMIT = 64 * 2**20
"""Bytes of one message."""
HEADER_LIMIT = 64 * 2**10
"""Bytes of the headers of one message."""

_PROMISE_LIMIT = 2**32
"""A header that promises more is garbage; its body is not waited for."""
_LENGTH = re.compile(
    rb"content-length[ \t]*:[ \t]*(\d{1,20})[ \t]*\r?\Z", re.IGNORECASE
)
_TAIL = 256
"""Bytes of an endless line that are kept: a `Content-Length: N` may end it."""


class Fault(Enum):
    """Why there is no message."""

    TOO_LARGE = "the message is larger than 64 MiB"
    NO_LENGTH = "there is no Content-Length before the message"


class Frames:
    """Cuts one stream into messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self._header_size = 0
        self._length: int | None = None
        self._has_headers = False
        self._body: int | None = None
        self._skip = 0

    def feed(self, data: bytes) -> Iterator[bytes | Fault]:
        """Take the next bytes; gives the messages that they complete."""
        self._buffer += data
        while self._pass_over():
            if self._body is not None:
                body = self._cut(self._body)
                if body is None:
                    return
                self._body = None
                yield body
                continue
            line = self._next_line()
            if line is None:
                return
            fault = self._take(line)
            if fault is not None:
                yield fault

    def _pass_over(self) -> bool:
        """Drop what is left of a body that is too long; says whether all of it is."""
        dropped = min(self._skip, len(self._buffer))
        del self._buffer[:dropped]
        self._skip -= dropped
        return not self._skip

    def _cut(self, length: int) -> bytes | None:
        if len(self._buffer) < length:
            return None
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return body

    def _next_line(self) -> bytes | None:
        end = self._buffer.find(b"\n", self._searched)
        if end < 0:
            if len(self._buffer) > HEADER_LIMIT:
                del self._buffer[:-_TAIL]
                self._has_headers = True
            self._searched = len(self._buffer)
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._searched = 0
        return line

    def _take(self, line: bytes) -> Fault | None:
        """Take a header line, or the blank one that ends them."""
        if line.strip():
            self._header_size += len(line)
            if self._header_size > HEADER_LIMIT:
                self._length, self._header_size = None, len(line)
            self._has_headers = True
            if (found := _LENGTH.search(line[-_TAIL:])) is not None:
                promised = int(found[1])
                self._length = promised if promised < _PROMISE_LIMIT else None
            return None
        length, had_headers = self._length, self._has_headers
        self._length, self._header_size, self._has_headers = None, 0, False
        if length is None:
            return Fault.NO_LENGTH if had_headers else None
        if length > MESSAGE_LIMIT:
            self._skip = length
            return Fault.TOO_LARGE
        self._body = length
        return None
